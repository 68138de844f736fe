import { type Artifact, artifactsNamed, listArtifacts } from '#registry/github/artifacts.ts';
import type { WorkflowRun } from '#registry/github/runs.ts';
import type { Source } from './memory.ts';

/** The artifacts that our action uploads, one a model. */
export const PREFIX = 'tiltyard-evaluation-';

/** Finds what runs uploaded: of a few, run by run; of many, with one list a model for all of them. */
export interface Artifacts {
  of(
    run: Pick<WorkflowRun, 'id' | 'created_at' | 'run_attempt'>,
    models: readonly string[],
  ): Promise<readonly Artifact[]>;
}

/** So many runs of a look are asked one by one, and so many models of a run are looked for one by one. */
const FEW = 2;

export function findArtifacts({ github, place }: Pick<Source, 'github' | 'place'>): Artifacts {
  const lists = new Map<string, Shared>();
  let asked = 0;
  return {
    async of(run, models) {
      asked += 1;
      // What a list has of an earlier attempt would hide what a later one left meanwhile.
      const isAgain = (run.run_attempt ?? 1) > 1;
      if (asked <= FEW || models.length > FEW || isAgain) return ofRun(run.id);
      const found: Artifact[] = [];
      for (const model of models) {
        const named = PREFIX + model;
        const list = lists.get(model) ?? shared(artifactsNamed(github, place, named));
        lists.set(model, list);
        const all = await list(run.created_at);
        const ofModel = all.filter(({ name, workflow_run: by }) => name === named && by?.id === run.id);
        // GitHub does not promise an order: what is missing may be elsewhere in the list.
        if (ofModel.length === 0) return ofRun(run.id);
        found.push(...ofModel);
      }
      return found;
    },
  };

  async function ofRun(id: number): Promise<readonly Artifact[]> {
    return (await listArtifacts(github, place, id)).items;
  }
}

/** All that was made since then, and perhaps more. */
type Shared = (since: Date) => Promise<readonly Artifact[]>;

/** Reads as many pages as somebody needs. */
function shared(pages: ReturnType<typeof artifactsNamed>): Shared {
  const found: Artifact[] = [];
  let isAll = false;
  const reaches = (since: Date) => found.some(({ created_at: at }) => at !== null && at < since);
  return async (since) => {
    while (!isAll && !reaches(since)) {
      const { done, value } = await pages.next();
      if (done === true) isAll = true;
      else found.push(...value.items);
    }
    return found;
  };
}
