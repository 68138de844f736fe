import type { PullRequest } from '#registry/github/pulls.ts';
import type { Settled } from './memory.ts';
import { type Look, listedState } from './pull.ts';
import type { Base } from './trees.ts';

/** In each look so many that seem settled are read all the same, in case that something was missed; after this long. */
const CHECKED_AGAIN = 2;
const LONG = 60 * 60_000;

/** A pull request as it is listed, and its base branch. */
export interface Listed {
  pull: PullRequest;
  base: Base;
}

/**
 * The heads that there may be something to do for, each with all of its pull requests. Those that were tried before come
 * after the others, so that none is kept from its turn by some that need every look; else those that changed last go first.
 */
export async function unsettled(look: Look, open: readonly Listed[]): Promise<Listed[][]> {
  const { memory, key } = look.source;
  const heads = new Set<string>();
  const settled: { head: string; since: number }[] = [];
  for (const { base, pull } of open) {
    const before = memory.settled.get(key(pull.number));
    if (before !== undefined && (await isStill(look, base, pull, before)))
      settled.push({ head: pull.head.sha, since: before.since.getTime() });
    else {
      memory.settled.delete(key(pull.number));
      heads.add(pull.head.sha);
    }
  }
  const old = settled.filter(({ since }) => look.now.getTime() - since > LONG).sort((a, b) => a.since - b.since);
  for (const { head } of old.slice(0, CHECKED_AGAIN)) heads.add(head);
  const found = open.filter(({ pull }) => heads.has(pull.head.sha));
  const tried = (group: readonly Listed[]) =>
    Math.min(...group.map(({ pull }) => memory.tried.get(key(pull.number)) ?? 0));
  return [...Map.groupBy(found, ({ pull }) => pull.head.sha).values()].sort((a, b) => tried(a) - tried(b));
}

async function isStill(look: Look, base: Base, pull: PullRequest, before: Settled): Promise<boolean> {
  const { now, runs } = look;
  const { run, state, touches, until } = before;
  if (state !== listedState(look, pull, base, touches)) return false;
  if (until !== null && until <= now) return false;
  if (touches.models.length === 0) return true;
  const newest = await runs.newest(pull, base.settings.bot.workflow);
  return newest === null || newest === run;
}
