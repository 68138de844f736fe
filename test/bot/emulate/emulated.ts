import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { createEmulator } from 'emulate';
import { ProbotOctokit } from 'probot';
import { onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { root } from '../../contract/source.ts';
import type { GitHubDouble } from '../../github/github.ts';
import { serveGitHub } from '../../github/http.ts';
import type { Repo } from '../../github/repo.ts';
import type { Client } from '../../github/requests.ts';
import { testGitHub } from '../../github/scene.ts';
import { issueToken } from '../../github/tokens.ts';
import { SECRET } from '../running-bot.ts';
import { startBridge } from './bridge.ts';

export const APP = 77;
const SLUG = 'tiltyard';
const INSTALLATION = 9;
const place = { owner: 'acme', repo: 'models' };
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** What a user grants the App: no more than the manifest asks for. */
const Manifest = z.object({
  default_permissions: z.record(z.string(), z.enum(['read', 'write'])),
  default_events: z.array(z.string()),
});

/** GitHub as others wrote it, with a private repository, and our App installed; Actions by the double of our own. */
export interface Emulated {
  /** Where the bot finds its API: behind the bridge. */
  url: string;
  /** What its users grant the App. */
  manifest: z.infer<typeof Manifest>;
  /** The App's key, as `emulate` gave it out. */
  privateKey: string;
  /** The port of this machine that `emulate` sends webhooks to. */
  port: number;
  /** A person, and our App where it is installed: they ask `emulate` itself. */
  olga: Client;
  app: Client;
  /** Commits files to a branch, the same in both doubles; gives the commit's SHA. */
  commit(branch: string, files: Record<string, string>): Promise<string>;
  /** Holds back a request of the bot's until it is let go. */
  hold(request: string): { reached: Promise<void>; release(): void };
  actions: { github: GitHubDouble; repo: Repo };
}

export async function startEmulated(): Promise<Emulated> {
  const manifest = Manifest.parse(parse(readFileSync(`${root}app.yml`, 'utf8')));
  const port = await freePort();
  const app = {
    app_id: APP,
    slug: SLUG,
    name: SLUG,
    permissions: manifest.default_permissions,
    events: manifest.default_events,
    webhook_url: `http://127.0.0.1:${port}/api/github/webhooks`,
    webhook_secret: SECRET,
    installations: [{ installation_id: INSTALLATION, account: 'acme', repository_selection: 'all' }],
  };
  const seed = {
    tokens: { 'of-olga': { login: 'olga' } },
    github: {
      users: [{ login: 'olga' }],
      orgs: [{ login: 'acme', members: [{ login: 'olga', role: 'admin' }] }],
      repos: [{ owner: 'acme', name: 'models', private: true, auto_init: true }],
      apps: [app],
    },
  };
  const emulate = await createEmulator({ service: 'github', port: 0, seed });
  onTestFinished(() => emulate.close());
  const privateKey = emulate.generatedSecrets.find(({ kind }) => kind === 'github.app_private_key')?.value ?? '';
  const olga = clientOf({ baseUrl: emulate.url, authStrategy: undefined, auth: 'of-olga' });

  const github = testGitHub({ now: new Date() });
  github.install(github.createApp({ slug: SLUG, permissions: {}, events: ['workflow_run'] }), 'acme');
  const repo = github.createRepository('acme/models', { by: 'olga' });
  github.takeDeliveries();
  const double = await serveGitHub(github);
  onTestFinished(() => double.close());
  const expires = new Date(github.now().getTime() + 86_400_000);
  const token = issueToken(github.world, { kind: 'person', login: 'olga' }, expires);
  const { data } = await olga.request('GET /repos/{owner}/{repo}', place);
  const held = new Map<string, () => Promise<void>>();
  const bridge = await startBridge({
    gate: async (request) => held.get(request)?.(),
    emulate: emulate.url,
    actions: { url: double.url, token, repository: repo.id },
    repository: z.object({ id: z.int() }).parse(data).id,
    app: { id: APP, slug: SLUG },
  });
  onTestFinished(() => bridge.close());

  const heads = new Map<string, string>();
  return {
    url: bridge.url,
    manifest,
    privateKey,
    port,
    olga,
    app: clientOf({ baseUrl: emulate.url, auth: { appId: APP, privateKey, installationId: INSTALLATION } }),
    async commit(branch, files) {
      const parent = heads.get(branch) ?? heads.get('main') ?? null;
      const isNew = branch !== 'main' && !heads.has(branch);
      const made = await Promise.all(
        [olga, github.asPerson('olga')].map((client) => commitAt(client, { branch, files, parent, isNew })),
      );
      const [sha = '', same] = made;
      if (sha !== same) throw new Error(`the doubles make different commits of the same: ${made.join(', ')}`);
      // It takes the place of what each of the doubles began with, and which the other does not have: nobody pushed that.
      if (parent === null) for (const { activities } of github.world.repositories) activities.length = 0;
      heads.set(branch, sha);
      return sha;
    },
    hold(request) {
      const reached = Promise.withResolvers<void>();
      const released = Promise.withResolvers<void>();
      held.set(request, () => {
        reached.resolve();
        return released.promise;
      });
      return { reached: reached.promise, release: released.resolve };
    },
    actions: { github, repo },
  };
}

/** A port that nobody listens at, for whoever has to be told before. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = z.object({ port: z.int() }).parse(server.address());
  server.close();
  await once(server, 'close');
  return port;
}

function clientOf(options: object): Client {
  const off = { enabled: false };
  const octokit = new ProbotOctokit({ ...options, log: silent, retry: off, throttle: off });
  return { request: async (route, parameters) => octokit.request(route, parameters) as ReturnType<Client['request']> };
}

const Sha = z.object({ sha: z.string() });
const Commit = z.object({ tree: Sha });

interface Wanted {
  branch: string;
  files: Record<string, string>;
  parent: string | null;
  isNew: boolean;
}

/** Commits as anybody may over GitHub's API, at a date that makes it the same commit everywhere. */
async function commitAt({ request }: Client, { branch, files, isNew, parent }: Wanted): Promise<string> {
  const REPO = '/repos/{owner}/{repo}/git';
  const base =
    parent === null
      ? null
      : Commit.parse((await request(`GET ${REPO}/commits/{commit_sha}`, { ...place, commit_sha: parent })).data);
  const entries = Object.entries(files).map(([path, content]) => ({ path, mode: '100644', type: 'blob', content }));
  const tree = Sha.parse(
    (
      await request(`POST ${REPO}/trees`, {
        ...place,
        ...(base === null ? {} : { base_tree: base.tree.sha }),
        tree: entries,
      })
    ).data,
  );
  const author = { name: 'Olga', email: 'olga@example.org', date: '2026-11-21T12:00:00Z' };
  const made = await request(`POST ${REPO}/commits`, {
    ...place,
    // `emulate` ends a message that does not end itself.
    message: `Change ${branch}\n`,
    tree: tree.sha,
    parents: parent === null ? [] : [parent],
    author,
    committer: author,
  });
  const { sha } = Sha.parse(made.data);
  if (isNew) await request(`POST ${REPO}/refs`, { ...place, ref: `refs/heads/${branch}`, sha });
  else await request(`PATCH ${REPO}/refs/{ref}`, { ...place, ref: `heads/${branch}`, sha, force: true });
  return sha;
}
