import { channelProblems, type Registered, standingQuarantine } from './channel-rules.ts';
import { Channels } from './channels.ts';
import type { Digest } from './digest.ts';
import { quoted } from './judge/context.ts';
import type { VersionNumber } from './version.ts';

/** One step of a version from channel to channel; each is one edit of channels.yaml. */
export type Move =
  /** registered → canary; or canary → canary, with other traffic (per cent). */
  | { kind: 'canary'; version: VersionNumber; traffic: number }
  /** canary → registered. */
  | { kind: 'withdraw' }
  /**
   * canary → champion, and champion → retired, or → quarantined where a reason is given; or none → champion, for the
   * first version.
   */
  | { kind: 'promote'; version: VersionNumber; quarantine: string | null }
  /** retired → champion, and champion → retired, or → quarantined where a reason is given. */
  | { kind: 'rollback'; to: VersionNumber; quarantine: string | null }
  /** Any but champion → quarantined. */
  | { kind: 'quarantine'; version: VersionNumber; reason: string }
  /** quarantined → registered, until a day. */
  | { kind: 'override'; version: VersionNumber; reason: string; expires: string };

/** What a move is held against besides the channels. */
export interface MoveContext {
  registered: Registered;
  /** The day of the move, `2026-11-21`: by it overrides expire. */
  today: string;
}

/** The channels after a move; or why it isn't legal, in a sentence without its full stop, and what to do instead. */
export type Moved = { kind: 'moved'; channels: Channels } | Refused;
interface Refused {
  kind: 'refused';
  reason: string;
  fix: string;
}

/**
 * Makes a legal move, or refuses it. From a legal state it only ever leads to a legal state; from an illegal one it
 * leads nowhere.
 */
export function applyMove(before: Channels, move: Move, context: MoveContext): Moved {
  const [wrong] = channelProblems(before, context.registered);
  if (wrong !== undefined) return refused(`the channels are in an illegal state: ${wrong.message}`, wrong.fix);
  const moved = apply(before, move, context);
  if (moved.kind === 'refused') return moved;
  // What is left here are words and numbers that no channels.yaml can hold, such as a reason without a word.
  const { data, error } = Channels.safeParse(moved.channels);
  if (data === undefined) {
    const [issue] = error.issues;
    return refused(`channels.yaml can't hold it: ${issue?.path.join('.')}: ${issue?.message}`, 'Correct that.');
  }
  const [broken] = channelProblems(data, context.registered);
  return broken === undefined ? moved : refused(broken.message, broken.fix);
}

function apply(before: Channels, move: Move, context: MoveContext): Moved {
  switch (move.kind) {
    case 'canary':
      return toCanary(before, move.version, move.traffic, context);
    case 'withdraw':
      return before.canary === null
        ? refused('there is no canary to withdraw', 'Nothing needs to be done.')
        : moved({ ...before, canary: null });
    case 'promote':
      return promote(before, move.version, move.quarantine, context);
    case 'rollback':
      return rollBack(before, move.to, move.quarantine, context);
    case 'quarantine':
      return quarantine(before, move.version, move.reason, context);
    case 'override':
      return override(before, move, context);
  }
}

function toCanary(before: Channels, version: VersionNumber, traffic: number, context: MoveContext): Moved {
  const { champion, canary, retired } = before;
  if (champion === null) {
    return refused(
      `${version} can't be canary: there is no champion that would serve the rest of the traffic`,
      'The first version becomes champion without a canary.',
    );
  }
  if (version === champion) return refused(`${version} is the champion already`, 'Name another version.');
  if (canary !== null && canary.version !== version) {
    return refused(`${canary.version} is the canary, and there is one at most`, 'Withdraw it or promote it first.');
  }
  if (canary?.traffic === traffic) {
    return refused(`${version} is the canary with ${traffic} % already`, 'Name another share of the traffic.');
  }
  if (retired.includes(version)) return refused(...onlyByRollback(version));
  return barred(before, version, context) ?? moved({ ...before, canary: { version, traffic } });
}

function promote(before: Channels, version: VersionNumber, reason: string | null, context: MoveContext): Moved {
  const { champion, canary, retired } = before;
  if (champion === version) return refused(`${version} is the champion already`, 'Nothing needs to be done.');
  if (retired.includes(version)) return refused(...onlyByRollback(version));
  if (champion !== null && canary?.version !== version) {
    return refused(
      `${version} is not the canary, and only the first version becomes champion without having been it`,
      `Give it a share of the traffic first.`,
    );
  }
  const barrier = barred(before, version, context);
  if (barrier !== null) return barrier;
  if (champion === null) {
    return reason === null
      ? moved({ ...before, champion: version })
      : refused('there is no champion to quarantine', 'Leave the quarantine out.');
  }
  const retiring = { ...before, champion: version, canary: null, retired: [...retired, champion] };
  return reason === null ? moved(retiring) : quarantine(retiring, champion, reason, context);
}

