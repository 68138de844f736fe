import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { type ArtifactFolder, readArtifactFolder } from '#lib/artifact/folder.ts';
import { loadModel } from '#lib/load-model.ts';
import { loadSettings } from '#lib/load-settings.ts';
import { readEvidence } from '#lib/registry/read-evidence.ts';
import { usedNumbers } from '#lib/registry/used-numbers.ts';
import { listVersions, readChannels, readVersion } from '#lib/registry/working-tree.ts';
import { pushArtifact } from '#lib/store/artifact.ts';
import { openStore } from '#lib/store/open.ts';
import type { Verb } from '#lib/verb.ts';
import type { World } from '#lib/world.ts';
import { writeTogether } from '#lib/write.ts';
import { Bump } from '#registry/bump.ts';
import { standingQuarantine } from '#registry/channel-rules.ts';
import { UserError } from '#registry/error.ts';
import { Evaluation } from '#registry/evidence/evaluation.ts';
import { Training } from '#registry/evidence/training.ts';
import { quoted } from '#registry/judge/context.ts';
import type { Model } from '#registry/model.ts';
import { type Document, type NewVersion, namedVersions, type Registration, register } from '#registry/registration.ts';
import type { Version } from '#registry/version.ts';
import { comparisonDoubt } from './compared.ts';
import { requireTrained } from './register-checks.ts';
import { shellCommand } from './shell.ts';

const Inputs = z.strictObject({
  model: z.string().min(1).describe('The model: the name of a folder under models/'),
  run: z
    .string()
    .min(1)
    .describe(
      'The run of training: its name under .tiltyard/runs/, or a folder that holds artifact/ and training.json',
    ),
  evaluation: z.string().min(1).optional().describe('The evidence of tiltyard evaluate for this artifact'),
  bump: Bump.optional().describe('What the version’s number says: major, minor or patch; by default that is decided'),
  'intended-use': z
    .string()
    .min(1)
    .optional()
    .describe('What the model is for; by default as the version before has it'),
  limits: z
    .string()
    .min(1)
    .optional()
    .describe('What it must not be used for; by default as the version before has it'),
  root: z.string().min(1).default('.').describe('Root of the repository that holds models/ and registry/'),
});
type Inputs = z.infer<typeof Inputs>;

/** Others may register at the same moment; each of them takes a number. */
const ATTEMPTS = 20;

export const verb: Verb<typeof Inputs> = {
  description:
    'Makes a version of a trained artifact: uploads it, and writes its manifest and evidence into registry/.',
  inputs: Inputs,
  async run(inputs, world) {
    const root = resolve(inputs.root);
    const { model } = await loadModel(root, inputs.model);
    const { artifact, training } = await readRun(root, model, inputs.run);
    const evaluation =
      inputs.evaluation === undefined ? null : await readEvidence(Evaluation, resolve(inputs.evaluation));
    await requireFree(root, model.name, artifact.digest, world);
    const used = await usedNumbers(root, model.name, world);
    const trial = { root, model, inputs, training, evaluation, used };
    // What is wrong with the documents is told before anything is uploaded.
    register(await registrationOf(trial, 'file:trial', await listVersions(root, model.name)));
    const uri = await upload(root, artifact, world);

    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      world.signal.throwIfAborted();
      const numbers = await listVersions(root, model.name);
      const known = await versionOf(root, model.name, numbers, artifact.digest);
      if (known !== null) {
        world.print(`${model.name} ${known} is this artifact already (${artifact.digest}); nothing was written.`);
        return 0;
      }
      const registered = register(await registrationOf(trial, uri, numbers));
      const files = Object.entries(registered.files).map(([path, text]) => [join(root, path), text] as const);
      if (await writeTogether(Object.fromEntries(files), join(root, registered.manifest))) {
        for (const line of await closing(trial, registered)) world.print(line);
        return 0;
      }
    }
    throw new UserError(`others register versions of ${model.name} without end`, {
      fix: 'Try again when they are done.',
    });
  },
};

interface Trial {
  root: string;
  model: Model;
  inputs: Inputs;
  training: Document<Training>;
  evaluation: Document<Evaluation> | null;
  /** Numbers that git knows of. */
  used: readonly string[];
}

