import { describe, expect, it } from 'vitest';
import { createMemory } from '../../../bot/snapshot/memory.ts';
import { HttpError } from '../../github/requests.ts';
import { createScene, type Scene } from '../../github/scene.ts';
import { lookAt } from '../look-at.ts';
import { readSnapshot } from '../read-snapshot.ts';

const FEATURES = 'models/flight-delay/features.sql';
const FILES = 'GET /repos/{owner}/{repo}/pulls/{pull_number}/files';
const COMPARE = 'GET /repos/{owner}/{repo}/compare/{basehead}';
const COMMENTS = 'GET /repos/{owner}/{repo}/issues/{issue_number}/comments';

function read({ client, github, repo, us }: Scene, by = client, memory = createMemory()) {
  return readSnapshot(by, { owner: repo.owner, repo: repo.repo }, us, github.now(), memory);
}
const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`docs/${i}.md`, `${i}\n`]));
const conclusions = ({ repo }: Scene, pull: number) =>
  repo.checks(repo.pull(pull).head.sha).map((one) => one.conclusion);

describe('a pull request', () => {
  it.each([
    ['298 other files, of which GitHub lists all at once', 298, false],
    ['400 other files, of which it lists all by and by', 400, true],
  ])('with %s touches its model', async (_, count, isListed) => {
    const scene = createScene();
    scene.propose({ files: { ...many(count), [FEATURES]: 'SELECT 1\n' } });
    const { snapshot } = await read(scene);
    expect(snapshot.pulls).toMatchObject([
      { files: { length: count + 1 }, atHead: { models: { 'flight-delay': {} } } },
    ]);
    expect(scene.github.faults.calls.includes(FILES)).toBe(isListed);
  });

  it('with more files than GitHub lists may touch anything, and its registry is compared', async () => {
    const scene = createScene();
    scene.propose({ files: many(3001) });
    const { snapshot } = await read(scene);
    expect(snapshot.pulls).toMatchObject([{ files: null, registry: null, atHead: { models: { 'flight-delay': {} } } }]);
  });

  it('whose head moves while its many files are listed is not read, and is the next time', async () => {
    const scene = createScene();
    const { client, repo } = scene;
    const pull = scene.propose({ files: { ...many(400), [FEATURES]: 'SELECT 1\n' } });
    const head = repo.pull(pull).head.sha;
    const moving: typeof client = {
      request: async (route, parameters) => {
        if (route === FILES && repo.head('better') === head)
          repo.push('better', many(1), { force: true, from: 'main' });
        return client.request(route, parameters);
      },
    };
    const { snapshot, unread } = await read(scene, moving);
    expect(snapshot.pulls).toEqual([]);
    expect(unread).toMatchObject([
      { pull, error: { message: `pull request ${pull} got another head while it was read` } },
    ]);
    expect((await read(scene)).snapshot.pulls).toMatchObject([{ files: { length: 1 } }]);
  });

  it.each([422, 404])(
    'L2 that GitHub did not compare (%d) before it knew its head is compared later',
    async (status) => {
      const scene = createScene();
      scene.propose({ files: { 'registry/flight-delay/channels.yaml': '{}\n' } });
      const memory = createMemory();
      let isLate = true;
      const late: typeof scene.client = {
        request: async (route, parameters) => {
          if (route === COMPARE && isLate) throw new HttpError('Not Found', status);
          return scene.client.request(route, parameters);
        },
      };
      const problems = async () =>
        (await read(scene, late, memory)).snapshot.pulls.map((pull) => pull.registry?.problem);
      expect(await problems()).toEqual([expect.stringContaining('share nothing')]);
      isLate = false;
      expect(await problems()).toEqual([null]);
    },
  );

  it.each([422, 404])('that GitHub does not compare (%d) is known by the files that it lists', async (status) => {
    const scene = createScene();
    const { client } = scene;
    scene.propose();
    const uncompared: typeof client = {
      request: async (route, parameters) => {
        if (route === COMPARE) throw new HttpError('this diff is taking too long', status);
        return client.request(route, parameters);
      },
    };
    const { snapshot } = await read(scene, uncompared);
    expect(snapshot.pulls).toMatchObject([{ files: [{ path: FEATURES, status: 'modified' }] }]);
  });

  it('that moves a model away touches it where it was, too', async () => {
    const scene = createScene();
    scene.propose({ files: {} });
    const text = scene.repo.files()[FEATURES] ?? '';
    scene.repo.push('better', { [FEATURES]: null, 'models/other/features.sql': text });
    const { snapshot } = await read(scene);
    expect(snapshot.pulls).toMatchObject([
      {
        files: [
          { path: FEATURES, status: 'removed' },
          { path: 'models/other/features.sql', status: 'renamed' },
        ],
      },
    ]);
    expect(Object.keys(snapshot.pulls[0]?.atBase.models ?? {})).toEqual(['flight-delay']);
  });

  it('whose base branch was deleted is read by where that was', async () => {
    const scene = createScene();
    scene.repo.push('release', { 'README.md': '# Released\n' });
    scene.propose();
    const pull = scene.repo.openPull({ head: 'better', base: 'release', by: 'ann' });
    const { sha } = scene.repo.pull(pull).base;
    scene.repo.deleteBranch('release');
    const found = (await read(scene)).snapshot.pulls.find(({ number }) => number === pull);
    expect(found).toMatchObject({ base: { sha, branch: 'release' }, atBase: { problem: null } });
  });

  it('whose branch was deleted, or that was closed, is read no more', async () => {
    const scene = createScene();
    const memory = createMemory();
    const pull = scene.propose();
    scene.propose({ branch: 'other', files: { 'README.md': 'x\n' } });
    await read(scene, scene.client, memory);
    scene.repo.deleteBranch('better');
    expect((await read(scene, scene.client, memory)).snapshot.pulls.map(({ number }) => number)).not.toContain(pull);
  });

  it('of an archived repository is left alone', async () => {
    const scene = createScene();
    const pull = scene.propose();
    scene.repo.archive();
    expect(await lookAt(scene)).toEqual([]);
    expect(conclusions(scene, pull)).toEqual([]);
  });
});

