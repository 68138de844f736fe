import { createHash } from 'node:crypto';
import { stringify } from 'yaml';
import { evidenceFacts } from '#registry/fsck/evidence-facts.ts';
import { registryFile } from '#registry/fsck/place.ts';
import type { Version } from '#registry/version.ts';
import { writeVersion } from '#registry/write-version.ts';
import type { RegistryChange, RegistryEntry } from '../../../bot/snapshot/snapshot.ts';
import { trainingDocument } from '../../fixtures/training.ts';
import { versionDocument } from '../../fixtures/version.ts';

/** Texts by path; `→ target` stands for a link. */
export type Folder = Record<string, string>;

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const blobOf = (text: string) =>
  createHash('sha1')
    .update(`blob ${Buffer.byteLength(text)}\0${text}`)
    .digest('hex');

/** The files that register versions of the model `shop`. */
export function registered(numbers: readonly string[], edit: (version: Version) => void = () => {}): Folder {
  return Object.assign(
    {},
    ...numbers.map((number) => {
      const version = versionDocument(number, edit);
      const training = `${JSON.stringify(trainingDocument(version), null, 1)}\n`;
      version.evidence.training = sha256(training);
      return {
        [`registry/shop/versions/${number}.yaml`]: writeVersion(version),
        [`registry/shop/evidence/training-${sha256(training)}.json`]: training,
      };
    }),
  );
}

export const channelsFile = (channels: object): Folder => ({ 'registry/shop/channels.yaml': stringify(channels) });

/** What a snapshot holds of a pull request that changes the registry. */
export function registryChange(
  { atBase, atHead, atMergeBase = atBase }: { atMergeBase?: Folder; atBase: Folder; atHead: Folder },
  edits: Partial<RegistryChange> = {},
): RegistryChange {
  const change: RegistryChange = {
    atMergeBase: entries(atMergeBase),
    atBase: entries(atBase),
    atHead: entries(atHead),
    texts: {},
    evidence: {},
    problem: null,
  };
  for (const [path, text] of [...Object.entries(atBase), ...Object.entries(atHead)]) {
    const { kind } = registryFile(path);
    if (kind === 'version' || kind === 'channels') change.texts[blobOf(text)] = text;
  }
  for (const [path, text] of Object.entries(atHead)) {
    if (registryFile(path).kind === 'evidence' && atMergeBase[path] !== text)
      change.evidence[blobOf(text)] = evidenceFacts(Buffer.from(text));
  }
  return { ...change, ...edits };
}

function entries(folder: Folder): RegistryEntry[] {
  return Object.entries(folder).map(([path, text]) => ({
    path,
    blob: blobOf(text),
    kind: text.startsWith('→ ') ? 'link' : 'file',
  }));
}
