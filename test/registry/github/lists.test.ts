import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { downloadArtifact } from '#registry/github/artifacts.ts';
import { type GitHub, GitHubError, stream } from '#registry/github/client.ts';
import { logEnd } from '#registry/github/jobs.ts';
import { askAll } from '#registry/github/lists.ts';
import { createScene } from '../../github/scene.ts';

const place = { owner: 'acme', repo: 'models' };

describe('a list', () => {
  const pages = (of: (page: number) => { count: number; link?: unknown }) => {
    const asked: unknown[] = [];
    const github: GitHub = {
      request: async (_, parameters = {}) => {
        asked.push(parameters['page']);
        const page = Number(parameters['page']);
        const { count, link } = of(page);
        const data = Array.from({ length: count }, (_item, i) => ({ id: page * 1000 + i }));
        return { status: 200, headers: link === undefined ? {} : { link }, data };
      },
    };
    return {
      asked,
      list: (limit?: number, enough?: (items: readonly { id: number }[]) => boolean) =>
        askAll(
          github,
          'GET /x',
          {},
          { item: z.object({ id: z.int() }), ...(limit === undefined ? {} : { pages: limit }) },
          enough,
        ),
    };
  };
  const next = '<https://api.github.com/x?page=2>; rel="next", <https://api.github.com/x?page=9>; rel="last"';
  const prev = '<https://api.github.com/x?page=1>; rel="prev"';

  it.each<[string, (page: number) => { count: number; link?: unknown }, number, number]>([
    ['of one page', () => ({ count: 3 }), 3, 1],
    ['of none', () => ({ count: 0 }), 0, 1],
    ['whose pages GitHub links', (page) => ({ count: 100, link: page < 3 ? next : prev }), 300, 3],
    [
      'with a short page amid, as filters leave it',
      (page) => ({ count: page === 2 ? 0 : 100, link: page < 3 ? next : prev }),
      200,
      3,
    ],
    ['whose links a proxy took away', (page) => ({ count: page < 3 ? 100 : 7 }), 207, 3],
    ['whose last page is full, without links', (page) => ({ count: page < 3 ? 100 : 0 }), 200, 3],
    ['with a header that says nothing', () => ({ count: 100, link: 'rel=next' }), 100, 1],
  ])('%s is read to its end', async (_, of, count, calls) => {
    const { asked, list } = pages(of);
    const { complete, items } = await list();
    expect([complete, items.length, asked.length]).toEqual([true, count, calls]);
  });

  it('without end is read as far as allowed, and said to be a part', async () => {
    const { asked, list } = pages(() => ({ count: 100, link: next }));
    expect(await list(4)).toMatchObject({ complete: false, items: { length: 400 } });
    expect(asked).toEqual([1, 2, 3, 4]);
    expect(await list(30, (items) => items.length >= 200)).toMatchObject({ complete: false, items: { length: 200 } });
  });
});

describe('bytes', () => {
  const endless = () => {
    let given = 0;
    let isCancelled = false;
    const pull = (to: ReadableStreamDefaultController) => {
      given += 1;
      to.enqueue(Buffer.alloc(1000, 'x'));
    };
    const data = new ReadableStream({ pull, cancel: () => void (isCancelled = true) });
    const github: GitHub = { request: async () => ({ status: 200, headers: {}, data }) };
    return { github, state: () => ({ given, isCancelled }) };
  };

  it('beyond what is allowed are not waited for, and their source is told', async () => {
    const { github, state } = endless();
    expect(await downloadArtifact(github, place, 1, 10_000)).toBe(null);
    expect(state().isCancelled).toBe(true);
    expect(state().given).toBeLessThan(15);
  });

  it('of a log are only kept at its end', async () => {
    const text = `${'a'.repeat(5000)}€ end`;
    const github: GitHub = { request: async () => ({ status: 200, headers: {}, data: text }) };
    expect(await logEnd(github, place, 1, { most: 7, longest: 10_000 })).toBe('€ end');
    expect(await logEnd(github, place, 1, { most: 7, longest: 5000 })).toBe(null);
  });

  it('that break off are an error, and so is what are none', async () => {
    const half = new ReadableStream({
      start: (to) => {
        to.enqueue(Buffer.from('half'));
        to.error(new TypeError('terminated'));
      },
    });
    const github: GitHub = { request: async () => ({ status: 200, headers: {}, data: half }) };
    await expect(downloadArtifact(github, place, 1, 1000)).rejects.toThrow(GitHubError);
    for (const data of [null, 7, { message: 'x' }]) {
      const odd: GitHub = { request: async () => ({ status: 200, headers: {}, data }) };
      await expect(stream(odd, 'GET /x', {}).next()).rejects.toThrow('GET /x answered with something else than bytes');
    }
  });

  it('come as they are from the double', async () => {
    const scene = createScene();
    const run = scene.evaluate(scene.propose());
    const [artifact] = scene.repo.artifacts(run);
    const bytes = await downloadArtifact(scene.client, place, artifact?.id ?? 0, 1e6);
    expect(bytes?.equals(artifact?.zip ?? Buffer.alloc(0))).toBe(true);
  });
});
