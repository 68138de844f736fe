import { GitHubError, type Place } from '#registry/github/client.ts';
import type { Connection } from './connection.ts';
import type { Log } from './log.ts';
import { type Looked, leftOf, look } from './look.ts';
import { laterOf } from './metered.ts';
import type { Metrics } from './metrics.ts';
import { createMemory, type Hint, hint } from './snapshot/memory.ts';
import { createWaker } from './wake.ts';

/** Looks after every repository that it is woken for, and after all of them now and then. */
export interface Bot {
  /** `about` says what may have changed there. */
  wake(place: Place, about?: Hint): void;
  /** Wakes all repositories: whatever was missed is found. */
  sweep(): Promise<void>;
  /** Once nothing is left to look at. */
  idle(): Promise<void>;
  /** Ends the action that is being done, and begins no more. */
  stop(): Promise<void>;
}

interface Options {
  connection: Connection;
  metrics: Metrics;
  log: Log;
  now: () => Date;
  /** How long to wait for what comes along with an event, in milliseconds. */
  settle: number;
}

/** GitHub takes a hundred requests at once from us, and half of the speed is its own. */
const AT_ONCE = 8;
/** After a look that failed, or that something got in between; each time in a row twice as long. */
const FIRST_RETRY = 5_000;
const LAST_RETRY = 15 * 60_000;
/** What GitHub has no room for now waits as long at least: a look at one thing costs as much as one at many. */
const TOGETHER = 30_000;

function outcomeOf(looked: Looked | null): 'not_installed' | 'failed' | 'done' {
  if (looked === null) return 'not_installed';
  const isDefect = ({ error }: Looked['unread'][number]) => error !== null && !(error instanceof GitHubError);
  return looked.unread.some(isDefect) ? 'failed' : 'done';
}

export function createBot({ connection, metrics, log, now, settle }: Options): Bot {
  const retries = new Map<string, number>();
  const memory = createMemory();
  const stopping = new AbortController();

  async function lookAt(key: string): Promise<number | null> {
    const [owner = '', repo = ''] = key.split('/');
    const place = { owner, repo };
    const began = now().getTime();
    let again: number | null;
    try {
      const done = await lookOnce(place);
      metrics.count('looks_total', { outcome: outcomeOf(done) });
      again = done === null ? null : whenAgain(key, done);
    } catch (error) {
      metrics.count('looks_total', { outcome: 'failed' });
      log.error({ err: error, ...place }, 'the look failed');
      const later = laterOf(error);
      again = later === null ? backOff(key) : fromNow(later.until);
    }
    metrics.observe('look_seconds', {}, (now().getTime() - began) / 1000);
    return again;
  }

  async function lookOnce(place: Place): Promise<Looked | null> {
    const github = await connection.open(place);
    if (github === null) return null;
    const looked = await look(github, place, await connection.us(), now(), {
      clock: now,
      memory,
      signal: stopping.signal,
    });
    for (const { action, outcome, error } of looked.done) {
      metrics.count('actions_total', { kind: action.kind, outcome });
      const what = { ...place, kind: action.kind, outcome, reason: action.reason };
      if (error === null) log.info(what, outcome);
      else log.warn({ ...what, err: error }, outcome);
    }
    for (const [error, unread] of Map.groupBy(looked.unread, (one) => one.error)) {
      const pulls = unread.map(({ pull }) => pull);
      const what = { ...place, pulls, err: error };
      if (error instanceof GitHubError) log.warn(what, 'pull requests could not be read');
      else if (error !== null) log.error(what, 'pull requests could not be looked at: a defect of the bot');
    }
    return looked;
  }

  /** At once, where there was no room for all; after what GitHub says; or with growing patience. */
  function whenAgain(key: string, looked: Looked): number | null {
    const { hours } = leftOf(looked);
    if (hours.length === 0) {
      retries.delete(key);
      return looked.unread.length > 0 ? 0 : null;
    }
    const known = hours.filter((hour) => hour !== null);
    if (known.length < hours.length) return backOff(key);
    return Math.max(TOGETHER, fromNow(new Date(Math.min(...known.map(Number)))));
  }

  const fromNow = (time: Date) => Math.max(0, time.getTime() - now().getTime());

  function backOff(key: string): number {
    const count = retries.get(key) ?? 0;
    retries.set(key, count + 1);
    return Math.min(FIRST_RETRY * 2 ** count, LAST_RETRY);
  }

  const waker = createWaker({ look: lookAt, atOnce: AT_ONCE, settle });
  const wake = (place: Place, about?: Hint) => {
    if (about !== undefined && !hint(memory, place, about)) return;
    waker.wake(`${place.owner}/${place.repo}`);
  };

  return {
    wake,
    async sweep() {
      let complete = true;
      const missed = (error: unknown) => {
        complete = false;
        log.error({ err: error }, 'the sweep could not reach everything');
      };
      try {
        for await (const place of connection.repositories(missed)) wake(place, { sweep: true });
      } catch (error) {
        missed(error);
      }
      if (complete) metrics.gauge('last_sweep_timestamp_seconds', {}, Math.floor(now().getTime() / 1000));
    },
    idle: () => waker.idle(),
    async stop() {
      stopping.abort();
      await waker.stop();
    },
  };
}
