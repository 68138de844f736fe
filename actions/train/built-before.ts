import { join } from 'node:path';
import { fetchVersion } from '#lib/registry/registered.ts';
import { listVersions, readVersion, registryFolder } from '#lib/registry/working-tree.ts';
import { isWorkflow } from '#lib/workflow-run.ts';
import type { World } from '#lib/world.ts';
import { UserError } from '#registry/error.ts';
import { type BuiltBefore, type FinishedRuns, readTraining } from './finished-runs.ts';
import { whyNotTrusted } from './trusted-run.ts';

/**
 * The artifact that these inputs were made into before: by a workflow, as the registry has it (in a workflow: by a
 * run that can be trusted); else by one of the
 * `finished` runs of this machine. Null where there is none, or where it can't be had.
 */
export async function findBuilt(
  root: string,
  model: string,
  digest: string,
  finished: FinishedRuns,
  world: World,
): Promise<BuiltBefore | null> {
  return (await registered(root, model, digest, world)) ?? (await finished(digest));
}

async function registered(root: string, model: string, digest: string, world: World): Promise<BuiltBefore | null> {
  for (const number of (await listVersions(root, model)).reverse()) {
    const { value } = await readVersion(root, model, number);
    if (value.run === null || value.lineage.input_digest !== digest) continue;
    const evidence = join(root, registryFolder(model), 'evidence', `training-${value.evidence.training}.json`);
    const training = await readTraining(evidence, value.evidence.training);
    if (training === null || training.artifact.digest !== value.artifact.digest) continue;
    const doubt = isWorkflow(world.env) ? await whyNotTrusted(value.run, root, world) : null;
    if (doubt !== null) {
      world.print(`Version ${number} was made of the same inputs, but does not count in a workflow: ${doubt}.`);
      continue;
    }
    try {
      const artifact = await fetchVersion(root, model, number, world);
      if (artifact === null) continue;
      return { by: `version ${number}`, artifact: artifact.path, evidence, training };
    } catch (error) {
      world.signal.throwIfAborted();
      if (!(error instanceof UserError)) throw error;
      world.print(`Version ${number} was made of the same inputs, but can't be fetched: ${error.message}`);
    }
  }
  return null;
}
