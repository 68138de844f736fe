import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { z } from 'zod';

/**
 * What `emulate` lacks and the bot asks for. Everything else goes through as it is: JWT, tokens, permissions, git, pull
 * requests, comments, checks and webhooks are `emulate`'s own. A test holds the list against `emulate`, so that it shrinks
 * as soon as `emulate` grows.
 */
export const LACKING = {
  /** No workflow can be there, hence no run and no artifact: our own double answers. */
  actions: /^\/repos\/acme\/models\/actions\//,
  /** Not there: our own double, which gets the same commits, knows who brought them. */
  activity: /^\/repos\/acme\/models\/activity$/,
  /** Not there: the one repository, as the same token sees it. */
  repositories: /^\/installation\/repositories$/,
  /** They do not say which App made them: whatever our App may read there and a bot wrote is its own. */
  checks: /^\/repos\/acme\/models\/(check-runs(\/\d+)?|commits\/\w+\/check-runs)$/,
  comments: /^\/repos\/acme\/models\/issues\/(\d+\/comments|comments\/\d+)$/,
};

export interface Bridge {
  /** Where `emulate` is. */
  emulate: string;
  /** Where our own double is, with a token for it, and the repository's id there. */
  actions: { url: string; token: string; repository: number };
  /** The repository's id in `emulate`. */
  repository: number;
  app: { id: number; slug: string };
  /** Waits before a request is passed on. */
  gate(request: string): Promise<void>;
}

/** Starts the bridge on a port of this machine. */
export async function startBridge(bridge: Bridge): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    pass(bridge, request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = z.object({ port: z.int() }).parse(server.address());
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function pass(bridge: Bridge, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = request.url ?? '/';
  const [plain = ''] = path.split('?');
  const { authorization = '' } = request.headers;
  const ask = (url: string, token = authorization) => fetch(url, { headers: { authorization: token } });
  const whole = await bytesOf(request);
  await bridge.gate(`${request.method} ${plain}`);

  if (request.method === 'GET' && (LACKING.actions.test(plain) || LACKING.activity.test(plain))) {
    // Whether it may read them, `emulate` knows.
    const allowed = await ask(`${bridge.emulate}/repos/acme/models/actions/workflows`);
    if (!allowed.ok) return send(response, allowed, await allowed.arrayBuffer());
    const { repository, token, url } = bridge.actions;
    const answer = await ask(url + path, `token ${token}`);
    const body = Buffer.from(await answer.arrayBuffer());
    const isJson = answer.headers.get('content-type')?.startsWith('application/json') === true;
    const here = `"id":${bridge.repository},`;
    return send(response, answer, isJson ? Buffer.from(String(body).replaceAll(`"id":${repository},`, here)) : body);
  }
  if (request.method === 'GET' && LACKING.repositories.test(plain)) {
    const answer = await ask(`${bridge.emulate}/repos/acme/models`);
    if (!answer.ok) return send(response, answer, await answer.arrayBuffer());
    const repositories = [await answer.json()];
    return send(response, answer, Buffer.from(JSON.stringify({ total_count: 1, repositories })));
  }

  const answer = await fetch(bridge.emulate + path, {
    method: request.method ?? 'GET',
    headers: { authorization, 'content-type': 'application/json' },
    ...(whole.length === 0 ? {} : { body: whole }),
  });
  const body = Buffer.from(await answer.arrayBuffer());
  send(response, answer, answer.ok ? signed(bridge, plain, body) : body);
}

const Written = z.looseObject({ user: z.looseObject({ type: z.string() }).optional() });

/** Who wrote what, where `emulate` does not say it. */
function signed({ app }: Bridge, path: string, body: Buffer): Buffer {
  const isCheck = LACKING.checks.test(path);
  if ((!isCheck && !LACKING.comments.test(path)) || body.length === 0) return body;
  const sign = (one: z.infer<typeof Written>) => {
    if (isCheck) return { ...one, app };
    return one.user?.type === 'Bot' ? { ...one, performed_via_github_app: app } : one;
  };
  const data: unknown = JSON.parse(String(body));
  const list = z.looseObject({ check_runs: z.array(Written) }).safeParse(data);
  const all = z.array(Written).safeParse(data);
  const result = list.success
    ? { ...list.data, check_runs: list.data.check_runs.map(sign) }
    : all.success
      ? all.data.map(sign)
      : sign(Written.parse(data));
  return Buffer.from(JSON.stringify(result));
}

function send(response: ServerResponse, { headers, status }: Response, body: ArrayBuffer | Uint8Array): void {
  const kept = ['content-type', 'link'].flatMap((name) => {
    const value = headers.get(name);
    return value === null ? [] : [[name, value] as const];
  });
  response.writeHead(status, Object.fromEntries(kept));
  response.end(status === 204 ? undefined : Buffer.from(body instanceof ArrayBuffer ? new Uint8Array(body) : body));
}

async function bytesOf(request: IncomingMessage): Promise<Buffer<ArrayBuffer>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}