function rollBack(before: Channels, to: VersionNumber, reason: string | null, context: MoveContext): Moved {
  const { champion, retired } = before;
  if (champion === null || !retired.includes(to)) {
    return refused(
      `${to} was never champion, or is it now: a rollback leads back to a retired version`,
      retired.length === 0 ? 'No version is retired.' : `Choose one of ${retired.join(', ')}.`,
    );
  }
  const barrier = barred(before, to, context);
  if (barrier !== null) return barrier;
  // To the front: who rolls back again goes further back, and not forth.
  const retiring = { ...before, champion: to, retired: [champion, ...retired.filter((version) => version !== to)] };
  return reason === null ? moved(retiring) : quarantine(retiring, champion, reason, context);
}

function quarantine(before: Channels, version: VersionNumber, reason: string, context: MoveContext): Moved {
  const { champion, canary, retired, quarantined, overrides } = before;
  const digest = context.registered.get(version);
  if (digest === undefined) return refused(...unregistered(version));
  const isSame = (other: VersionNumber) => context.registered.get(other) === digest;
  if (champion !== null && isSame(champion)) {
    return refused(
      champion === version
        ? `${version} is the champion, which can't be quarantined without a successor`
        : `${version} is the same artifact as the champion ${champion}`,
      'Roll back, and give the reason there.',
    );
  }
  const earlier = quarantined.find((one) => one.digest === digest);
  if (earlier !== undefined && !overrides.some((one) => one.digest === digest)) {
    return refused(`${earlier.version} is quarantined already: ${quoted(earlier.reason)}`, 'Nothing needs to be done.');
  }
  return moved({
    champion,
    canary: canary !== null && isSame(canary.version) ? null : canary,
    retired: retired.filter((other) => !isSame(other)),
    quarantined: withEntry(quarantined, { version, digest, reason }),
    overrides: overrides.filter((one) => one.digest !== digest),
  });
}

function override(before: Channels, move: Move & { kind: 'override' }, context: MoveContext): Moved {
  const { version, reason, expires } = move;
  const digest = context.registered.get(version);
  if (digest === undefined) return refused(...unregistered(version));
  if (!before.quarantined.some((one) => one.digest === digest)) {
    return refused(`${version} is not quarantined`, 'Nothing needs to be done.');
  }
  if (expires < context.today) {
    return refused(
      `an override until ${expires} is over before it begins: today is ${context.today}`,
      'Name a later day.',
    );
  }
  return moved({ ...before, overrides: withEntry(before.overrides, { version, digest, reason, expires }) });
}

/** A list with an entry in the place of the one for the same digest, or at the end. */
function withEntry<T extends { digest: Digest }>(list: readonly T[], entry: T): T[] {
  const same = list.findIndex(({ digest }) => digest === entry.digest);
  return same === -1 ? [...list, entry] : list.with(same, entry);
}

/** Why a version may not begin to serve, or serve more; null where nothing bars it. */
function barred(before: Channels, version: VersionNumber, { registered, today }: MoveContext): Refused | null {
  const digest = registered.get(version);
  if (digest === undefined) return refused(...unregistered(version));
  const standing = standingQuarantine(before, digest, today);
  if (standing === null) return null;
  const lapsed = before.overrides.find((one) => one.digest === digest);
  const name = standing.version === version ? version : `${version}, the same artifact as ${standing.version},`;
  return refused(
    `${name} is quarantined: ${quoted(standing.reason)}${lapsed === undefined ? '' : `; its override ended on ${lapsed.expires}`}`,
    'Choose another version, or override the quarantine with a reason and a last day.',
  );
}

const unregistered = (version: VersionNumber): [string, string] => [
  `${version} is not registered`,
  'Register it first, or name a version that is.',
];

const onlyByRollback = (version: VersionNumber): [string, string] => [
  `${version} is retired, and comes back only by a rollback`,
  `Roll back to it.`,
];

const moved = (channels: Channels): Moved => ({ kind: 'moved', channels });
const refused = (reason: string, fix: string): Refused => ({ kind: 'refused', reason, fix });
