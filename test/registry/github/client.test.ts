import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { inspect } from 'node:util';
import { ProbotOctokit } from 'probot';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { downloadArtifact } from '#registry/github/artifacts.ts';
import { type Answered, ask, askIfThere, type GitHub, GitHubError, isGone } from '#registry/github/client.ts';
import { createComment, listComments } from '#registry/github/comments.ts';
import { askAll } from '#registry/github/lists.ts';
import { Time } from '#registry/github/time.ts';
import { sha256 } from '#registry/sha256.ts';
import { createScene } from '../../github/scene.ts';

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

describe('an answer that GitHub gave before', () => {
  const Thing = z.object({ id: z.int(), at: Time });
  /** Keeps all, as a look does. */
  const keeping = (github: GitHub): GitHub => ({
    request: (route, parameters) => github.request(route, parameters),
    answers: new Map<string, Answered>(),
  });
  const thing = (id: number) => JSON.stringify({ id, at: '2026-11-21T12:00:00Z', rest: 'of no use' });
  /** Like GitHub: what is asked for by its tag is not sent again. */
  const tagged = (of: () => { body: string; link?: string }) => (request: IncomingMessage) => {
    const { body, link } = of();
    const etag = `W/"${sha256(body)}"`;
    const headers = { etag, ...(link === undefined ? {} : { link }) };
    return request.headers['if-none-match'] === etag
      ? { status: 304, headers: { etag } }
      : { status: 200, headers, body };
  };

  it('is asked for by its tag, and holds while nothing has changed', async () => {
    let id = 1;
    const { github, sent } = await octokit(tagged(() => ({ body: thing(id) })));
    const asking = keeping(github);
    const first = await ask(asking, ROUTE, place, Thing);
    expect(first).toEqual({ id: 1, at: new Date('2026-11-21T12:00:00Z') });
    expect(await ask(asking, ROUTE, place, Thing)).toEqual(first);
    id = 2;
    expect(await ask(asking, ROUTE, place, Thing)).toMatchObject({ id: 2 });
    expect(await ask(asking, ROUTE, place, Thing)).toMatchObject({ id: 2 });
    const tags = sent.map(({ headers }) => headers['if-none-match'] ?? null);
    expect(tags).toEqual([null, `W/"${sha256(thing(1))}"`, `W/"${sha256(thing(1))}"`, `W/"${sha256(thing(2))}"`]);
  });

  it('is told from those about something else', async () => {
    const { github, sent } = await octokit(tagged(() => ({ body: thing(1) })));
    const asking = keeping(github);
    await ask(asking, ROUTE, place, Thing);
    await ask(asking, ROUTE, { ...place, repo: 'other' }, Thing);
    await ask(asking, 'GET /users/{owner}', { owner: 'acme' }, Thing);
    expect(sent.map(({ headers }) => headers['if-none-match'])).toEqual([undefined, undefined, undefined]);
  });

  it('of a list still knows that more pages follow', async () => {
    let page = 0;
    const pages = [`[${thing(1)}]`, `[${thing(2)}]`];
    const { github, sent } = await octokit((request) => {
      page = request.url?.includes('page=2') ? 1 : 0;
      const link = page === 0 ? '<https://api.github.com/?page=2>; rel="next"' : undefined;
      return tagged(() => ({ body: pages[page] ?? '', ...(link === undefined ? {} : { link }) }))(request);
    });
    const asking = keeping(github);
    const list = () => askAll(asking, 'GET /repos/{owner}/{repo}/things', place, { item: Thing });
    const first = await list();
    expect(first).toMatchObject({ complete: true, items: [{ id: 1 }, { id: 2 }] });
    expect(await list()).toEqual(first);
    pages[1] = `[${thing(3)}]`;
    expect(await list()).toMatchObject({ complete: true, items: [{ id: 1 }, { id: 3 }] });
    expect(sent).toHaveLength(6);
  });

  it('of a list is gone on with behind a full page, of which nobody knows whether others follow by now', async () => {
    const { github, repo, client } = createScene();
    const pull = repo.openPull({ head: repo.push('better', { 'README.md': '' }) && 'better', by: 'ann' });
    github.limits.set({ hourly: 1e6, pointsAMinute: 1e6, creationsAMinute: 1e6, creationsAnHour: 1e6 });
    for (let i = 0; i < 100; i++) repo.comment(pull, 'ann', `${i}`);
    const asking = keeping(client);
    expect(await listComments(asking, place, pull)).toHaveLength(100);
    expect(await listComments(asking, place, pull)).toHaveLength(100);
    repo.comment(pull, 'ann', 'one more');
    const all = await listComments(asking, place, pull);
    expect(all.at(-1)?.body).toBe('one more');
    const [, ...later] = github.faults.unchanged;
    expect(later.length).toBeGreaterThan(0);
  });

  it('of a list is gone on with behind a page that is short without being the last', async () => {
    const link = '<https://api.github.com/?page=2>; rel="next"';
    const short = { body: JSON.stringify(Array.from({ length: 97 }, (_, id) => ({ id, at: '2026-11-21T12:00:00Z' }))) };
    let second = '[]';
    const { github } = await octokit((request) => {
      if (request.url?.includes('page=2')) return tagged(() => ({ body: second }))(request);
      return tagged(() => (second === '[]' ? short : { ...short, link }))(request);
    });
    const asking = keeping(github);
    const list = () => askAll(asking, 'GET /repos/{owner}/{repo}/things', place, { item: Thing });
    expect((await list()).items).toHaveLength(97);
    second = `[${thing(100)}]`;
    expect((await list()).items.at(-1)).toMatchObject({ id: 100 });
  });

  it('of a list under a name holds likewise', async () => {
    const { github } = await octokit(tagged(() => ({ body: `{"total_count": 1, "things": [${thing(1)}]}` })));
    const asking = keeping(github);
    const list = () => askAll(asking, 'GET /repos/{owner}/{repo}/things', place, { item: Thing, under: 'things' });
    const first = await list();
    expect(first.items).toMatchObject([{ id: 1 }]);
    expect(await list()).toEqual(first);
  });

  it.each(['GET /repos/{owner}/{repo}/git/blobs/{sha}', 'POST /repos/{owner}/{repo}/things'])(
    'is not kept of %s: what is named by its digest others keep, and what is written is no answer',
    async (route) => {
      const { github, sent } = await octokit(tagged(() => ({ body: thing(1) })));
      const asking = keeping(github);
      for (let i = 0; i < 2; i++) await ask(asking, route, { ...place, sha: '0' }, Thing);
      expect(sent.map(({ headers }) => headers['if-none-match'])).toEqual([undefined, undefined]);
    },
  );

  it('is none where it was never given: 304 to whoever showed no tag is an error', async () => {
    const { github } = await octokit(() => ({ status: 304 }));
    expect(await errorOf(ask(keeping(github), ROUTE, place, Thing))).toMatchObject({ status: 304 });
    expect(await errorOf(ask(github, ROUTE, place, Thing))).toMatchObject({ status: 304 });
  });
});