/** A run's artifact and evidence, which belong together. */
async function readRun(
  root: string,
  model: Model,
  name: string,
): Promise<{ artifact: ArtifactFolder; training: Document<Training> }> {
  const kept = join(root, '.tiltyard', 'runs', model.name);
  const folder = /^[\w.-]+$/.test(name) && (await isFolder(join(kept, name))) ? join(kept, name) : resolve(name);
  if (!(await isFolder(folder))) {
    throw new UserError(`there is no run ${JSON.stringify(name)} of ${model.name}, and no folder of that name`, {
      fix: `Name one that ${shellCommand('tiltyard', 'runs', '--model', model.name)} lists, or the folder that tiltyard train --out wrote.`,
    });
  }
  const artifact = await readArtifactFolder(join(folder, 'artifact'), `the run ${name}`);
  const training = await readEvidence(Training, join(folder, 'training.json'));
  requireTrained(model, artifact, training.value, join(folder, 'training.json'));
  return { artifact, training };
}

async function isFolder(path: string): Promise<boolean> {
  const there = await stat(path).catch(() => null);
  return there?.isDirectory() === true;
}

/** @throws UserError where the artifact is quarantined. */
async function requireFree(root: string, model: string, digest: string, world: World): Promise<void> {
  const { path, document } = await readChannels(root, model);
  const standing = standingQuarantine(document.value, digest, world.now().toISOString().slice(0, 10));
  if (standing === null) return;
  throw new UserError(`${path}: this artifact is quarantined as ${standing.version}: ${quoted(standing.reason)}`, {
    fix: 'Train another one, or override the quarantine with a reason and a last day (tiltyard override).',
  });
}

async function upload(root: string, artifact: ArtifactFolder, world: World): Promise<string> {
  const { store: settings } = await loadSettings(root);
  const store = await openStore(settings, { root, env: world.env, signal: world.signal });
  const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);
  const { digest, uri, bytes, receipts } = await pushArtifact(store, artifact, {
    onBytes: (done, total) =>
      world.progress(`uploading and reading back: ${megabytes(done)} of ${megabytes(total)} MB`),
  });
  const there = receipts.every(({ existed }) => existed)
    ? 'was there already, and was checked'
    : 'uploaded and read back';
  world.print(`Artifact ${digest} (${megabytes(bytes)} MB) in ${store.uri}: ${there}.`);
  for (const { key } of receipts.filter(({ repaired }) => repaired)) {
    world.print(`The store had other bytes under ${key}; they were replaced. Find out what changed them.`);
  }
  return uri;
}

/** The version that is this artifact; null where none is. */
async function versionOf(
  root: string,
  model: string,
  numbers: readonly string[],
  digest: string,
): Promise<string | null> {
  for (const number of numbers) {
    if ((await readVersion(root, model, number)).value.artifact.digest === digest) return number;
  }
  return null;
}

async function registrationOf(
  { root, model, inputs, training, evaluation, used }: Trial,
  uri: string,
  numbers: readonly string[],
): Promise<Registration> {
  const { value: channels } = (await readChannels(root, model.name)).document;
  const number = channels.champion ?? numbers.at(-1) ?? null;
  const parent = number === null ? null : (await readVersion(root, model.name, number)).value;
  const card: Version['card'] = {
    owner: model.owner ?? null,
    intended_use: inputs['intended-use'] ?? parent?.card.intended_use ?? null,
    limits: inputs.limits ?? parent?.card.limits ?? null,
  };
  const taken = [...numbers, ...used, ...namedVersions(channels)];
  return { model: model.name, uri, training, evaluation, card, parent, taken, bump: inputs.bump ?? null };
}

async function closing(
  { model: { name }, inputs, root: folder, evaluation }: Trial,
  { version, reason, files }: NewVersion,
): Promise<string[]> {
  const { root } = inputs;
  const lines = [
    `${name} ${version.version} is registered: ${reason}.`,
    ...Object.keys(files).map((path) => `Wrote ${join(root, path)}`),
  ];
  if (version.run === null) lines.push('It was trained on this machine, not by a workflow: its evidence is a claim.');
  if (version.lineage.modified || version.lineage.commit === null) {
    lines.push('Its files were not all committed: no commit can be checked out to build it again.');
  }
  const doubt = await comparisonDoubt(folder, name, version.version, evaluation?.value ?? null);
  if (doubt !== null) lines.push(`${doubt}: promoting it takes a reason.`);
  else if (evaluation === null) lines.push('It has no evaluation; one is given with --evaluation.');
  const at = root === '.' ? [] : ['--root', root];
  const step = version.parent === null ? [] : ['--traffic', '5'];
  const next = shellCommand('tiltyard', 'promote', version.version, '--model', name, ...step, ...at);
  return [...lines, `Next: commit registry/${name} and open a pull request. Then ${next} moves it.`];
}
