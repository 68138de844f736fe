import { accountOf } from './accounts.ts';
import { activityRoutes } from './activity-routes.ts';
import { appRoutes } from './apps.ts';
import { artifactRoutes } from './artifacts.ts';
import { checkRoutes } from './checks.ts';
import { commentRoutes } from './comments.ts';
import { commitRoutes } from './commit-routes.ts';
import { createFaults, type Faults } from './faults.ts';
import { newObjects } from './git.ts';
import { gitRoutes } from './git-routes.ts';
import { jobRoutes } from './jobs.ts';
import { createLimits, type LimitOptions, type Limits, limitRoutes } from './limits.ts';
import { makeRepository } from './make-repository.ts';
import { pullRoutes } from './pull-routes.ts';
import { reactionRoutes } from './reaction-routes.ts';
import type { NewRepository, Repo } from './repo.ts';
import { repositoryRoutes } from './repositories.ts';
import { type Client, createClient, type Desk } from './requests.ts';
import { reviewRoutes } from './reviews.ts';
import { roleRoutes } from './roles.ts';
import { GITHUB_ACTIONS } from './route.ts';
import { runRoutes } from './runs.ts';
import { type Account, type Actor, type App, type Delivery, newId, type Permissions, type World } from './state.ts';
import { emitInstallation } from './webhooks.ts';

const routes = new Map(
  [
    ...appRoutes,
    ...limitRoutes,
    ...repositoryRoutes,
    ...activityRoutes,
    ...commitRoutes,
    ...roleRoutes,
    ...gitRoutes,
    ...pullRoutes,
    ...reviewRoutes,
    ...commentRoutes,
    ...reactionRoutes,
    ...checkRoutes,
    ...runRoutes,
    ...jobRoutes,
    ...artifactRoutes,
  ].map((route) => [route.route, route]),
);

export interface GitHubOptions {
  now?: Date;
  limits?: LimitOptions;
  gate?: Desk['gate'];
}

export interface NewApp {
  slug: string;
  owner?: string;
  permissions: Permissions;
  events?: string[];
}

/**
 * A GitHub of our own, in memory: what the bot may ask for, and what people, workflows and other Apps do there. Clients
 * send requests as an Octokit would; everything else changes the world as GitHub's pages, git and Actions would.
 */
export interface GitHubDouble {
  world: World;
  faults: Faults;
  limits: Limits;
  violations: string[];
  /** Those that it knows. */
  routes: readonly string[];
  /** Webhooks so far; `take` gives those that have come since it was asked last. */
  deliveries(): readonly Delivery[];
  takeDeliveries(): Delivery[];
  now(): Date;
  advance(by: { minutes?: number; hours?: number; days?: number }): void;
  account(login: string, type?: Account['type']): Account;
  createApp(app: NewApp): App;
  install(app: App, account: string): number;
  suspend(app: App, account: string, suspended: boolean): void;
  createRepository(name: string, wanted?: NewRepository): Repo;
  /** A client of an App where it is installed; fewer permissions for a narrower token. */
  asApp(app: App, account: string, permissions?: Permissions): Client;
  /** A client with the `GITHUB_TOKEN` of a job. */
  asToken(repo: Repo, permissions: Permissions): Client;
  asPerson(login: string): Client;
  /** The App itself, by its JWT. */
  asJwt(app: App): Client;
  /** @param token what the client shows, for whose sake the answers' ETags differ */
  as(actor: Actor, token?: string): Client;
}

const SECOND = 1000;

export function createGitHub(options: GitHubOptions = {}): GitHubDouble {
  const world: World = {
    now: options.now ?? new Date('2026-11-21T12:00:00Z'),
    lastId: 1000,
    objects: newObjects(),
    accounts: new Map(),
    apps: [],
    repositories: [],
    deliveries: [],
    tokens: new Map(),
  };
  const faults = createFaults();
  let past: World | null = null;
  let taken = 0;
  const desk: Desk = {
    world,
    routes,
    faults,
    limits: createLimits(options.limits),
    gate: options.gate ?? (async () => {}),
    past: () => past,
    change: (act) => {
      // Objects of git never change, so that the past may share them.
      if (faults.needsPast) past = { ...world, repositories: structuredClone(world.repositories) };
      world.now = new Date(world.now.getTime() + SECOND);
      return act();
    },
    violations: [],
    clients: 0,
  };
  const make = (wanted: NewApp, id: number): App => {
    const { events = [], owner = 'tiltyard-maker', permissions, slug } = wanted;
    const app = { id, slug, owner, permissions, events, installations: [], createdAt: world.now };
    world.apps.push(app);
    accountOf(world, `${slug}[bot]`);
    return app;
  };
  make({ slug: 'github-actions', owner: 'github', permissions: {} }, GITHUB_ACTIONS);
  return {
    world,
    faults,
    limits: desk.limits,
    violations: desk.violations,
    routes: [...routes.keys()],
    deliveries: () => world.deliveries,
    takeDeliveries: () => {
      const news = world.deliveries.slice(taken);
      taken = world.deliveries.length;
      return news;
    },
    now: () => world.now,
    advance: ({ days = 0, hours = 0, minutes = 0 }) => {
      world.now = new Date(world.now.getTime() + ((days * 24 + hours) * 60 + minutes) * 60 * SECOND);
    },
    account: (login, type) => accountOf(world, login, type),
    createApp: (wanted) => make(wanted, newId(world)),
    install: (app, account) => {
      const id = newId(world);
      const installation = { id, account, suspendedAt: null, createdAt: world.now };
      accountOf(world, account, 'Organization');
      app.installations.push(installation);
      emitInstallation(world, app, installation, 'created');
      return id;
    },
    suspend: (app, account, suspended) => {
      const installation = app.installations.find((one) => one.account === account);
      if (installation === undefined) throw new Error(`${app.slug} is not installed at ${account}`);
      installation.suspendedAt = suspended ? world.now : null;
      emitInstallation(world, app, installation, suspended ? 'suspend' : 'unsuspend');
    },
    createRepository: (name, wanted) => makeRepository(desk, name, wanted),
    asApp: (app, account, permissions = app.permissions) => {
      const installation = app.installations.find((one) => one.account === account);
      if (installation === undefined) throw new Error(`${app.slug} is not installed at ${account}`);
      return createClient(desk, { kind: 'app', app: app.id, permissions, installation: installation.id });
    },
    asToken: (repo, permissions) => createClient(desk, { kind: 'token', repository: repo.id, permissions }),
    as: (actor, token) => createClient(desk, actor, token),
    asJwt: (app) => createClient(desk, { kind: 'jwt', app: app.id }),
    asPerson: (login) => {
      accountOf(world, login);
      return createClient(desk, { kind: 'person', login });
    },
  };
}
