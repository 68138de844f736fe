import { z } from 'zod';
import { Digest } from './digest.ts';
import { type ReadDocument, readDocument } from './document.ts';
import { VersionNumber } from './version.ts';

/** A version that must not serve again, and why. */
export const Quarantined = z.strictObject({
  version: VersionNumber,
  digest: Digest,
  reason: z.string().min(1),
});
export type Quarantined = z.infer<typeof Quarantined>;

/** A quarantined version that a person let back in, until a day. */
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
  /** A version that gets a share of the traffic, in per cent. */
  canary: z
    .strictObject({ version: VersionNumber, traffic: z.number().gt(0).max(100) })
    .nullable()
    .default(null),
  retired: z.array(VersionNumber).default([]),
  quarantined: z.array(Quarantined).default([]),
  overrides: z.array(Override).default([]),
});
export type Channels = z.infer<typeof Channels>;

/** @throws UserError with file, line and column. */
export function parseChannels(text: string, path: string): ReadDocument<Channels> {
  return readDocument(Channels, text, path, (channels) =>
    channels.champion !== null && channels.quarantined.some(({ version }) => version === channels.champion)
      ? [
          {
            entry: ['champion'],
            message: `the champion ${channels.champion} is quarantined`,
            fix: 'Point the channel to a version that is not.',
          },
        ]
      : [],
  );
}
