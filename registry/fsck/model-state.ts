import { Channels } from '../channels.ts';
import type { Digest } from '../digest.ts';
import { parseVersion, type Version, type VersionNumber } from '../version.ts';
import type { EvidenceFacts } from './evidence-facts.ts';
import { type Trained, trainedOf } from './trained.ts';

/** What files hold, by the ids that commits give them. */
export interface Contents {
  /** A manifest's or channels.yaml's text. */
  text(id: string): string;
  /** That text as the manifest of a path and its number, which has to be the number that the manifest gives itself. */
  manifest(id: string, path: string, number: VersionNumber): ReadManifest;
  evidence(id: string): EvidenceFacts;
}

/** A manifest, and what it repeats of its training evidence. */
export interface Manifest {
  version: Version;
  path: string;
  trained: Trained;
  line: (entry: readonly string[]) => number | null;
}

/** Or the error of the reader, where there is one. */
export type ReadManifest = Manifest | { error: unknown };

export function readManifest(text: string, path: string, number: VersionNumber): ReadManifest {
  try {
    const { value: version, line } = parseVersion(text, path, number);
    return { version, path, trained: trainedOf(version), line };
  } catch (error) {
    return { error };
  }
}

/** One model's registry after some commit, and what must be remembered of all before. */
export interface ModelState {
  model: string;
  /** Those that are there; null for one that can't be read. */
  manifests: Map<VersionNumber, Manifest | null>;
  /** What each number stood for first, whether or not it is still there. */
  first: Map<VersionNumber, { content: string; commit: string | null }>;
  /** The first version of each artifact, by digest. */
  artifacts: Map<Digest, VersionNumber>;
  /** The digest of each version's artifact, for the rules of the channels. */
  registered: Map<VersionNumber, Digest>;
  /** Content of the evidence that is there, by `<kind>-<digest>`. */
  evidence: Map<string, string>;
  /** Text of channels.yaml as it is; null where there is none. */
  channels: string | null;
  /** The last legal state of the channels. */
  legal: Channels;
}

export function emptyState(model: string): ModelState {
  return {
    model,
    manifests: new Map(),
    first: new Map(),
    artifacts: new Map(),
    registered: new Map(),
    evidence: new Map(),
    channels: null,
    legal: Channels.parse({}),
  };
}
