import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '#registry/error.ts';
import { Evaluation } from '#registry/evidence/evaluation.ts';
import { Training } from '#registry/evidence/training.ts';
import type { VersionRecord } from '#registry/record.ts';
import { sha256 } from '#registry/sha256.ts';
import { type Version, VersionNumber } from '#registry/version.ts';
import { listVersions, readChannels, readVersion, registryFolder } from './working-tree.ts';

/** A registered version of the working tree, with the evidence that its manifest names. */
export async function readRecord(root: string, model: string, number: string): Promise<VersionRecord> {
  if (!/^[a-z0-9-]+$/.test(model)) {
    throw new UserError(`${JSON.stringify(model)} is no name of a model`, { fix: 'Name a folder under registry/.' });
  }
  if (!VersionNumber.safeParse(number).success) {
    const known = await listVersions(root, model);
    throw new UserError(`${JSON.stringify(number)} is no version`, {
      fix: known.length === 0 ? 'Give a version as 1.4.0.' : `Choose one of ${known.slice(-10).join(', ')}.`,
    });
  }
  const { value: version } = await readVersion(root, model, number);
  const { document } = await readChannels(root, model);
  const [training, evaluation] = await Promise.all([
    readEvidence(root, version, 'training', Training),
    readEvidence(root, version, 'evaluation', Evaluation),
  ]);
  return { version, training, evaluation, channels: document.value };
}

/** Null where the manifest names none, or the repository does not have it. */
async function readEvidence<T>(
  root: string,
  { model, evidence }: Version,
  kind: 'training' | 'evaluation',
  schema: { parse(value: unknown): T },
): Promise<T | null> {
  const digest = evidence[kind];
  if (digest === null) return null;
  const path = join(registryFolder(model), 'evidence', `${kind}-${digest}.json`);
  const bytes = await readFile(join(root, path)).catch(() => null);
  if (bytes === null) return null;
  if (sha256(bytes) !== digest) {
    throw new UserError(`${path} has other bytes than its name says`, {
      fix: 'Restore it from git; tiltyard fsck tells what else is wrong.',
    });
  }
  try {
    return schema.parse(JSON.parse(bytes.toString('utf8')));
  } catch (cause) {
    throw new UserError(`${path} is no ${kind} evidence that this Tiltyard can read`, {
      fix: 'Use the version of Tiltyard that wrote it, or a later one.',
      cause,
    });
  }
}