describe('its comments', () => {
  it('are read to their end: ours and a command behind two hundred others', async () => {
    const scene = createScene();
    const { evaluate, propose, repo } = scene;
    repo.setRole('bob', 'write');
    const pull = propose();
    for (let i = 0; i < 110; i++) repo.comment(pull, 'ann', `thought ${i}`);
    await lookAt(scene);
    for (let i = 0; i < 110; i++) repo.comment(pull, 'ann', `more ${i}`);
    const command = repo.comment(pull, 'bob', '/tiltyard explain roc_auc');
    evaluate(pull);
    await lookAt(scene);
    await lookAt(scene);
    const ours = repo.comments(pull).filter(({ author }) => author === scene.us.login);
    expect(ours).toMatchObject([{ body: expect.stringContaining('better') }]);
    expect(repo.comments(pull).find(({ id }) => id === command)?.reactions).toMatchObject([
      { author: scene.us.login, content: '+1' },
    ]);
  });

  it.each<[string, (scene: Scene, pull: number) => void]>([
    [
      'was edited',
      ({ github, repo }, pull) => {
        const id = repo.comment(pull, 'bob', 'a thought');
        github.advance({ minutes: 1 });
        repo.editComment(id, 'bob', '/tiltyard evaluate');
      },
    ],
    ['is of somebody who may only read', ({ repo }, pull) => void repo.comment(pull, 'eve', '/tiltyard evaluate')],
    [
      'is of an App',
      ({ repo }, pull) => {
        repo.setRole('helper[bot]', 'admin');
        repo.comment(pull, 'helper[bot]', '/tiltyard evaluate');
      },
    ],
    [
      'was edited by another',
      ({ github, repo }, pull) => {
        const id = repo.comment(pull, 'eve', '/tiltyard help');
        github.advance({ minutes: 1 });
        repo.editComment(id, 'bob', '/tiltyard evaluate');
      },
    ],
  ])('hold no command that %s', async (_, write) => {
    const scene = createScene();
    const { evaluate, propose, repo } = scene;
    repo.setRole('bob', 'write');
    const pull = propose();
    const run = evaluate(pull);
    write(scene, pull);
    for (let i = 0; i < 3; i++) await lookAt(scene);
    const [repository] = scene.github.world.repositories;
    expect(repository?.runs.filter(({ id }) => id === run)).toMatchObject([{ attempt: 1, status: 'completed' }]);
    expect(repo.comments(pull).flatMap(({ reactions }) => reactions.map(({ content }) => content))).not.toContain('+1');
  });

  it('are answered in the check where no model is touched, once, until another is asked', async () => {
    const scene = createScene();
    const { propose, repo } = scene;
    repo.setRole('bob', 'write');
    const pull = propose({ files: { 'README.md': '# Plain\n' } });
    await lookAt(scene);
    const head = repo.pull(pull).head.sha;
    const kinds = async () => (await lookAt(scene)).map(({ action, outcome }) => `${action.kind} ${outcome}`);
    const summary = () => repo.checks(head)[0]?.summary;
    repo.comment(pull, 'bob', '/tiltyard help');
    expect(await kinds()).toEqual(['react written', 'check written']);
    expect(summary()).toContain('`/tiltyard help`, asked by `bob`:');
    expect(repo.checks(head)).toMatchObject([{ name: 'tiltyard', status: 'completed', conclusion: 'success' }]);
    expect(await kinds()).toEqual([]);
    repo.comment(pull, 'eve', '/tiltyard help');
    expect(await kinds()).toEqual(['react written', 'check written']);
    expect(summary()).toMatch(
      /asked by `bob`:[^]*asked by `eve`:\n- ℹ️ Sorry, commands are for people with write access/,
    );
    expect(await kinds()).toEqual([]);
    expect(repo.comments(pull).filter(({ author }) => author === scene.us.login)).toEqual([]);
  });

  it('that can’t be read leave everything as it is', async () => {
    const scene = createScene();
    const { client, github, propose, repo } = scene;
    const pull = propose();
    await lookAt(scene);
    scene.evaluate(pull);
    github.faults.always('truncated-body', COMMENTS);
    const before = structuredClone(repo.comments(pull));
    const { snapshot, unread } = await read(scene, client);
    expect([snapshot.pulls, unread.length]).toEqual([[], 1]);
    await lookAt(scene);
    expect(repo.comments(pull)).toEqual(before);
    expect(conclusions(scene, pull)).toEqual([null, null]);
  });
});
