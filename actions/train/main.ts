import { cp, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { reportToWorkflow } from '#lib/action.ts';
import { loadModel } from '#lib/load-model.ts';
import type { Verb } from '#lib/verb.ts';
import { isWorkflow } from '#lib/workflow-run.ts';
import type { World } from '#lib/world.ts';
import { requireReplaceable, writeFolder } from '#lib/write-folder.ts';
import { UserError } from '#registry/error.ts';
import { trainingLines, trainingSummary } from '#registry/markdown/training.ts';
import type { Model } from '#registry/model.ts';
import { findBuilt } from './built-before.ts';
import { type BuiltBefore, finishedRuns, NO_RUNS } from './finished-runs.ts';
import { TrainInputs } from './inputs.ts';
import { withLogs } from './logs.ts';
import { primaryMetric } from './primary.ts';
import { resolveInputs } from './resolve.ts';
import { openWork, sweepRuns } from './runs.ts';
import { trainModel } from './train-model.ts';

export const verb: Verb<typeof TrainInputs> = {
  description:
    'Trains a model: features, the training program, and an artifact with evidence of what it was made from.',
  inputs: TrainInputs,
  async run(inputs, world) {
    const root = resolve(inputs.root);
    const { model } = await loadModel(root, inputs.model);
    const out = inputs.out ?? workflowFolder(model.name, world.env);
    if (out !== null) await requireReplaceable(resolve(out), out, isOurs);
    const { built, cached } = await withLogs(root, model.name, world, () => build(root, model, inputs, world));
    const { artifact, evidence } =
      out === null ? built : await copyTo(out, built, join(root, 'models', model.name, 'model.yaml'));
    const { training } = built;
    const primary = primaryMetric(model).name;
    const recipe = out === null ? '' : join(out, 'model.yaml');
    const outputs = { digest: training.artifact.digest, artifact, evidence, recipe, cached: String(cached) };
    await reportToWorkflow(outputs, trainingSummary(training, primary, cached ? built.by : null));
    for (const line of trainingLines(training, primary, cached ? built.by : null)) world.print(line);
    world.print(`Artifact in ${artifact}, evidence in ${evidence}`);
    return 0;
  },
};

/** Steps that come after need a place where artifact and evidence lie side by side, whoever made them. */
function workflowFolder(model: string, env: World['env']): string | null {
  return isWorkflow(env) ? join(env['RUNNER_TEMP'] ?? '.tiltyard', 'tiltyard-training', model) : null;
}

async function build(
  root: string,
  model: Model,
  inputs: TrainInputs,
  world: World,
): Promise<{ built: BuiltBefore; cached: boolean }> {
  await sweepRuns(root, model.name);
  const work = await openWork(root);
  try {
    const { seeds, verify, sweep, tries = null, parallel = null } = inputs;
    if (!sweep && (tries !== null || parallel !== null)) {
      throw new UserError('--tries and --parallel say how to search, but no search was asked for', {
        fix: 'Add --sweep.',
      });
    }
    const search = sweep ? { tries, parallel } : null;
    const resolved = await resolveInputs(root, model, work, world, { seeds });
    const finished = inputs.force ? NO_RUNS : await finishedRuns(root, model.name, world.env);
    const again = inputs.force || verify || sweep;
    const before = again ? null : await findBuilt(root, model.name, resolved.digest, finished, world);
    if (before !== null) return { built: before, cached: true };
    const limits = { memory: inputs['memory-limit'] * 1e6, seconds: inputs.timeout };
    const how = { verify, seeds, search, finished, allowChanges: inputs['allow-changes'], limits };
    const { name, folder, training } = await trainModel(resolved, work, how, world);
    const built = {
      by: `the run ${name}`,
      artifact: join(folder, 'artifact'),
      evidence: join(folder, 'training.json'),
    };
    return { built: { ...built, training }, cached: false };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

const OURS =
  /^(training\.json|model\.yaml|artifact(\/(features\.sql|artifact\.json|training-ids\.parquet|model\.onnx|state(\/\w+\.parquet)?))?)$/;

function isOurs(files: string[]): boolean {
  return files.includes('training.json') && files.every((file) => OURS.test(file));
}

async function copyTo(
  out: string,
  { artifact, evidence }: BuiltBefore,
  model: string,
): Promise<{ artifact: string; evidence: string }> {
  await writeFolder(out, isOurs, async (folder) => {
    await cp(artifact, join(folder, 'artifact'), { recursive: true });
    await cp(evidence, join(folder, 'training.json'));
    // Whoever evaluates a change of the policy has only the base's.
    await cp(model, join(folder, 'model.yaml'));
  });
  return { artifact: join(out, 'artifact'), evidence: join(out, 'training.json') };
}
