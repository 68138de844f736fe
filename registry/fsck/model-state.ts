import { Channels } from '../channels.ts';
import type { Digest } from '../digest.ts';
import type { Version, VersionNumber } from '../version.ts';
import type { EvidenceFacts } from './evidence-facts.ts';

/** What files hold, by the ids that commits give them. */
export interface Contents {
  /** A manifest's or channels.yaml's text. */
  text(id: string): string;
  evidence(id: string): EvidenceFacts;
}

/** A manifest that is there; null for one that can't be read. */
export type Manifest = { version: Version; path: string; line: (entry: readonly string[]) => number | null } | null;

/** One model's registry after some commit, and what must be remembered of all before. */
export interface ModelState {
  model: string;
  manifests: Map<VersionNumber, Manifest>;
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
