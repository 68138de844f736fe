import { Refusal, type Route } from './route.ts';
import type { Actor, World } from './state.ts';

/** What GitHub allows: https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api */
export interface LimitOptions {
  /** Requests an hour, of an installation or a person. */
  hourly?: number;
  /** Requests an hour of `GITHUB_TOKEN`, for each repository. */
  hourlyToken?: number;
  /** A read is 1, a write 5. */
  pointsAMinute?: number;
  creationsAMinute?: number;
  creationsAnHour?: number;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Counts what each actor sends. */
export interface Limits {
  /**
   * Counts a request.
   * @throws Refusal where the actor has sent too much
   */
  take(world: World, actor: Actor, route: string): Taken;
  /** Changes what is allowed from now on. */
  set(options: LimitOptions): void;
}

/** A request that was counted. */
export interface Taken {
  /** What every answer carries. */
  headers: Record<string, string>;
  /**
   * The request was answered with 304, which the hour's requests leave out, and the minute's points do not
   * (https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#use-conditional-requests-if-appropriate
   * speaks of the primary limit alone); gives the headers of such an answer.
   */
  giveBack(): Record<string, string>;
}

interface Spent {
  since: number;
  used: number;
  points: { at: number; points: number }[];
  creations: number[];
}

export function createLimits(options: LimitOptions = {}): Limits {
  let allowed = {
    hourly: 5000,
    hourlyToken: 1000,
    pointsAMinute: 900,
    creationsAMinute: 80,
    creationsAnHour: 500,
    ...options,
  };
  const accounts = new Map<string, Spent>();
  return {
    set: (changed) => {
      allowed = { ...allowed, ...changed };
    },
    take: (world, actor, route) => {
      const now = world.now.getTime();
      const key = JSON.stringify(
        actor.kind === 'app'
          ? [actor.app, actor.installation]
          : actor.kind === 'token'
            ? ['token', actor.repository]
            : actor,
      );
      const spent = accounts.get(key) ?? { since: now, used: 0, points: [], creations: [] };
      accounts.set(key, spent);
      if (now - spent.since >= HOUR) Object.assign(spent, { since: now, used: 0 });
      spent.points = spent.points.filter(({ at }) => now - at < MINUTE);
      spent.creations = spent.creations.filter((at) => now - at < HOUR);
      const limit = actor.kind === 'token' ? allowed.hourlyToken : allowed.hourly;
      const headers = (used: number) => ({
        'x-ratelimit-limit': String(limit),
        'x-ratelimit-remaining': String(Math.max(0, limit - used)),
        'x-ratelimit-used': String(used),
        'x-ratelimit-reset': String(Math.ceil((spent.since + HOUR) / 1000)),
        'x-ratelimit-resource': 'core',
      });
      if (spent.used >= limit)
        throw new Refusal(403, 'API rate limit exceeded for installation.', { headers: headers(limit) });
      spent.used += 1;
      const points = route.startsWith('GET ') ? 1 : 5;
      spent.points.push({ at: now, points });
      if (spent.points.reduce((sum, one) => sum + one.points, 0) > allowed.pointsAMinute)
        throw secondaryLimit(headers(spent.used));
      if (createsContent(route)) {
        spent.creations.push(now);
        const lastMinute = spent.creations.filter((at) => now - at < MINUTE).length;
        if (lastMinute > allowed.creationsAMinute || spent.creations.length > allowed.creationsAnHour)
          throw secondaryLimit(headers(spent.used));
      }
      return {
        headers: headers(spent.used),
        giveBack: () => {
          spent.used -= 1;
          return headers(spent.used);
        },
      };
    },
  };
}

/**
 * What makes content. GitHub doesn't list it; its pages of these routes warn of creating too quickly, but for check runs,
 * which count here to be on the safe side.
 */
const createsContent = (route: string): boolean =>
  /^POST .*\/(comments|pulls|reviews|issues|check-runs)$|^PUT .*\/merge$/.test(route);

/** https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit */
export function secondaryLimit(headers: Record<string, string> = {}): Refusal {
  const message = 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.';
  return new Refusal(403, message, { headers: { ...headers, 'retry-after': '60' } });
}

export const limitRoutes: Route[] = [
  {
    // It costs nothing, and tells of the first kind of limit alone: https://docs.github.com/en/rest/rate-limit/rate-limit
    route: 'GET /rate_limit',
    needs: 'nothing',
    handle: ({ world }) => {
      const core = { limit: 5000, remaining: 5000, used: 0, reset: Math.ceil(world.now.getTime() / 1000) + 3600 };
      return { status: 200, data: { resources: { core, search: core }, rate: core } };
    },
  },
];
