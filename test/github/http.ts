import { createPublicKey, verify } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { GitHubDouble } from './github.ts';
import { parametersOf } from './openapi.ts';
import { Crash, HttpError } from './requests.ts';
import type { Actor, Json } from './state.ts';
import { actorOfToken } from './tokens.ts';

/** The double as a server on loopback, for whoever speaks HTTP: the real Octokit, the real Probot. */
export interface Served {
  url: string;
  close(): Promise<void>;
}

/** @param keys each App's public key, by the App's id: what it signs its JWT with. */
export async function serveGitHub(
  github: GitHubDouble,
  keys: ReadonlyMap<number, string> = new Map(),
): Promise<Served> {
  const downloads: (string | ArrayBuffer)[] = [];
  const server = createServer((request, response) => {
    answer(github, keys, downloads, request, response).catch((error: unknown) => {
      github.violations.push(String(error));
      response.destroy();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function answer(
  github: GitHubDouble,
  keys: ReadonlyMap<number, string>,
  downloads: (string | ArrayBuffer)[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', `http://${request.headers.host}`);
  const path = url.pathname.replace(/^\/api\/v3/, '');
  const download = /^\/downloads\/(\d+)$/.exec(path)?.[1];
  if (download !== undefined) {
    const data = downloads[Number(download)] ?? '';
    response.writeHead(200, { 'content-type': typeof data === 'string' ? 'text/plain' : 'application/zip' });
    response.end(typeof data === 'string' ? data : Buffer.from(data));
    return;
  }
  const send = (status: number, headers: Record<string, string>, data: unknown) => {
    const type = { 'content-type': 'application/json; charset=utf-8' };
    response.writeHead(status, data === undefined ? headers : { ...type, ...headers });
    response.end(data === undefined ? undefined : typeof data === 'string' ? data : JSON.stringify(data));
  };
  const { authorization, 'if-none-match': known } = request.headers;
  const actor = actorOf(github, keys, authorization);
  if (actor === null) return send(401, {}, { message: 'Bad credentials' });
  const found = routeOf(github.routes, request.method ?? 'GET', path);
  if (found === null) return send(404, {}, { message: 'Not Found' });
  const parameters = parametersIn(found, url.searchParams, await bodyOf(request));
  try {
    const { data, headers, status } = await github
      .as(actor, authorization)
      .request(found.route, known === undefined ? parameters : { ...parameters, headers: { 'if-none-match': known } });
    if (!redirected.has(found.route)) return send(status, headers, data);
    // What was cut off, or is no longer bytes, goes out as it is.
    downloads.push(data instanceof ArrayBuffer || typeof data === 'string' ? data : '');
    send(302, { ...headers, location: `http://${request.headers.host}/downloads/${downloads.length - 1}` }, undefined);
  } catch (error) {
    if (error instanceof HttpError && error.response !== undefined) {
      const { data, headers } = error.response;
      return send(error.status, headers, error.status === 304 ? undefined : data);
    }
    if (!(error instanceof HttpError) && !(error instanceof Crash)) throw error;
    response.destroy();
  }
}

const redirected = new Set([
  'GET /repos/{owner}/{repo}/actions/artifacts/{artifact_id}/{archive_format}',
  'GET /repos/{owner}/{repo}/actions/jobs/{job_id}/logs',
]);

/** Whom a header stands for; a person's token is given out by `issueToken`. */
function actorOf(github: GitHubDouble, keys: ReadonlyMap<number, string>, header = ''): Actor | null {
  const [, token = ''] = /^(?:bearer|token) (.+)$/i.exec(header) ?? [];
  return token.split('.').length === 3 ? appOfJwt(keys, token) : actorOfToken(github.world, token);
}

/**
 * An App's own JWT: signed with its key, begun, and valid for ten minutes at most
 * (https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app).
 */
function appOfJwt(keys: ReadonlyMap<number, string>, token: string): Actor | null {
  const [head = '', claims = '', signature = ''] = token.split('.');
  const { exp, iat, iss }: { exp: number; iat: number; iss: number | string } = JSON.parse(
    Buffer.from(claims, 'base64url').toString(),
  );
  const key = keys.get(Number(iss));
  if (key === undefined) return null;
  const signed = verify(
    'RSA-SHA256',
    Buffer.from(`${head}.${claims}`),
    createPublicKey(key),
    Buffer.from(signature, 'base64url'),
  );
  const now = Date.now() / 1000;
  // A little longer than GitHub itself takes it, for clocks that differ.
  return signed && exp > now && exp <= now + 660 && iat <= now + 60 ? { kind: 'jwt', app: Number(iss) } : null;
}

interface Found {
  route: string;
  path: Record<string, string>;
}

/** The route that a path belongs to: of several that fit, the one with most words of its own. */
function routeOf(routes: readonly string[], method: string, path: string): Found | null {
  const found: Found[] = [];
  for (const route of routes) {
    const [of, template = ''] = route.split(' ');
    if (of !== method) continue;
    const groups = patternOf(template).exec(path)?.groups;
    const literal = groups ?? (path === template ? {} : null);
    if (literal !== null)
      found.push({
        route,
        path: Object.fromEntries(Object.entries(literal).map(([name, text]) => [name, decodeURIComponent(text)])),
      });
  }
  return (
    found.sort(
      (a, b) => Object.keys(a.path).length - Object.keys(b.path).length || b.route.length - a.route.length,
    )[0] ?? null
  );
}

const patterns = new Map<string, RegExp>();

function patternOf(template: string): RegExp {
  const known = patterns.get(template);
  if (known !== undefined) return known;
  // A branch and a file may hold slashes, where they end the path.
  const pattern = template
    .replace(/\{(ref|path|branch|basehead|tree_sha)\}$/, '(?<$1>.+)')
    .replace(/\{(\w+)\}/g, '(?<$1>[^/]+)');
  const made = new RegExp(`^${pattern}$`);
  patterns.set(template, made);
  return made;
}

/** Numbers and truth values are text in an address. */
function parametersIn({ path, route }: Found, query: URLSearchParams, body: Json): Json {
  const types = parametersOf(route);
  const texts = Object.entries({ ...Object.fromEntries(query), ...path });
  const typed = texts.map(([name, text]): [string, unknown] => {
    const type = types[name];
    if (type === 'integer' && /^-?\d+$/.test(text)) return [name, Number(text)];
    return [name, type === 'boolean' ? text === 'true' : text];
  });
  return { ...body, ...Object.fromEntries(typed) };
}

async function bodyOf(request: IncomingMessage): Promise<Json> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  const text = Buffer.concat(chunks).toString();
  return text === '' ? {} : JSON.parse(text);
}
