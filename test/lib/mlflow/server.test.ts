import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { mlflowServer } from '#lib/mlflow/server.ts';
import { UserError } from '#registry/error.ts';

/** What a server answers that is not MLflow, or an MLflow that refuses; test/parts/mlflow.test.ts asks the real one. */
const open: { close(): void }[] = [];
afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

async function answering(handle: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(handle);
  open.push({ close: () => (server.closeAllConnections(), server.close()) });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const at = server.address();
  if (at === null || typeof at === 'string') throw new Error('no port');
  return `http://127.0.0.1:${at.port}`;
}

const json = (status: number, body: unknown) => (_: IncomingMessage, response: ServerResponse) => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
};

const signal = new AbortController().signal;
const Answer = z.object({ ok: z.boolean() });
const SECRET = 'swordfish-0123456789';

/** What went wrong, as the user reads it. */
async function refused(to: string, env: Record<string, string> = {}): Promise<string> {
  const error: unknown = await mlflowServer(to, { env, signal })
    .get('thing', { name: 'a' }, Answer)
    .catch((caught: unknown) => caught);
  if (!(error instanceof UserError)) throw new Error(`no UserError: ${String(error)}`);
  return `${error.message} ${error.fix}`;
}

describe('mlflowServer', () => {
  it('sends what was asked, below a path too, with the credentials of the environment', async () => {
    const seen: string[] = [];
    const at = await answering((request, response) => {
      seen.push(`${request.method} ${request.url} ${request.headers.authorization}`);
      json(200, { ok: true, more: 1 })(request, response);
    });
    const basic = { MLFLOW_TRACKING_USERNAME: 'ada', MLFLOW_TRACKING_PASSWORD: SECRET, MLFLOW_TRACKING_TOKEN: 'other' };
    const server = mlflowServer(`${at}/team/`, { env: basic, signal });
    expect(await server.get('thing', { name: "a&b='c'" }, Answer)).toEqual({ ok: true });
    await mlflowServer(undefined, { env: { MLFLOW_TRACKING_URI: at, MLFLOW_TRACKING_TOKEN: SECRET }, signal }).send(
      'POST',
      'thing',
      {},
      Answer,
    );
    expect(seen).toEqual([
      `GET /team/api/2.0/mlflow/thing?name=a%26b%3D%27c%27 Basic ${Buffer.from(`ada:${SECRET}`).toString('base64')}`,
      `POST /api/2.0/mlflow/thing Bearer ${SECRET}`,
    ]);
  });

  it('gives null for a refusal that was expected', async () => {
    const at = await answering(json(404, { error_code: 'RESOURCE_DOES_NOT_EXIST', message: 'no' }));
    const server = mlflowServer(at, { env: {}, signal });
    expect(await server.get('thing', {}, Answer, ['RESOURCE_DOES_NOT_EXIST'])).toBeNull();
  });

  it.each([
    ['refuses access', json(401, {}), 'refuses access (401) Set MLFLOW_TRACKING_TOKEN'],
    [
      'refuses',
      json(400, { error_code: 'BAD', message: 'a\u001b[31m name\n' }),
      'refuses thing (400): BAD: a\uFFFD[31m name',
    ],
    ['fails', json(503, {}), 'refuses thing (503) Look at the server’s log'],
    ['answers with something else', json(200, { ok: 'yes' }), 'is no MLflow server'],
    [
      'answers with a page',
      (_: IncomingMessage, response: ServerResponse) => response.end('<html>'),
      'is no MLflow server',
    ],
    [
      'sends on',
      (_: IncomingMessage, response: ServerResponse) =>
        response.writeHead(302, { location: 'http://127.0.0.1:9/' }).end(),
      'sends on to another',
    ],
    ['hangs up', (request: IncomingMessage) => request.socket.destroy(), "can't be reached"],
  ])('says of a server that %s what to do', async (_, handle, said) => {
    expect(await refused(await answering(handle))).toContain(said);
  });

  it('says so where nobody listens', async () => {
    expect(await refused('http://127.0.0.1:9')).toContain("can't be reached");
  });

  it('S18 never repeats a credential, wherever it was put', async () => {
    const echo = await answering((request, response) =>
      json(401, { message: request.headers.authorization })(request, response),
    );
    const env = { MLFLOW_TRACKING_TOKEN: SECRET };
    const heard = [
      await refused(echo, env),
      await refused('http://127.0.0.1:9', env),
      await refused('http://127.0.0.1:9', { MLFLOW_TRACKING_TOKEN: `${SECRET}\nInjected: yes` }).catch(String),
      ...[`http://ada:${SECRET}@127.0.0.1/`, `ftp://ada:${SECRET}@host/`, `http://[${SECRET}`].map((to) => {
        try {
          mlflowServer(to, { env: {}, signal });
          return 'accepted';
        } catch (error) {
          return error instanceof UserError ? `${error.message} ${error.fix}` : 'a bug';
        }
      }),
    ];
    for (const text of heard) {
      expect(text).not.toContain(SECRET);
      expect(text).not.toMatch(/accepted|a bug/);
    }
  });

  it('ends when the work is interrupted', async () => {
    const at = await answering(() => {});
    const interrupt = new AbortController();
    const asked = mlflowServer(at, { env: {}, signal: interrupt.signal }).get('thing', {}, Answer);
    setTimeout(() => interrupt.abort(new Error('stopped by hand')), 50);
    await expect(asked).rejects.toThrow('stopped by hand');
  });

  it('wants an address', () => {
    expect(() => mlflowServer(undefined, { env: {}, signal })).toThrow('no MLflow server is named');
  });
});
