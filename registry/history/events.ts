import type { Registered } from '../channel-rules.ts';
import { Channels, parseChannels } from '../channels.ts';
import { UserError } from '../error.ts';
import { registryFile } from '../fsck/place.ts';
import { sayMove } from '../move-sentence.ts';
import { transitionOf } from '../transition.ts';
import type { VersionNumber } from '../version.ts';
import type { Commit } from './commit.ts';

/** One commit that changed channels.yaml. */
export interface ChannelEvent {
  commit: Commit;
  /** The channels after it; null where they could not be read. */
  channels: Channels | null;
  /** What it moved: `1.5.0 → canary 5 %`. */
  moves: string[];
  /** Versions that serve now, or more, by this commit. */
  versions: VersionNumber[];
  /** What of it is no legal move, or can't be read. */
  problems: string[];
  /** Evidence that was committed with it: `<kind>-<digest>`. */
  evidence: string[];
}

/**
 * What each commit moved, oldest first.
 * @param texts Texts of channels.yaml by the ids of the commits' changes.
 * @param registered The digests of versions that are registered now.
 */
export function channelEvents(
  commits: readonly Commit[],
  model: string,
  texts: (id: string) => string,
  registered: Registered,
): ChannelEvent[] {
  let before = Channels.parse({});
  return commits.flatMap((commit) => {
    const files = commit.changes.map((change) => ({ change, file: registryFile(change.path) }));
    const changed = files.find(({ file }) => file.kind === 'channels' && file.model === model)?.change;
    if (changed === undefined) return [];
    const evidence = files.flatMap(({ file, change }) =>
      file.kind === 'evidence' && file.model === model && change.before === null ? [`${file.of}-${file.digest}`] : [],
    );
    const event: ChannelEvent = { commit, channels: null, moves: [], versions: [], problems: [], evidence };
    const text = changed.after === null || changed.kind !== 'file' ? '{}' : texts(changed.after);
    try {
      const channels = parseChannels(text, changed.path).value;
      const { moves, problems } = transitionOf(before, channels, { registered, today: commit.date.slice(0, 10) });
      event.channels = channels;
      event.moves = moves.map(sayMove);
      event.versions = moves.flatMap((move) =>
        move.kind === 'rollback' ? [move.to] : move.kind === 'withdraw' ? [] : [move.version],
      );
      event.problems = problems;
      before = channels;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      event.problems = error.message.split('\n');
    }
    return [event];
  });
}

/** The events by which a version came to stand elsewhere, also where it had to go for another. */
export function eventsOf(events: readonly ChannelEvent[], version: VersionNumber): ChannelEvent[] {
  let before = standingIn(Channels.parse({}), version);
  return events.filter(({ channels }) => {
    const after = channels === null ? before : standingIn(channels, version);
    const moved = after !== before;
    before = after;
    return moved;
  });
}

/** All that the channels say of a version, to be compared. */
function standingIn({ champion, canary, retired, quarantined, overrides }: Channels, version: VersionNumber): string {
  const named = [...quarantined, ...overrides].filter((entry) => entry.version === version);
  const share = canary?.version === version ? canary.traffic : null;
  return JSON.stringify([champion === version, share, retired.includes(version), named]);
}

/** The last of the events whose commit is dated at or before a moment; null before the first. */
export function eventAt(events: readonly ChannelEvent[], moment: Date): ChannelEvent | null {
  return events.findLast(({ commit }) => new Date(commit.date) <= moment) ?? null;
}

/** The first commit that is dated before the one that it follows: by such dates nothing can be told. */
export function firstBackwards(events: readonly ChannelEvent[]): Commit | null {
  return events.find(({ commit }, index) => index > 0 && commit.date < events[index - 1].commit.date)?.commit ?? null;
}
