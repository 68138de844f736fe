import type { Channels } from './channels.ts';
import type { Evaluation } from './evidence/evaluation.ts';
import type { Training } from './evidence/training.ts';
import type { Version } from './version.ts';

/** A registered version and what is known of it. */
export interface VersionRecord {
  version: Version;
  /** Null where the repository does not have it. */
  training: Training | null;
  /** Null for a first version, or where the repository does not have it. */
  evaluation: Evaluation | null;
  channels: Channels;
}

/** Where a version stands: `champion`, `canary with 5 % of the traffic`, `retired`, …; and why, where that is written. */
export function standingOf({ version: { version, artifact }, channels }: VersionRecord): string {
  const { champion, canary, retired, quarantined, overrides } = channels;
  if (champion === version) return 'champion';
  if (canary?.version === version) return `canary with ${canary.traffic} % of the traffic`;
  const quarantine = quarantined.find(({ digest }) => digest === artifact.digest);
  const override = overrides.find(({ digest }) => digest === artifact.digest);
  if (override !== undefined) return `let back in until ${override.expires}: ${override.reason}`;
  if (quarantine !== undefined) return `quarantined: ${quarantine.reason}`;
  return retired.includes(version) ? 'retired' : 'registered';
}
