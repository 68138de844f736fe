import { GitHubError, type Place } from '#registry/github/client.ts';
import type { Connection } from './connection.ts';
import type { Log } from './log.ts';
import { type Looked, look } from './look.ts';
import { Later } from './metered.ts';
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
      metrics.count('looks_total', { outcome: done === null ? 'not_installed' : 'done' });
      again = done === null ? null : whenAgain(key, done);
    } catch (error) {
      metrics.count('looks_total', { outcome: 'failed' });
      log.error({ err: error, ...place }, 'the look failed');
      again = laterOf(error) ?? backOff(key);
    }
    metrics.observe('look_seconds', {}, (now().getTime() - began) / 1000);
    return again;
  }

  async function lookOnce(place: Place): Promise<Looked | null> {
    const github = await connection.open(place);
    if (github === null) return null;
    const looked = await look(github, place, await connection.us(), now(), { memory, signal: stopping.signal });
    for (const { action, outcome, error } of looked.done) {
      metrics.count('actions_total', { kind: action.kind, outcome });
      const what = { ...place, kind: action.kind, outcome, reason: action.reason };
      if (error === null) log.info(what, outcome);
      else log.warn({ ...what, err: error }, outcome);
    }
    for (const { error, pull } of looked.unread) {
      if (error !== null) log.warn({ ...place, pull, err: error }, 'a pull request could not be read');
    }
    return looked;
  }

  function whenAgain(key: string, { done, unread }: Looked): number | null {
    const open = done.filter(({ outcome }) => outcome !== 'written' && outcome !== 'same');
    if (unread.some(({ error }) => error !== null)) return backOff(key);
    if (open.length === 0) {
      retries.delete(key);
      return unread.length > 0 ? 0 : null;
    }
    const hours = open.flatMap(({ until }) => (until === null ? [] : [until.getTime()]));
    return hours.length === open.length ? Math.max(0, Math.min(...hours) - now().getTime()) : backOff(key);
  }

  function laterOf(error: unknown): number | null {
    const cause = error instanceof GitHubError ? error.cause : error;
    return cause instanceof Later ? Math.max(0, cause.until.getTime() - now().getTime()) : null;
  }

  function backOff(key: string): number {
    const count = retries.get(key) ?? 0;
    retries.set(key, count + 1);
    return Math.min(FIRST_RETRY * 2 ** count, LAST_RETRY);
  }

  const waker = createWaker({ look: lookAt, atOnce: AT_ONCE, settle });
  const wake = (place: Place, about?: Hint) => {
    if (about !== undefined) hint(memory, place, about);
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
        for await (const place of connection.repositories(missed)) wake(place);
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
