import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '#registry/error.ts';
import type { Place } from '#registry/github/client.ts';
import type { Done } from '../apply.ts';
import { type Connection, connectApp, connectToken, createProbot } from '../connection.ts';
import { privateKey } from '../environment.ts';
import { introduce } from '../introduce.ts';
import { createLog, withoutSecrets } from '../log.ts';
import { type Looked, leftOf, look } from '../look.ts';
import { laterOf } from '../metered.ts';
import { createMetrics } from '../metrics.ts';
import { createMemory, type Memory } from '../snapshot/memory.ts';
import { readInputs } from './inputs.ts';

/** What a job brings along. */
export interface Job {
  env: Readonly<Record<string, string | undefined>>;
  now: () => Date;
  print(line: string): void;
  signal: AbortSignal;
  /** Waits, in milliseconds. */
  pause?: (milliseconds: number) => Promise<unknown>;
}

/** A job waits this long for GitHub, in milliseconds; what takes longer is left to the next run, by schedule at the latest. */
const PATIENCE = 5 * 60_000;
/** So many looks that leave something undone; whatever changes meanwhile starts another run anyway. */
const MOST_TRIES = 5;
/** Things undone from which on a look has hardly come further than the one before: it reads as many pull requests. */
const MANY = 100;

/**
 * One run of the bot in a workflow: looks at the repository until nothing is left to do.
 * @returns the exit status: 0 also where GitHub has no time, since the next run goes on; 1 where it refused something.
 */
export async function runInWorkflow(job: Job): Promise<number> {
  const { env, now, pause = sleep, print, signal } = job;
  const place = placeOf(env['GITHUB_REPOSITORY']);
  const { connection, secrets } = await connect(job, place);
  const say = (line: string) => print(asLogLine(withoutSecrets(line, secrets)));
  const memory = createMemory();
  let tries = 0;
  for (;;) {
    const { failed, left, unread, until } = await lookOnce(connection, place, { job, memory, say });
    if (left + unread === 0) return 0;
    // There is more than one look reads: the next goes on at once, and is no other try.
    if (unread > 0 && until === null && left < MANY && !signal.aborted) continue;
    tries += 1;
    const wait = Math.max(0, (until?.getTime() ?? 0) - now().getTime());
    if (signal.aborted || tries === MOST_TRIES || wait > PATIENCE) {
      const when = until === null ? '' : ` GitHub takes no more until ${until.toISOString()}.`;
      const all = left + unread;
      say(`Left to the next run: ${all === 1 ? 'one thing' : `${all} things`}.${when}`);
      return failed ? 1 : 0;
    }
    await pause(Math.max(wait, 2_000 * tries));
  }
}

/** What a look left undone: how much, until when at least, and whether something was refused. */
interface Left {
  left: number;
  /** Pull requests that there was no room for. */
  unread: number;
  until: Date | null;
  failed: boolean;
}

async function lookOnce(
  connection: Connection,
  place: Place,
  { job, memory, say }: { job: Job; memory: Memory; say: (line: string) => void },
): Promise<Left> {
  let looked: Looked;
  try {
    const github = await connection.open(place);
    if (github === null) {
      throw new UserError(`the App is not installed at ${place.owner}/${place.repo}, or suspended there`, {
        fix: 'Install it in the repository’s settings, under GitHub Apps.',
      });
    }
    looked = await look(github, place, await connection.us(), job.now(), {
      clock: job.now,
      memory,
      signal: job.signal,
    });
  } catch (error) {
    const later = laterOf(error);
    if (later === null) throw error;
    return { left: 1, unread: 0, until: later.until, failed: false };
  }
  const { done, unread: all } = looked;
  const { hours, refused, undone } = leftOf(looked);
  for (const one of done) say(described(one));
  const failed = refused.filter(({ error }) => laterOf(error) === null);
  for (const { error, pull } of failed) {
    say(
      `${pull === null ? 'Merge queues or pushes' : `Pull request ${pull}`} could not be looked at: ${error?.message}`,
    );
  }
  const unread = all.length - refused.length;
  const left = undone.length + refused.length;
  if (left + unread === 0) say(done.length === 0 ? 'Nothing to do.' : 'Done.');
  const known = hours.flatMap((hour) => (hour === null ? [] : [hour.getTime()]));
  return {
    left,
    unread,
    until: known.length === 0 ? null : new Date(Math.max(...known)),
    failed: undone.some(({ outcome }) => outcome === 'failed') || failed.length > 0,
  };
}

async function connect({ env, now }: Job, place: Place): Promise<{ connection: Connection; secrets: string[] }> {
  const inputs = readInputs(env['INPUTS']);
  const { 'app-id': id, 'private-key': key, token } = inputs;
  if ((id === undefined) !== (key === undefined)) {
    throw new UserError('of app-id and private-key only one is given', {
      fix: 'Give both, to run as an App; or neither, and a token.',
    });
  }
  const log = createLog('silent', []);
  const reach = { metrics: createMetrics(), log, now, apiUrl: env['GITHUB_API_URL'] };
  if (id !== undefined && key !== undefined) {
    const app = { id: Number(id), privateKey: privateKey(key, 'private-key'), webhookSecret: 'no webhook comes here' };
    const connection = connectApp(createProbot(app, reach), reach);
    await introduce(connection, app.id);
    return { connection, secrets: [app.privateKey, key] };
  }
  if (token === undefined) {
    throw new UserError('neither an App nor a token is given', {
      fix: 'Give app-id and private-key, or token: ${{ github.token }}.',
    });
  }
  return { connection: connectToken(token, place, reach), secrets: [token] };
}

function placeOf(name = ''): Place {
  const [, owner, repo] = /^([\w.-]+)\/([\w.-]+)$/.exec(name) ?? [];
  if (owner === undefined || repo === undefined)
    throw new UserError('GITHUB_REPOSITORY does not name a repository', { fix: 'Run this in a workflow.' });
  return { owner, repo };
}

function described({ action, error, outcome, until }: Done): string {
  const because = error === null ? '' : ` (${error.message})`;
  const when = until === null ? '' : ` (after ${until.toISOString()})`;
  const where = action.pull === null ? 'the default branch' : `pull request ${action.pull}`;
  return `- ${action.kind} on ${where}, ${outcome}: ${action.reason}${because}${when}`;
}

/**
 * One line that the runner takes for nothing but text: it reads commands from lines that begin with `::` and from `##[`
 * anywhere (https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands), and reasons hold names
 * that others chose.
 */
function asLogLine(text: string): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').replaceAll('##[', '# #[');
  return line.startsWith('::') ? ` ${line.replace('::', ': :')}` : line;
}
