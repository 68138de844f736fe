import { z } from 'zod';
import { channelProblems } from './channel-rules.ts';
import { Digest } from './digest.ts';
import { type ReadDocument, readDocument } from './document.ts';
import { VersionNumber } from './version.ts';

/** A canary's share of the traffic, in per cent. */
export const Traffic = z.number().gt(0).max(100);

/** A version that must not serve again, and why. It holds for the digest, under whatever number. */
export const Quarantined = z.strictObject({
  version: VersionNumber,
  digest: Digest,
  reason: z.string().min(1),
});
export type Quarantined = z.infer<typeof Quarantined>;

/**
 * A quarantined digest that a person lets back in, until a day. The quarantine stays written beside it and holds again
 * when the day is over: what has moved by then stays where it is, and moves no further.
 */
export const Override = z.strictObject({
  version: VersionNumber,
  digest: Digest,
  reason: z.string().min(1),
  /** The last day on which it lets the version move: `2026-12-31`. */
  expires: z.iso.date(),
});
export type Override = z.infer<typeof Override>;

/**
 * `registry/<model>/channels.yaml`: which version each channel points to. It holds no clock times; when a channel moved
 * is GitHub's to say.
 */
export const Channels = z.strictObject({
  champion: VersionNumber.nullable().default(null),
  /** A version that gets a share of the traffic. */
  canary: z.strictObject({ version: VersionNumber, traffic: Traffic }).nullable().default(null),
  /** Champions of before; the last one is the next to go back to. */
  retired: z.array(VersionNumber).default([]),
  quarantined: z.array(Quarantined).default([]),
  overrides: z.array(Override).default([]),
});
export type Channels = z.infer<typeof Channels>;

/**
 * Reads channels.yaml and holds it against the rules that take no other file to check.
 * @throws UserError with file, line and column.
 */
export function parseChannels(text: string, path: string): ReadDocument<Channels> {
  return readDocument(Channels, text, path, (channels) => channelProblems(channels));
}
