import { channelProblems, type Registered } from './channel-rules.ts';
import type { Channels } from './channels.ts';
import { sayMove } from './move-sentence.ts';
import { applyMove, type Move, type MoveContext } from './moves.ts';
import { capital } from './sentence.ts';
import type { VersionNumber } from './version.ts';

/** What happened between two states of the channels. */
export interface Transition {
  /** The moves that lead from one to the other, in their order; as far as they are legal. */
  moves: Move[];
  /** What no legal move does, in sentences; none where the edit is legal. */
  problems: string[];
}

/**
 * Finds the moves that an edit of channels.yaml makes, whoever made it, and what of it is no legal move. One edit may
 * make several moves, but none moves a version twice: that would pass over the step between. In which order versions are
 * listed is nobody's move.
 * @param before The last legal state.
 */
export function transitionOf(before: Channels, after: Channels, context: MoveContext): Transition {
  const illegal = channelProblems(after, context.registered).map(({ message }) => `${capital(message)}.`);
  if (illegal.length > 0) return { moves: [], problems: illegal };
  const [wrong] = channelProblems(before, context.registered);
  if (wrong !== undefined) {
    return {
      moves: [],
      problems: [`The edit begins from an illegal state, so that no move can be told: ${wrong.message}.`],
    };
  }
  const moves: Move[] = [];
  const problems: string[] = [];
  const wasQuarantined = (version: VersionNumber) =>
    before.quarantined.some(({ digest }) => digest === context.registered.get(version));
  let reached = before;
  for (const move of movesOf(before, after, context.registered)) {
    const moved = applyMove(reached, move, context);
    if (moved.kind === 'refused') problems.push(`${sayMove(move)} is no legal move: ${moved.reason}.`);
    else if (move.kind === 'override' && !wasQuarantined(move.version)) {
      problems.push(`${sayMove(move)} is no legal move: the same edit quarantines it.`);
    } else {
      reached = moved.channels;
      moves.push(move);
    }
  }
  if (problems.length === 0) problems.push(...differences(reached, after));
  return { moves, problems };
}

/** The moves that would explain an edit, were they legal. */
function movesOf(before: Channels, after: Channels, registered: Registered): Move[] {
  const moves: Move[] = [];
  // Written anew, or no longer overridden.
  const quarantined = after.quarantined.filter(
    ({ digest }) =>
      !before.quarantined.some((one) => one.digest === digest) ||
      (before.overrides.some((one) => one.digest === digest) && !after.overrides.some((one) => one.digest === digest)),
  );
  const isQuarantined = (version: VersionNumber) =>
    quarantined.find(({ digest }) => digest === registered.get(version)) ?? null;

  const leaving = before.champion === null ? null : isQuarantined(before.champion);
  if (after.champion !== null && after.champion !== before.champion) {
    const quarantine = leaving?.reason ?? null;
    moves.push(
      before.retired.includes(after.champion)
        ? { kind: 'rollback', to: after.champion, quarantine }
        : { kind: 'promote', version: after.champion, quarantine },
    );
  }
  for (const entry of quarantined) {
    if (entry !== leaving) moves.push({ kind: 'quarantine', version: entry.version, reason: entry.reason });
  }
  const { canary } = before;
  const isGone = canary !== null && after.champion !== canary.version && after.canary?.version !== canary.version;
  if (isGone && isQuarantined(canary.version) === null) moves.push({ kind: 'withdraw' });
  if (after.canary !== null && !equal(canary, after.canary)) moves.push({ kind: 'canary', ...after.canary });
  for (const entry of after.overrides) {
    if (before.overrides.some((one) => equal(one, entry))) continue;
    moves.push({ kind: 'override', version: entry.version, reason: entry.reason, expires: entry.expires });
  }
  return moves;
}

/** What an edit changes beyond its moves. */
function differences(reached: Channels, after: Channels): string[] {
  const found: string[] = [];
  if (after.champion !== reached.champion) found.push(`The champion ${reached.champion} is gone, and none follows.`);
  if (!equal(after.canary, reached.canary)) found.push('The canary changed other than by a move.');
  const [was, is] = [new Set(reached.retired), new Set(after.retired)];
  for (const version of was) {
    if (!is.has(version)) found.push(`${version} is no longer retired, though it was not rolled back to.`);
  }
  for (const version of is) {
    if (!was.has(version)) found.push(`${version} is retired, though it was not champion before.`);
  }
  for (const [list, earlier, later] of [
    ['quarantine', reached.quarantined, after.quarantined],
    ['override', reached.overrides, after.overrides],
  ] as const) {
    for (const entry of earlier) {
      const now = later.find(({ digest }) => digest === entry.digest);
      if (now === undefined) {
        found.push(
          list === 'quarantine'
            ? `The quarantine of ${entry.version} is gone; an override lifts it, and both stay written.`
            : `The override of ${entry.version} is gone; it ends with its last day, or by quarantining again.`,
        );
      } else if (!equal(now, entry)) {
        found.push(`The ${list} of ${entry.version} is written anew.`);
      }
    }
  }
  return found;
}

const equal = (a: object | null, b: object | null) => JSON.stringify(a) === JSON.stringify(b);
