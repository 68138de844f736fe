import { describe, expect, it } from 'vitest';
import { createScene } from './scene.ts';

const place = { owner: 'acme', repo: 'models' };
const ROUTE = 'GET /repos/{owner}/{repo}/activity';
const NO_COMMIT = '0'.repeat(40);

/** A repository in which something of each kind became of the branches. */
function busy() {
  const scene = createScene();
  const { github, propose, repo } = scene;
  const first = repo.head();
  const pushed = repo.push('main', { 'a.md': 'a\n' }, { by: 'olga' });
  const pull = propose({ files: { 'b.md': 'b\n' } });
  const merged = repo.merge(pull, 'olga');
  github.advance({ hours: 30 });
  const forced = repo.push('main', { 'c.md': 'c\n' }, { by: 'eve', force: true, from: pushed });
  repo.deleteBranch('better', 'ann');
  return { ...scene, first, pushed, merged, forced };
}

describe('the activity of a repository', () => {
  it('names who moved a branch, how, from where and to where, the newest first', async () => {
    const { client, first, forced, merged, pushed } = busy();
    const { data } = await client.request(ROUTE, { ...place, ref: 'main' });
    expect(data).toMatchObject([
      { activity_type: 'force_push', before: merged, after: forced, actor: { login: 'eve' } },
      { activity_type: 'pr_merge', before: pushed, after: merged, actor: { login: 'olga' } },
      { activity_type: 'push', before: first, after: pushed, actor: { login: 'olga' } },
      { activity_type: 'branch_creation', before: NO_COMMIT, after: first },
    ]);
  });

  it.each<[string, Record<string, unknown>, string[]]>([
    ['of all branches', { actor: 'ann' }, ['branch_deletion', 'branch_creation']],
    ['of one, by its full name', { ref: 'refs/heads/better' }, ['branch_deletion', 'branch_creation']],
    ['of a kind', { activity_type: 'push' }, ['push']],
    ['of the last day', { time_period: 'day' }, ['branch_deletion', 'force_push']],
    ['the oldest first', { direction: 'asc', per_page: 2 }, ['branch_creation', 'push']],
    ['of a branch that is not there', { ref: 'nowhere' }, []],
  ])('is listed %s', async (_, parameters, types) => {
    const { client } = busy();
    const { data } = await client.request(ROUTE, { ...place, ...parameters });
    expect(Object.values(Object(data)).map((one) => Object(one).activity_type)).toEqual(types);
  });

  it('leads from page to page by where the last one ended', async () => {
    const { client } = busy();
    const { data, headers } = await client.request(ROUTE, { ...place, per_page: 4 });
    const after = /[?&]after=(\d+)>; rel="next"/.exec(headers['link'] ?? '')?.[1];
    expect(after).toBe(String(Object(data)[3].id));
    const next = await client.request(ROUTE, { ...place, per_page: 4, after });
    expect(next.data).toHaveLength(2);
    expect(next.headers['link']).toBeUndefined();
  });
});
