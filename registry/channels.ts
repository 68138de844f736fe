import { z } from 'zod';
import { type ReadDocument, readDocument } from './document.ts';
import { VersionNumber } from './version.ts';

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
  quarantined: z.array(VersionNumber).default([]),
});
export type Channels = z.infer<typeof Channels>;

/** @throws UserError with file, line and column. */
export function parseChannels(text: string, path: string): ReadDocument<Channels> {
  return readDocument(Channels, text, path, (channels) =>
    channels.champion !== null && channels.quarantined.includes(channels.champion)
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
