import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readArtifactFolder } from '#lib/artifact/folder.ts';
import { isWorkflow } from '#lib/workflow-run.ts';
import type { World } from '#lib/world.ts';
import { Training } from '#registry/evidence/training.ts';
import type { Run, RunPurpose } from '#registry/run.ts';
import { sha256 } from '#registry/sha256.ts';
import { listRuns } from './runs.ts';

/** What was made of the same inputs before. */
export interface BuiltBefore {
  /** Who made it, as the middle of a sentence: `version 1.4.0`, `the run …`. */
  by: string;
  /** The folder of the artifact, and the file of its evidence. */
  artifact: string;
  evidence: string;
  training: Training;
}

/** What a run of this machine made of the inputs with this digest; null where none did. */
export type FinishedRuns = (inputDigest: string) => Promise<BuiltBefore | null>;

/** Nothing was made before, as far as it counts. */
export const NO_RUNS: FinishedRuns = async () => null;

/**
 * The runs of a model that ended well, as they are now. They count for local use alone: in a workflow there are none,
 * whatever lies on the runner's disk.
 */
export async function finishedRuns(root: string, model: string, env: World['env']): Promise<FinishedRuns> {
  if (isWorkflow(env)) return NO_RUNS;
  const all = (await listRuns(root, model)).filter(({ run }) => run.state === 'succeeded').reverse();
  // One that stands for itself knows more than one that was made for it: of how many it was the best, how seeds spread.
  const own = (purpose: RunPurpose) => Number(purpose === 'train');
  const found = Map.groupBy(
    all.sort((a, b) => own(b.run.purpose) - own(a.run.purpose)),
    ({ run }) => run.input_digest,
  );
  return async (digest) => {
    for (const { folder, run } of found.get(digest) ?? []) {
      const built = await readBuilt(folder, run);
      if (built !== null) return built;
    }
    return null;
  };
}

/** What such a run scored by a metric on the validation rows, and which run it was. */
export async function scoreBefore(
  finished: FinishedRuns,
  inputDigest: string,
  metric: string,
): Promise<{ value: number; by: string } | null> {
  const built = await finished(inputDigest);
  // What the policy measures is no part of the inputs: it may be another metric by now.
  const value = built?.training.validation?.metrics[metric];
  return built === null || value === undefined ? null : { value, by: built.by };
}

async function readBuilt(folder: string, run: Run): Promise<BuiltBefore | null> {
  const evidence = join(folder, 'training.json');
  const training = await readTraining(evidence, null);
  const artifact = await readArtifactFolder(join(folder, 'artifact'), `the run ${run.run}`).catch(() => null);
  if (training === null || artifact === null) return null;
  if (artifact.digest !== run.digest || training.artifact.digest !== run.digest) return null;
  return { by: `the run ${run.run}`, artifact: artifact.path, evidence, training };
}

/** Evidence of a file; null where it is none, or has another digest than it should. */
export async function readTraining(path: string, digest: string | null): Promise<Training | null> {
  const bytes = await readFile(path).catch(() => null);
  if (bytes === null) return null;
  if (digest !== null && sha256(bytes) !== digest) return null;
  try {
    return Training.safeParse(JSON.parse(bytes.toString('utf8'))).data ?? null;
  } catch {
    return null;
  }
}
