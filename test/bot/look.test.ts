import { describe, expect, it } from 'vitest';
import { look } from '../../bot/look.ts';
import { createMemory } from '../../bot/snapshot/memory.ts';
import { comparisonOf } from '../fixtures/evaluation.ts';
import { createScene } from '../github/scene.ts';
import { lookAt } from './look-at.ts';

const worse = { comparisons: [comparisonOf('roc_auc', 0.7, 0.6, 0.001)] };

describe('look', () => {
  it('gives a pull request one comment and its checks, and leaves them alone while nothing changes', async () => {
    const scene = createScene();
    const { evaluate, github, propose, repo } = scene;
    const pull = propose();
    await lookAt(scene);
    expect(repo.comments(pull).map(({ body }) => body)).toEqual([expect.stringContaining('waiting for the workflow')]);
    expect(repo.checks(repo.pull(pull).head.sha).map(({ name, status }) => [name, status])).toEqual([
      ['tiltyard / flight-delay', 'in_progress'],
      ['tiltyard', 'in_progress'],
    ]);

    evaluate(pull);
    await lookAt(scene);
    expect(repo.comments(pull)).toMatchObject([{ author: 'tiltyard[bot]', body: expect.stringContaining('better') }]);
    expect(repo.checks(repo.pull(pull).head.sha).map(({ conclusion, name }) => [name, conclusion])).toEqual([
      ['tiltyard / flight-delay', 'success'],
      ['tiltyard', 'success'],
    ]);

    github.faults.forget();
    const done = await lookAt(scene);
    expect(done).toEqual([]);
    expect(github.faults.calls.filter((route) => !route.startsWith('GET '))).toEqual([]);
  });

  it('keeps what earlier heads came to, and judges the new one by itself', async () => {
    const scene = createScene();
    const { evaluate, propose, repo } = scene;
    const pull = propose();
    const first = repo.pull(pull).head.sha;
    evaluate(pull);
    await lookAt(scene);
    const second = repo.push('better', { 'models/flight-delay/features.sql': 'SELECT flight_id, delay FROM source\n' });
    await lookAt(scene);
    const [comment] = repo.comments(pull);
    expect(comment?.body).toContain('waiting for the workflow');
    expect(comment?.body).toContain(first.slice(0, 7));
    evaluate(pull, worse);
    await lookAt(scene);
    expect(repo.comments(pull)).toHaveLength(1);
    expect(repo.checks(first).map(({ conclusion }) => conclusion)).toEqual(['success', 'success']);
    expect(repo.checks(second).map(({ conclusion }) => conclusion)).toEqual(['failure', 'failure']);
  });

  it('takes back a conclusion when the workflow runs again', async () => {
    const scene = createScene();
    const { evaluate, propose, repo } = scene;
    const pull = propose();
    const { sha } = repo.pull(pull).head;
    evaluate(pull);
    await lookAt(scene);
    evaluate(pull, worse);
    await lookAt(scene);
    expect(repo.checks(sha).map(({ conclusion }) => conclusion)).toEqual(['failure', 'failure']);
    expect(repo.comments(pull)).toHaveLength(1);
    repo.startRun({ pull });
    await lookAt(scene);
    expect(repo.checks(sha).map(({ conclusion, status }) => [status, conclusion])).toEqual([
      ['in_progress', null],
      ['in_progress', null],
    ]);
  });

  it('S10 an older run that failed blocks nothing, and one that succeeded hides nothing', async () => {
    for (const failing of ['first', 'second']) {
      const scene = createScene();
      const { evaluate, propose, repo } = scene;
      const pull = propose();
      for (const which of ['first', 'second'])
        evaluate(pull, {}, which === failing ? { conclusion: 'failure', artifacts: [] } : {});
      await lookAt(scene);
      const [check] = repo.checks(repo.pull(pull).head.sha);
      expect([failing, check?.conclusion]).toEqual([failing, failing === 'first' ? 'success' : 'failure']);
    }
  });

  it('S8 an approval counts no more once the head has moved', async () => {
    const scene = createScene();
    const { propose, repo } = scene;
    const push = (text: string) => repo.push('notes', { 'registry/README.md': text }, { by: 'ann' });
    const pull = propose({ branch: 'notes', files: { 'registry/README.md': '# Registry\n' } });
    repo.setRole('olga', 'write');
    repo.review(pull, { author: 'olga', state: 'APPROVED' });
    const conclusion = async () => {
      await lookAt(scene);
      return repo.checks(repo.pull(pull).head.sha).find(({ name }) => name === 'tiltyard')?.conclusion;
    };
    expect(await conclusion()).toBe('success');
    push('# Our registry\n');
    expect(await conclusion()).toBe('action_required');
    repo.review(pull, { author: 'olga', state: 'APPROVED' });
    expect(await conclusion()).toBe('success');
  });

  it('S3 passes nothing while nobody can tell which version is the champion', async () => {
    const scene = createScene({ files: { 'registry/flight-delay/channels.yaml': 'champion: [\n' } });
    const pull = scene.propose();
    scene.evaluate(pull);
    await lookAt(scene);
    const [check] = scene.repo.checks(scene.repo.pull(pull).head.sha);
    expect(check).toMatchObject({ conclusion: 'action_required', title: expect.stringContaining('registry') });
  });

  it.each([
    ['models', (name: string) => `models/${name}/model.yaml`],
    ['registries', (name: string) => `registry/${name}/channels.yaml`],
  ])('S10 leaves no comment for each of very many %s, and reads none of them', async (_, path) => {
    const scene = createScene();
    const names = Array.from({ length: 101 }, (_unused, index) => `m${index}`);
    const files = Object.fromEntries(names.map((name) => [path(name), `name: ${name}\n`]));
    const pull = scene.propose({ by: 'eve', from: scene.repo.fork('eve'), files });
    await lookAt(scene);
    expect(scene.repo.comments(pull)).toEqual([]);
    const checks = scene.repo.checks(scene.repo.pull(pull).head.sha);
    expect(checks.map(({ conclusion, name }) => [name, conclusion])).toEqual([['tiltyard', 'action_required']]);
    expect(scene.github.faults.calls.length).toBeLessThan(30);
  });

  it('leaves one comment after two looks at once and one more', async () => {
    const scene = createScene();
    const { app, evaluate, github, propose, repo } = scene;
    const pull = propose();
    evaluate(pull);
    await Promise.all([lookAt(scene), lookAt(scene, github.asApp(app, 'acme'))]);
    await lookAt(scene);
    expect(repo.comments(pull)).toHaveLength(1);
    expect(repo.checks(repo.pull(pull).head.sha)).toHaveLength(2);
  });

  it('never makes a check green by the numbers of a fork', async () => {
    const scene = createScene();
    const { evaluate, propose, repo } = scene;
    const pull = propose({ by: 'eve', from: repo.fork('eve') });
    evaluate(pull);
    await lookAt(scene);
    expect(repo.comments(pull)).toMatchObject([{ body: expect.stringContaining('A claim, not trusted') }]);
    expect(repo.checks(repo.pull(pull).head.sha).map(({ conclusion }) => conclusion)).toEqual([
      'action_required',
      'action_required',
    ]);
  });

  it('gives a check to a pull request that touches no model, and no comment', async () => {
    const scene = createScene();
    const { propose, repo } = scene;
    const pull = propose({ files: { 'README.md': '# Our models\n' } });
    await lookAt(scene);
    expect(repo.comments(pull)).toEqual([]);
    expect(repo.checks(repo.pull(pull).head.sha)).toMatchObject([{ name: 'tiltyard', conclusion: 'success' }]);
  });

  it('S14 reads evidence again that came by halves, or that GitHub did not have yet', async () => {
    const DOWNLOAD = 'GET /repos/{owner}/{repo}/actions/artifacts/{artifact_id}/{archive_format}';
    for (const fault of ['truncated-body', 'stale-read'] as const) {
      const scene = createScene();
      const { client, evaluate, github, propose, repo, us } = scene;
      const pull = propose();
      const memory = createMemory();
      const lookNow = () => look(client, { owner: repo.owner, repo: repo.repo }, us, github.now(), { memory });
      github.faults.at({ route: DOWNLOAD }, fault);
      evaluate(pull);
      await lookNow();
      const { sha } = repo.pull(pull).head;
      expect(repo.checks(sha).map(({ conclusion }) => conclusion)).toEqual(['action_required', 'action_required']);
      github.advance({ minutes: 6 });
      await lookNow();
      expect(repo.checks(sha).map(({ conclusion }) => conclusion)).toEqual(['success', 'success']);
    }
  });
});
