import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readArtifactFolder } from '#lib/artifact/folder.ts';
import { fetchVersion } from '#lib/registry/registered.ts';
import { listVersions, readVersion, registryFolder } from '#lib/registry/working-tree.ts';
import { isWorkflow } from '#lib/workflow-run.ts';
import type { World } from '#lib/world.ts';
import { UserError } from '#registry/error.ts';
import { Training } from '#registry/evidence/training.ts';
import type { RunPurpose } from '#registry/run.ts';
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

/**
 * The artifact that these inputs were made into before: by a workflow, as the registry has it; else by a run of this
 * machine, which counts for local use alone. Null where there is none, or where it can't be had.
 */
export async function findBuilt(
  root: string,
  model: string,
  digest: string,
  world: World,
): Promise<BuiltBefore | null> {
  return (
    (await registered(root, model, digest, world)) ?? (isWorkflow(world.env) ? null : await ran(root, model, digest))
  );
}

async function registered(root: string, model: string, digest: string, world: World): Promise<BuiltBefore | null> {
  for (const number of (await listVersions(root, model)).reverse()) {
    const { value } = await readVersion(root, model, number);
    if (value.run === null || value.lineage.input_digest !== digest) continue;
    const evidence = join(root, registryFolder(model), 'evidence', `training-${value.evidence.training}.json`);
    const training = await readTraining(evidence, value.evidence.training);
    if (training === null || training.artifact.digest !== value.artifact.digest) continue;
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

async function ran(root: string, model: string, digest: string): Promise<BuiltBefore | null> {
  const runs = (await listRuns(root, model)).reverse();
  // One that stands for itself knows more than one that was made for it: of how many it was the best, how seeds spread.
  const own = (purpose: RunPurpose) => Number(purpose === 'train');
  for (const { folder, run } of runs.toSorted((a, b) => own(b.run.purpose) - own(a.run.purpose))) {
    if (run.state !== 'succeeded' || run.input_digest !== digest) continue;
    const evidence = join(folder, 'training.json');
    const training = await readTraining(evidence, null);
    const artifact = await readArtifactFolder(join(folder, 'artifact'), `the run ${run.run}`).catch(() => null);
    if (training === null || artifact === null) continue;
    if (artifact.digest !== run.digest || training.artifact.digest !== run.digest) continue;
    return { by: `the run ${run.run}`, artifact: artifact.path, evidence, training };
  }
  return null;
}

/** Evidence of a file; null where it is none, or has another digest than it should. */
async function readTraining(path: string, digest: string | null): Promise<Training | null> {
  const bytes = await readFile(path).catch(() => null);
  if (bytes === null) return null;
  if (digest !== null && createHash('sha256').update(bytes).digest('hex') !== digest) return null;
  try {
    return Training.safeParse(JSON.parse(bytes.toString('utf8'))).data ?? null;
  } catch {
    return null;
  }
}
