import { etagOf, isKnown } from './etags.ts';
import type { Fault, Faults } from './faults.ts';
import { type Limits, secondaryLimit } from './limits.ts';
import { checkAnswer, checkRequest } from './openapi.ts';
import { authorize } from './permissions.ts';
import { type Answer, Refusal, type Route } from './route.ts';
import { type Actor, API, type Json, type World } from './state.ts';

/** The error that Octokit throws for an answer that is one (`RequestError` of @octokit/request-error). */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly status: number;
  readonly response: { status: number; url: string; headers: Record<string, string>; data: unknown } | undefined;

  constructor(message: string, status: number, response?: HttpError['response']) {
    super(message);
    this.status = status;
    this.response = response;
  }
}

/** Our process ended in the middle: thrown by its client then and for ever after. */
export class Crash extends Error {
  override readonly name = 'Crash';
}

export interface Response {
  status: number;
  url: string;
  headers: Record<string, string>;
  data: unknown;
}

/** What an Octokit is to whoever sends requests. */
export interface Client {
  request(route: string, parameters?: Json): Promise<Response>;
}

/** What all clients of one double share. */
export interface Desk {
  world: World;
  routes: ReadonlyMap<string, Route>;
  faults: Faults;
  limits: Limits;
  /** Awaited before each call, so that a test orders those of several clients; lets others go first by default. */
  gate: (client: number, route: string) => Promise<void>;
  /** The world before its newest change, where a stale read may come. */
  past: () => World | null;
  /** Runs what changes the world: keeps the past, moves the clock on. */
  change: <T>(act: () => T) => T;
  /** Faults of the bot or of the double; a test has to end without any. */
  violations: string[];
  clients: number;
}

/** A read takes GitHub a tenth of a second. */
const READING = 100;

/**
 * What a client of an actor's sends to the double. Every request and every answer is held against GitHub's description.
 * @param token what it shows; by default one that never changes, where the token of an App would, each hour
 */
export function createClient(desk: Desk, actor: Actor, token = JSON.stringify(actor)): Client {
  const number = (desk.clients += 1);
  let crashed = false;

  return {
    async request(name, parameters = {}) {
      if (crashed) throw new Crash('the process has ended');
      await desk.gate(number, name);
      if (crashed) throw new Crash('the process has ended');
      const fault = desk.faults.next(name);
      if (fault === 'crash-before' || fault === 'crash-after') crashed = true;
      if (fault === 'crash-before') throw new Crash(`crashed before ${name}`);
      if (fault === 'error-before') throw badGateway(name);
      if (fault === 'timeout-before') throw noAnswer();
      const response = noting(desk, () => answer(desk, { actor, token, name, parameters, fault }));
      if (fault === 'crash-after') throw new Crash(`crashed after ${name}`);
      if (fault === 'error-after') throw badGateway(name);
      if (fault === 'timeout-after') throw noAnswer();
      if (response instanceof HttpError) {
        if (response.status === 304) desk.faults.wasUnchanged(name);
        throw response;
      }
      return fault === 'truncated-body' ? { ...response, data: half(response.data) } : response;
    },
  };
}

interface Request {
  actor: Actor;
  token: string;
  name: string;
  parameters: Json;
  fault: Fault | null;
}

function answer(desk: Desk, request: Request): Response | HttpError {
  const { actor, fault, name, token } = request;
  const parameters = checkRequest(name, request.parameters);
  const route = desk.routes.get(name);
  if (route === undefined) throw new Error(`the double does not know ${name} yet`);
  const reads = name.startsWith('GET ');
  const world = (reads && fault === 'stale-read' ? desk.past() : null) ?? desk.world;
  const call = { world, actor, parameters };
  const url = `${API}${name.split(' ')[1]}`;
  let limits: Record<string, string> = {};
  try {
    if (fault === 'secondary-limit') throw secondaryLimit();
    const taken = desk.limits.take(desk.world, actor, name);
    limits = taken.headers;
    const handled = () => {
      authorize(call, route);
      return route.handle(call);
    };
    const made = reads ? handled() : desk.change(handled);
    if (reads) desk.world.now = new Date(desk.world.now.getTime() + READING);
    const { data, headers = {}, json, status } = asSent(made);
    checkAnswer(name, status, data);
    const date = desk.world.now.toUTCString();
    const tagged = reads && json !== null ? { etag: etagOf({ route: name, parameters, token }, json) } : {};
    if (tagged.etag !== undefined && isKnown(tagged.etag, request.parameters))
      return notModified(url, { ...taken.giveBack(), ...tagged, date });
    // Clients follow redirections.
    return {
      status: status === 302 ? 200 : status,
      url,
      headers: { ...limits, ...headers, ...tagged, date },
      data,
    };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    checkAnswer(name, error.status, error.data);
    const headers = { ...limits, ...error.headers };
    return new HttpError(error.message, error.status, { status: error.status, url, headers, data: error.data });
  }
}

/** JSON as it goes over the wire, and its text; bytes and text as they are. */
function asSent(answer: Answer): Answer & { json: string | null } {
  const { data } = answer;
  if (data === undefined || data instanceof ArrayBuffer || typeof data === 'string') return { ...answer, json: null };
  const json = JSON.stringify(data);
  const parsed: unknown = JSON.parse(json);
  return { ...answer, data: parsed, json };
}

/** Whatever is no answer of GitHub's is a fault that the test has to hear of, also where the bot swallows it. */
function noting<T>(desk: Desk, act: () => T): T {
  try {
    return act();
  } catch (error) {
    desk.violations.push(error instanceof Error ? error.message : String(error));
    throw error;
  }
}

const badGateway = (route: string) =>
  new HttpError('Server Error', 502, {
    status: 502,
    url: `${API}${route.split(' ')[1]}`,
    headers: {},
    data: '<html>502</html>',
  });

/** As Octokit reports that what was asked for is what one knows: no body, and of the headers not all. */
const notModified = (url: string, headers: Record<string, string>) =>
  new HttpError('Not modified', 304, { status: 304, url, headers, data: '' });

/** As Octokit reports a connection that broke: status 500 and no response. */
const noAnswer = () => new HttpError('fetch failed', 500);

/** What arrived until the connection broke; Octokit gives JSON that it can't parse as text. */
function half(data: unknown): unknown {
  if (data instanceof ArrayBuffer) return data.slice(0, data.byteLength >> 1);
  const text = typeof data === 'string' ? data : (JSON.stringify(data) ?? '');
  return text.slice(0, text.length >> 1);
}
