import { Probot, ProbotOctokit } from 'probot';
import {
  getApp,
  getInstallation,
  getPublicApp,
  type Installation,
  listInstallations,
  listRepositories,
} from '#registry/github/apps.ts';
import { type GitHub, isUnchanged, nameOf, type Place } from '#registry/github/client.ts';
import type { Log } from './log.ts';
import { metered } from './metered.ts';
import type { Metrics } from './metrics.ts';
import { GITHUB_ACTIONS } from './ours.ts';
import type { Snapshot } from './snapshot/snapshot.ts';

/** Whom we are to GitHub, and what we reach there. */
export interface Connection {
  us(): Promise<Snapshot['us']>;
  /** The way to a repository; null where the App is not installed, or suspended. */
  open(place: Place): Promise<GitHub | null>;
  /** Every repository that we may look at. One that can't be asked for now is left to the next sweep, and reported. */
  repositories(missed: (error: unknown) => void): AsyncIterable<Place>;
}

export interface AppKey {
  id: number;
  privateKey: string;
  webhookSecret: string;
}

/** How GitHub is reached, for all of our connections. */
export interface Reach {
  metrics: Metrics;
  log: Log;
  now: () => Date;
  /** Another than GitHub's own, for GitHub Enterprise Server. */
  apiUrl?: string | undefined;
  fetch?: typeof fetch | undefined;
}

/**
 * Octokit as Probot has it, but nothing is sent again and nothing waits behind our back: not for a reply that was lost
 * (the write may have happened), nor for the hour to pass. `metered` keeps GitHub's pace instead.
 */
const PlainOctokit = ProbotOctokit.defaults((options: object) => ({
  ...options,
  throttle: { enabled: false },
  retry: { enabled: false },
}));

export function createProbot(key: AppKey, { log, apiUrl, fetch }: Reach): Probot {
  return new Probot({
    appId: key.id,
    privateKey: key.privateKey,
    secret: key.webhookSecret,
    log,
    Octokit: PlainOctokit,
    ...(apiUrl === undefined ? {} : { baseUrl: apiUrl }),
    ...(fetch === undefined ? {} : { request: { fetch } }),
  });
}

/** As a GitHub App, which may be installed at many. */
export function connectApp(probot: Probot, { metrics, now }: Reach): Connection {
  const installations = new Map<number, GitHub>();
  // By repository, as the last sweep found them: whatever an installation asks that is suspended or gone, GitHub refuses.
  const found = new Map<string, number>();
  let app: Promise<GitHub> | undefined;
  let us: Promise<Snapshot['us']> | undefined;

  const asApp = () => {
    app ??= probot.auth().then((octokit) => metered(octokit, metrics, now));
    return app;
  };
  async function asInstallation(id: number): Promise<GitHub> {
    const known = installations.get(id) ?? metered(await probot.auth(id), metrics, now);
    installations.set(id, known);
    return known;
  }
  async function installationAt(place: Place): Promise<number | null> {
    const installation = await getInstallation(await asApp(), place);
    return installation === null || isSuspended(installation) ? null : installation.id;
  }
  async function ask(): Promise<Snapshot['us']> {
    const { id, login } = await getApp(await asApp());
    return { app: id, login, starter: false };
  }

  return {
    us() {
      us ??= ask().catch((error: unknown) => {
        us = undefined;
        throw error;
      });
      return us;
    },
    async open(place) {
      const name = nameOf(place);
      const id = found.get(name) ?? (await installationAt(place));
      if (id === null) return null;
      const github = await asInstallation(id);
      found.set(name, id);
      return {
        async request(route, parameters) {
          try {
            return await github.request(route, parameters);
          } catch (error) {
            // Perhaps because we are installed there no more: the next look asks.
            if (!isUnchanged(error)) found.delete(name);
            throw error;
          }
        },
      };
    },
    async *repositories(missed) {
      const all = await listInstallations(await asApp());
      const active = all.filter((installation) => !isSuspended(installation));
      const ids = new Set(active.map(({ id }) => id));
      for (const [name, id] of found) if (!ids.has(id)) found.delete(name);
      for (const installation of active) {
        try {
          for (const place of await listRepositories(await asInstallation(installation.id))) {
            found.set(nameOf(place), installation.id);
            yield place;
          }
        } catch (error) {
          missed(error);
        }
      }
    },
  };
}
function isSuspended({ suspended_at: at }: Installation): boolean {
  return at !== null && at !== undefined;
}

/** As `GET https://api.github.com/apps/github-actions` has it. */
const ON_GITHUB_COM = { id: 15368, login: GITHUB_ACTIONS.login };

function isGitHubCom(apiUrl: string | undefined): boolean {
  return apiUrl === undefined || new URL(apiUrl).host === 'api.github.com';
}

/** With the token of a workflow's job, in its own repository; it comments and checks, and never merges. */
export function connectToken(token: string, place: Place, { metrics, now, apiUrl, fetch, log }: Reach): Connection {
  const octokit = new PlainOctokit({
    authStrategy: undefined,
    auth: token,
    log,
    ...(apiUrl === undefined ? {} : { baseUrl: apiUrl }),
    ...(fetch === undefined ? {} : { request: { fetch } }),
  });
  const github = metered(octokit, metrics, now);
  let app: Promise<{ id: number; login: string }> | undefined;
  return {
    async us() {
      app ??= isGitHubCom(apiUrl) ? Promise.resolve(ON_GITHUB_COM) : getPublicApp(github, GITHUB_ACTIONS.slug);
      const { id, login } = await app;
      return { app: id, login, starter: true };
    },
    open: async () => github,
    async *repositories() {
      yield place;
    },
  };
}
