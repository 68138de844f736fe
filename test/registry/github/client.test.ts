import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { inspect } from 'node:util';
import { ProbotOctokit } from 'probot';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { downloadArtifact } from '#registry/github/artifacts.ts';
import { ask, askIfThere, type GitHub, GitHubError, isGone } from '#registry/github/client.ts';
import { createComment } from '#registry/github/comments.ts';

const TOKEN = `ghs_${'Aa1'.repeat(12)}`;
const place = { owner: 'acme', repo: 'models' };
const ROUTE = 'GET /repos/{owner}/{repo}';
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  onTestFinished(() => server.closeAllConnections());
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return `http://127.0.0.1:${address.port}`;
}

/** The real Octokit, as Probot loads it, retries and all, against a server that answers so; and what it was sent. */
async function octokit(
  answer: (request: IncomingMessage) => { status: number; headers?: Record<string, string>; body?: string | Buffer },
) {
  const sent: IncomingMessage[] = [];
  const url = await serve((request, response) => {
    sent.push(request);
    const { body, headers, status } = answer(request);
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
  });
  const github: GitHub = new ProbotOctokit({
    baseUrl: url,
    auth: { token: TOKEN },
    throttle: { enabled: false },
    log: silent,
  });
  return { github, sent, url };
}

const errorOf = async (asking: Promise<unknown>): Promise<GitHubError> => {
  const error: unknown = await asking.then(
    () => null,
    (cause: unknown) => cause,
  );
  if (!(error instanceof GitHubError)) throw new Error(`no error of GitHub’s: ${String(error)}`);
  return error;
};

describe('an answer that is an error', () => {
  it.each([
    [401, 'Bad credentials'],
    [403, 'Resource not accessible by integration'],
    [404, 'Not Found'],
    [405, 'Pull Request is not mergeable'],
    [409, 'Head branch was modified. Review and try the merge again.'],
    [410, 'Artifact has expired'],
    [422, 'Validation Failed'],
    [429, 'You have exceeded a secondary rate limit'],
    [451, 'Repository access blocked'],
    [500, 'Server Error'],
    [502, 'Server Error'],
    [503, 'Service Unavailable'],
  ])('%d says its route, its status and GitHub’s words, and is not asked again', async (status, message) => {
    const { github, sent } = await octokit(() => ({ status, body: JSON.stringify({ message }) }));
    const error = await errorOf(ask(github, ROUTE, place, z.unknown()));
    expect(error.status).toBe(status);
    expect(error.message).toContain(`${ROUTE}: ${message}`);
    expect(isGone(error)).toBe(status === 404 || status === 410);
    await errorOf(createComment(github, place, 1, 'hello'));
    expect(sent.map(({ method }) => method)).toEqual(['GET', 'POST']);
    const thereOrNot = askIfThere(github, ROUTE, place, z.unknown());
    if (isGone(error)) expect(await thereOrNot).toBe(null);
    else await expect(thereOrNot).rejects.toThrow(GitHubError);
  });

  it.each<[string, string, string]>([
    ['a page for people', 'text/html', '<html>\n<h1>Unicorn!</h1></html>'],
    ['nothing', 'application/json', ''],
    ['half of a document', 'application/json', '{"message": "Serv'],
    ['words without end', 'application/json', JSON.stringify({ message: 'x'.repeat(100_000) })],
  ])('with %s in it is short', async (_, type, body) => {
    const { github } = await octokit(() => ({ status: 502, headers: { 'content-type': type }, body }));
    const error = await errorOf(ask(github, ROUTE, place, z.unknown()));
    expect(error.status).toBe(502);
    expect(error.message.length).toBeLessThan(400);
    expect(error.message).not.toContain('\n');
  });

  it('is one too where the connection breaks, and where what comes is no JSON', async () => {
    const url = await serve((request) => void request.socket.destroy());
    const github = new ProbotOctokit({
      baseUrl: url,
      auth: { token: TOKEN },
      throttle: { enabled: false },
      log: silent,
    });
    expect((await errorOf(ask(github, ROUTE, place, z.unknown()))).message).toContain(ROUTE);
    const half = await octokit(() => ({ status: 200, body: '{"id": 1' }));
    expect((await errorOf(ask(half.github, ROUTE, place, z.object({ id: z.int() })))).message).toContain(ROUTE);
  });
});

describe('S18 the token', () => {
  it.each([401, 403, 404, 422, 500, 502])(
    'is in nothing that an error %d carries, though GitHub repeats it',
    async (status) => {
      const message = `Bad token ${TOKEN} of https://x.example/?sig=${TOKEN}&token=abc, github_pat_11ABC_def, eyJhbGciOi.eyJpc3Mi.sig`;
      const { github } = await octokit(() => ({ status, body: JSON.stringify({ message, errors: [TOKEN] }) }));
      const shown = inspect(await errorOf(ask(github, ROUTE, place, z.unknown())), { depth: 20, showHidden: true });
      for (const secret of [TOKEN, 'sig=', 'token=abc', '11ABC_def', 'eyJhbGciOi', 'eyJpc3Mi'])
        expect(shown).not.toContain(secret);
    },
  );

  it('does not follow a download to another place', async () => {
    const elsewhere: IncomingMessage[] = [];
    const store = await serve((request, response) => {
      elsewhere.push(request);
      response.end('the bytes');
    });
    const { github, sent } = await octokit(() => ({ status: 302, headers: { location: `${store}/blob?sig=secret` } }));
    expect(String(await downloadArtifact(github, place, 1, 100))).toBe('the bytes');
    expect(sent.map(({ headers }) => headers.authorization)).toEqual([`token ${TOKEN}`]);
    expect(elsewhere.map(({ headers }) => headers.authorization)).toEqual([undefined]);
  });

  it.each([
    ['a store that refuses', 403, '<Error>sig=secret</Error>'],
    ['a store that is broken', 500, 'sig=secret'],
  ])('nor does the signature of an address leave %s', async (_, status, body) => {
    const store = await serve((_request, response) =>
      response.writeHead(status, { 'content-type': 'application/xml' }).end(body),
    );
    const { github } = await octokit(() => ({ status: 302, headers: { location: `${store}/blob?sig=signed` } }));
    const shown = inspect(await errorOf(downloadArtifact(github, place, 1, 100)), { depth: 20, showHidden: true });
    expect(shown).not.toContain('signed');
    expect(shown).not.toContain(TOKEN);
  });

  it('goes round in no circle', async () => {
    const { github, sent } = await octokit((request) => ({ status: 302, headers: { location: request.url ?? '/' } }));
    await errorOf(downloadArtifact(github, place, 1, 100));
    expect(sent.length).toBeLessThan(30);
  });
});
