import type { VersionNumber } from './version.ts';

/** One step of a version from channel to channel; each is one edit of channels.yaml. */
export type Move =
  /** registered → canary; or canary → canary, with other traffic (per cent). */
  | { kind: 'canary'; version: VersionNumber; traffic: number }
  /** canary → registered. */
  | { kind: 'withdraw' }
  /** canary → champion, and champion → retired; or none → champion, for the first version. */
  | { kind: 'promote'; version: VersionNumber }
  /** retired → champion, and champion → retired, or → quarantined where a reason is given. */
  | { kind: 'rollback'; to: VersionNumber; quarantine: string | null }
  /** Any but champion → quarantined. */
  | { kind: 'quarantine'; version: VersionNumber; reason: string }
  /** quarantined → registered, until a day. */
  | { kind: 'override'; version: VersionNumber; reason: string; expires: string };
