import { accountOf } from './accounts.ts';
import type { Account, Actor, Json, Level, Repository, World } from './state.ts';

/** A request that was understood: whose, about which repository, with which parameters. */
export interface Call {
  world: World;
  actor: Actor;
  /** Path, query and body parameters together, as Octokit takes them. */
  parameters: Json;
}

export interface Answer {
  status: number;
  data: unknown;
  headers?: Record<string, string>;
}

export interface Route {
  route: string;
  /** What a token needs to be allowed for, one of them; `jwt` for routes of the App itself. */
  needs: Need[] | 'jwt' | 'nothing';
  handle(call: Call): Answer;
}

/** A permission as GitHub names it, e.g. `checks: 'write'`. */
export interface Need {
  permission: string;
  level: Level;
}

/** An answer that is an error; thrown by whatever finds the reason. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly data: Json;

  constructor(status: number, message: string, more: { headers?: Record<string, string>; data?: Json } = {}) {
    super(message);
    this.status = status;
    this.headers = more.headers ?? {};
    this.data = { message, documentation_url: 'https://docs.github.com/rest', status: String(status), ...more.data };
  }
}

export const notFound = () => new Refusal(404, 'Not Found');

/** 422 as GitHub words it. */
export function unprocessable(resource: string, field: string, message: string): Refusal {
  return new Refusal(422, 'Validation Failed', { data: { errors: [{ resource, field, code: 'custom', message }] } });
}

export function text({ parameters }: Call, name: string): string {
  const value = parameters[name];
  if (typeof value !== 'string') throw new Error(`${name} is no text`);
  return value;
}

export function optionalText(call: Call, name: string): string | undefined {
  return call.parameters[name] === undefined ? undefined : text(call, name);
}

export function integer({ parameters }: Call, name: string): number {
  const value = parameters[name];
  if (typeof value !== 'number') throw new Error(`${name} is no number`);
  return value;
}

/** The repository that the path names, whatever the letters' case. */
export function repositoryOf(call: Call): Repository {
  const wanted = `${text(call, 'owner')}/${text(call, 'repo')}`.toLowerCase();
  const found = call.world.repositories.find(({ owner, name }) => `${owner}/${name}`.toLowerCase() === wanted);
  if (found === undefined) throw notFound();
  return found;
}

/**
 * One page of a list, with the header that leads to the others: 30 an answer, 100 at most
 * (https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api).
 */
export function page<T>({ parameters }: Call, items: readonly T[]): { items: T[]; headers: Record<string, string> } {
  const asked = parameters['per_page'] === undefined ? 30 : Number(parameters['per_page']);
  const size = Math.min(100, Math.max(1, asked));
  const number = parameters['page'] === undefined ? 1 : Math.max(1, Number(parameters['page']));
  const last = Math.max(1, Math.ceil(items.length / size));
  const link = (to: number, name: string) => `<https://api.github.com/?per_page=${size}&page=${to}>; rel="${name}"`;
  const links = [
    ...(number < last ? [link(number + 1, 'next'), link(last, 'last')] : []),
    ...(number > 1 ? [link(number - 1, 'prev'), link(1, 'first')] : []),
  ];
  return {
    items: items.slice((number - 1) * size, number * size),
    headers: links.length === 0 ? {} : { link: links.join(', ') },
  };
}

/** A list as most routes answer it: an array. */
export function listed<T>(call: Call, items: readonly T[], json: (item: T) => Json): Answer {
  const { items: found, headers } = page(call, items);
  return { status: 200, data: found.map(json), headers };
}

/** A list as the routes of checks and Actions answer it: an object with a count. */
export function counted<T>(call: Call, name: string, items: readonly T[], json: (item: T) => Json): Answer {
  const { items: found, headers } = page(call, items);
  return { status: 200, data: { total_count: items.length, [name]: found.map(json) }, headers };
}

/** The account that what an actor writes is shown under. */
export function accountOfActor(world: World, actor: Actor): Account {
  switch (actor.kind) {
    case 'person':
      return accountOf(world, actor.login);
    case 'token':
      return accountOf(world, 'github-actions[bot]');
    case 'app':
    case 'jwt': {
      const app = world.apps.find(({ id }) => id === actor.app);
      return accountOf(world, `${app?.slug}[bot]`);
    }
  }
}

/** The App that an actor writes as; null for people. */
export function appOfActor(actor: Actor): number | null {
  if (actor.kind === 'person') return null;
  return actor.kind === 'token' ? GITHUB_ACTIONS : actor.app;
}

/** GitHub's own App, as which `GITHUB_TOKEN` makes check runs; its real id. */
export const GITHUB_ACTIONS = 15368;
