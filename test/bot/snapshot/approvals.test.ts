import { describe, expect, it } from 'vitest';
import { approvalsOf } from '../../../bot/decide/approvals.ts';
import { createMemory } from '../../../bot/snapshot/memory.ts';
import type { Pull } from '../../../bot/snapshot/snapshot.ts';
import { createScene, type Scene } from '../../github/scene.ts';
import { channelsFile, registered } from '../decide/registry-folder.ts';
import { readSnapshot } from '../read-snapshot.ts';

const base = { ...registered(['1.0.0', '1.1.0']), ...channelsFile({ champion: '1.0.0' }) };
const moved = channelsFile({ champion: '1.1.0', retired: ['1.0.0'] });
const PULL_COMMITS = 'GET /repos/{owner}/{repo}/pulls/{pull_number}/commits';

/** A pull request of ann's that moves a channel; bob and carl may write, eve may not. */
function proposed(by = 'ann') {
  const scene = createScene({ files: base });
  for (const login of ['bob', 'carl', 'ann']) scene.repo.setRole(login, 'write');
  scene.repo.setRole('eve', 'read');
  const number = scene.propose({ files: moved, by });
  return { ...scene, number, approve: (author: string) => scene.repo.review(number, { author, state: 'APPROVED' }) };
}
type Proposed = ReturnType<typeof proposed>;

async function readOne(scene: Scene, by = scene.client): Promise<Pull> {
  const { github, repo, us } = scene;
  const place = { owner: repo.owner, repo: repo.repo };
  const { snapshot } = await readSnapshot(by, place, us, github.now(), createMemory());
  const [pull] = snapshot.pulls;
  if (pull === undefined) throw new Error('the pull request was not read');
  return pull;
}

