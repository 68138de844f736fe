import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '#registry/error.ts';
import { GitHubError, type Place } from '#registry/github/client.ts';
import type { Done } from '../apply.ts';
import { type Connection, connectApp, connectToken, createProbot } from '../connection.ts';
import { privateKey } from '../environment.ts';
import { createLog, withoutSecrets } from '../log.ts';
import { type Looked, look } from '../look.ts';
import { Later } from '../metered.ts';
import { createMetrics } from '../metrics.ts';
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
/** Something may change while we look; whoever changes it starts another run anyway. */
const MOST_LOOKS = 5;

/**
 * One run of the bot in a workflow: looks at the repository until nothing is left to do.
 * @returns the exit status: 0 also where GitHub has no time, since the next run goes on; 1 where it refused something.
 */
export async function runInWorkflow(job: Job): Promise<number> {
  const { env, now, pause = sleep, print, signal } = job;
  const place = placeOf(env['GITHUB_REPOSITORY']);
  const { connection, secrets } = connect(job, place);
  const say = (line: string) => print(asLogLine(withoutSecrets(line, secrets)));
  for (let count = 1; ; count++) {
    const { failed, left, until } = await lookOnce(connection, place, job, say);
    if (left === 0) return 0;
    const wait = Math.max(0, (until?.getTime() ?? 0) - now().getTime());
    if (signal.aborted || count === MOST_LOOKS || wait > PATIENCE) {
      const when = until === null ? '' : ` GitHub takes no more until ${until.toISOString()}.`;
      say(`Left to the next run: ${left === 1 ? 'one thing' : `${left} things`}.${when}`);
      return failed ? 1 : 0;
    }
    await pause(Math.max(wait, 2_000 * count));
  }
}

/** What a look left undone: how much, until when at least, and whether something was refused. */
interface Left {
  left: number;
  until: Date | null;
  failed: boolean;
}

async function lookOnce(
  connection: Connection,
  place: Place,
  { now, signal }: Job,
  say: (line: string) => void,
): Promise<Left> {
  let looked: Looked;
  try {
    const github = await connection.open(place);
    if (github === null) {
      throw new UserError(`the App is not installed at ${place.owner}/${place.repo}, or suspended there`, {
        fix: 'Install it in the repository’s settings, under GitHub Apps.',
      });
    }
    looked = await look(github, place, await connection.us(), now(), { signal });
  } catch (error) {
    if (!(error instanceof GitHubError && error.cause instanceof Later)) throw error;
    return { left: 1, until: error.cause.until, failed: false };
  }
  const { done, unread } = looked;
  for (const one of done) say(described(one));
  for (const { error, pull } of unread) {
    if (error !== null) say(`Pull request ${pull} could not be read: ${error.message}`);
  }
  const left = done.filter(({ outcome }) => outcome !== 'written' && outcome !== 'same');
  if (left.length + unread.length === 0) say(done.length === 0 ? 'Nothing to do.' : 'Done.');
  const hours = left.flatMap(({ until }) => (until === null ? [] : [until.getTime()]));
  return {
    left: left.length + unread.length,
    until: hours.length === 0 ? null : new Date(Math.max(...hours)),
    failed: left.some(({ outcome }) => outcome === 'failed') || unread.some(({ error }) => error !== null),
  };
}

function connect({ env, now }: Job, place: Place): { connection: Connection; secrets: string[] } {
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
    return { connection: connectApp(createProbot(app, reach), reach), secrets: [app.privateKey, key] };
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
  return `- ${action.kind} on pull request ${action.pull}, ${outcome}: ${action.reason}${because}${when}`;
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
