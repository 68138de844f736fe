import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { type GitHub, GitHubError } from '#registry/github/client.ts';
import { CREATIONS, createBudget, POINTS } from './budget.ts';
import type { Metrics } from './metrics.ts';

/** GitHub takes no more for a while: nothing was done. */
export class Later extends Error {
  override readonly name = 'Later';
  readonly status = 429;
  readonly until: Date;

  constructor(until: Date, options?: ErrorOptions) {
    super(`GitHub takes no more until ${until.toISOString()}`, options);
    this.until = until;
  }
}

/** Whether GitHub takes no more for a while, and until when; null for an error of another kind. */
export function laterOf(error: unknown): Later | null {
  const cause = error instanceof GitHubError ? error.cause : error;
  return cause instanceof Later ? cause : null;
}

/** What people are told of counts as a creation, of which GitHub allows few. */
const CREATES = /^POST .*\/(comments|pulls|reviews|issues)$/;

/** An answer that never ends must not hold up a repository for ever, in milliseconds. */
const LONGEST_ANSWER = 60_000;

/**
 * GitHub at the pace that it allows an installation, with each request counted. After a refusal for going too fast nothing
 * more is sent until it is time: whoever goes on asking is locked out for longer. Nothing is ever sent twice here.
 * @throws Later (as the cause of a GitHubError, behind `registry/github`)
 */
export function metered(github: GitHub, metrics: Metrics, now: () => Date, wait = pause): GitHub {
  const points = createBudget(POINTS, now);
  const creations = createBudget(CREATIONS, now);
  let closedUntil = new Date(0);
  /** Refusals since it last took a write: what it says of too many of these, it does not say of reads. */
  let refusals = 0;

  async function turn(route: string): Promise<void> {
    if (now() < closedUntil) throw new Later(closedUntil);
    const later = CREATES.test(route) ? creations.spend(1) : null;
    if (later !== null) throw new Later(later);
    for (;;) {
      if (now() < closedUntil) throw new Later(closedUntil);
      const free = points.spend(route.startsWith('GET ') ? 1 : 5);
      if (free === null) break;
      await wait(free.getTime() - now().getTime());
    }
  }

  function measure(method: string, status: number, headers: Record<string, unknown>): void {
    metrics.count('github_requests_total', { method, status: String(status) });
    const left = header(headers, 'x-ratelimit-remaining');
    if (left !== null) metrics.gauge('github_rate_limit_remaining', {}, Number(left));
  }

  return {
    async request(route, parameters = {}) {
      await turn(route);
      const [method = ''] = route.split(' ');
      try {
        const answer = await github.request(route, limited(parameters));
        measure(method, answer.status, answer.headers);
        if (method !== 'GET') refusals = 0;
        return answer;
      } catch (error) {
        // Among them is that nothing has changed: where all is quiet, GitHub answers nothing else. Octokit says 500 where
        // there was no answer at all.
        const { response, status = 0 } = Failure.parse(error);
        measure(method, response === undefined ? 0 : status, response?.headers ?? {});
        const until = refusedUntil(error, now(), refusals);
        if (until === null) throw error;
        // Those that were on their way at once are one.
        if (closedUntil <= now()) refusals += 1;
        closedUntil = until;
        throw new Later(until, { cause: error });
      }
    },
  };
}

async function pause(milliseconds: number): Promise<void> {
  await sleep(Math.max(0, milliseconds));
}

function limited(parameters: Record<string, unknown>): Record<string, unknown> {
  const { request } = parameters;
  const options = typeof request === 'object' ? request : {};
  return { ...parameters, request: { ...options, signal: AbortSignal.timeout(LONGEST_ANSWER) } };
}

const Failure = z
  .object({
    status: z.int().optional(),
    message: z.string().catch(''),
    response: z.object({ headers: z.record(z.string(), z.unknown()).catch({}) }).optional(),
  })
  .catch({ message: '' });

/** Until when GitHub wants to be left alone; null for an error of another kind. */
function refusedUntil(error: unknown, now: Date, before: number): Date | null {
  const { status, message, response } = Failure.parse(error);
  if (status !== 403 && status !== 429) return null;
  const headers = response?.headers ?? {};
  const after = (seconds: number) => new Date(now.getTime() + Math.min(Math.max(seconds, 1), 3700) * 1000);
  const retryAfter = header(headers, 'retry-after');
  if (retryAfter !== null && Number.isFinite(Number(retryAfter))) return after(Number(retryAfter));
  const reset = header(headers, 'x-ratelimit-reset');
  if (header(headers, 'x-ratelimit-remaining') === '0' && Number.isFinite(Number(reset))) {
    // By GitHub's own clock, which ours may differ from.
    const theirs = Date.parse(header(headers, 'date') ?? '');
    return after(Number(reset) + 1 - (Number.isFinite(theirs) ? theirs : now.getTime()) / 1000);
  }
  // GitHub asks for a minute where it names no time, and for more after each further refusal
  // (https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit).
  return status === 429 || /rate limit/i.test(message) ? after(60 * 2 ** before) : null;
}

function header(headers: Record<string, unknown>, name: string): string | null {
  const value = headers[name];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
}