describe('who approved', () => {
  it.each<[string, (scene: Proposed) => unknown, string[]]>([
    ['a person with write access', ({ approve }) => approve('bob'), ['bob']],
    ['two of them', ({ approve }) => [approve('carl'), approve('bob')], ['bob', 'carl']],
    ['a maintainer', ({ approve, repo }) => [repo.setRole('mia', 'maintain'), approve('mia')], ['mia']],
    ['an owner', ({ approve }) => approve('olga'), ['olga']],
    ['a person who may read', ({ approve }) => approve('eve'), []],
    ['a person who may triage', ({ approve, repo }) => [repo.setRole('tom', 'triage'), approve('tom')], []],
    ['a stranger', ({ approve }) => approve('nobody'), []],
    ['a person who could write then', ({ approve, repo }) => [approve('bob'), repo.setRole('bob', 'read')], []],
    ['a person who can write by now', ({ approve, repo }) => [approve('eve'), repo.setRole('eve', 'write')], ['eve']],
    ['the author', ({ approve }) => approve('ann'), []],
    ['an App', ({ approve, repo }) => [repo.setRole('helper[bot]', 'admin'), approve('helper[bot]')], []],
    ['us', ({ approve, repo }) => [repo.setRole('tiltyard[bot]', 'admin'), approve('tiltyard[bot]')], []],
    [
      'a person of an older head',
      ({ approve, repo }) => [approve('bob'), repo.push('better', { 'README.md': '2' })],
      [],
    ],
    [
      'a person again, of the head that came then',
      ({ approve, repo }) => [approve('bob'), repo.push('better', { 'README.md': '2' }), approve('bob')],
      ['bob'],
    ],
    [
      'a person who is an author of a commit',
      ({ approve, repo }) => [repo.push('better', { 'README.md': '2' }, { author: 'bob' }), approve('bob')],
      [],
    ],
    [
      'a person who is the committer of one',
      ({ approve, repo }) => [repo.push('better', { 'README.md': '2' }, { by: 'bob', author: 'ann' }), approve('bob')],
      [],
    ],
    [
      'a person beside one who wrote a commit',
      ({ approve, repo }) => [repo.push('better', { 'README.md': '2' }, { author: 'bob' }), approve('carl')],
      ['carl'],
    ],
    ['a person who was dismissed', ({ approve, number, repo }) => repo.dismissReview(number, approve('bob')), []],
    [
      'a person who then asked for changes',
      ({ approve, number, repo }) => [
        approve('bob'),
        repo.review(number, { author: 'bob', state: 'CHANGES_REQUESTED' }),
      ],
      [],
    ],
    [
      'a person who then commented',
      ({ approve, number, repo }) => [approve('bob'), repo.review(number, { author: 'bob', state: 'COMMENTED' })],
      [],
    ],
    [
      'a person who asked for changes before',
      ({ approve, number, repo }) => [
        repo.review(number, { author: 'bob', state: 'CHANGES_REQUESTED' }),
        approve('bob'),
      ],
      ['bob'],
    ],
    [
      'a person who only commented',
      ({ number, repo }) => repo.review(number, { author: 'bob', state: 'COMMENTED' }),
      [],
    ],
    [
      'a person, where another asks for changes',
      ({ approve, number, repo }) => [
        approve('bob'),
        repo.review(number, { author: 'carl', state: 'CHANGES_REQUESTED' }),
      ],
      ['bob'],
    ],
  ])('is read of GitHub: %s', async (_, review, by) => {
    const scene = proposed();
    review(scene);
    expect(approvalsOf(await readOne(scene)).by).toEqual(by);
  });

  it('are those whom the base names, not those whom the head names', async () => {
    const scene = proposed();
    scene.repo.push('main', { 'tiltyard.yaml': 'bot: { approvers: [carl] }\n' });
    scene.repo.push('better', { 'tiltyard.yaml': 'bot: { approvers: [bob] }\n' });
    scene.approve('bob');
    expect(approvalsOf(await readOne(scene)).by).toEqual([]);
    scene.approve('carl');
    expect(approvalsOf(await readOne(scene)).by).toEqual(['carl']);
  });

  it('is found behind a hundred others, and asked of each once', async () => {
    const scene = proposed();
    for (let i = 0; i < 120; i++) scene.repo.review(scene.number, { author: 'carl', state: 'APPROVED' });
    scene.approve('bob');
    scene.github.faults.forget();
    expect(approvalsOf(await readOne(scene)).by).toEqual(['bob', 'carl']);
    expect(scene.github.faults.calls.filter((route) => route.endsWith('/permission'))).toHaveLength(2);
  });

  it('can’t be told where GitHub lists only a part of the commits', async () => {
    const scene = proposed();
    for (let i = 0; i < 250; i++) scene.repo.push('better', { 'README.md': `${i}` });
    scene.approve('bob');
    const pull = await readOne(scene);
    expect(pull.commits).toBe(null);
    expect(approvalsOf(pull).by).toEqual([]);
  });

  it('can’t be told where nobody knows who wrote a commit', async () => {
    const scene = proposed();
    const { client } = scene;
    scene.approve('bob');
    const unknown = {
      request: async (route: string, parameters?: Record<string, unknown>) => {
        const answer = await client.request(route, parameters);
        if (route !== PULL_COMMITS) return answer;
        const [commit] = Object(answer.data);
        return { ...answer, data: [{ ...commit, author: null }] };
      },
    };
    const { by, notes } = approvalsOf(await readOne(scene, unknown));
    expect([by, notes]).toEqual([[], [expect.stringContaining('GitHub knows no account')]]);
  });

  it('can’t be told of a head that moved while it was read: bob wrote a commit of it, and approved it', async () => {
    const scene = proposed();
    const { approve, client, repo } = scene;
    repo.push('better', { 'README.md': '2' }, { author: 'bob' });
    approve('bob');
    const moving = {
      request: async (route: string, parameters?: Record<string, unknown>) => {
        if (route === PULL_COMMITS) repo.push('better', moved, { force: true, from: 'main' });
        return client.request(route, parameters);
      },
    };
    const pull = await readOne(scene, moving);
    expect(pull.reviews.map(({ commit }) => commit)).toEqual([pull.head.sha]);
    expect(approvalsOf(pull).by).toEqual([]);
  });
});
