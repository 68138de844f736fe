import { describe, expect, it } from 'vitest';
import { apply } from '../../bot/apply.ts';
import { decide } from '../../bot/decide/decide.ts';
import type { Action } from '../../bot/decide/plan.ts';
import type { Snapshot } from '../../bot/snapshot/snapshot.ts';
import { FAULTS, type Fault } from '../github/faults.ts';
import { Crash } from '../github/requests.ts';
import { createScene, type Scene } from '../github/scene.ts';
import { lookAt } from './look-at.ts';
import { readSnapshot } from './read-snapshot.ts';

/** What people see of a pull request in the end; who wrote what when is left out. */
function ending({ repo }: Scene, pull: number) {
  const { sha } = repo.pull(pull).head;
  return {
    comments: repo.comments(pull).map(({ author, body }) => [author, shown(body)]),
    checks: repo
      .checks(sha)
      .map(({ conclusion, name, status, summary, title }) => [name, status, conclusion, title, summary].join('\n'))
      .sort(),
  };
}

/** A comment without the line that nobody sees, and without what differs from one repository to the next. */
function shown(body: string): string {
  return body.slice(body.indexOf('\n')).replaceAll(/\b[0-9a-f]{7,40}\b|\d{4,}/g, '…');
}

/** Lines of one ending that the other does not have. */
function differences(...endings: ReturnType<typeof ending>[]): string[] {
  const [a = [], b = []] = endings.map((one) => JSON.stringify(one, null, 1).replaceAll('\\n', '\n').split('\n'));
  return [...a.filter((line) => !b.includes(line)), ...b.filter((line) => !a.includes(line))];
}

function proposal(): { scene: Scene; pull: number } {
  const scene = createScene();
  const pull = scene.propose();
  scene.evaluate(pull);
  return { scene, pull };
}

const snapshotOf = async ({ client, github, repo, us }: Scene) =>
  (await readSnapshot(client, { owner: repo.owner, repo: repo.repo }, us, github.now())).snapshot;

const GET_COMMENTS = 'GET /repos/{owner}/{repo}/issues/{issue_number}/comments';
const GET_CHECKS = 'GET /repos/{owner}/{repo}/commits/{ref}/check-runs';
const POST_COMMENT = 'POST /repos/{owner}/{repo}/issues/{issue_number}/comments';
const POST_CHECK = 'POST /repos/{owner}/{repo}/check-runs';

/** Holds back calls of the clients of a scene until they are let go. */
function holding() {
  let wanted: ((client: number, route: string) => boolean) | null = null;
  const held: (() => void)[] = [];
  return {
    held,
    hold: (which: (client: number, route: string) => boolean) => {
      wanted = which;
    },
    letGo: () => {
      wanted = null;
      for (const go of held.splice(0)) go();
    },
    gate: async (client: number, route: string) => {
      if (wanted?.(client, route) === true) await new Promise<void>((go) => held.push(go));
    },
  };
}

describe('apply', () => {
  const clean = proposal;

  it('S14 ends the same whatever goes wrong with any call, once a sweep has looked', async () => {
    const { pull: cleanPull, scene: cleanScene } = clean();
    await lookAt(cleanScene);
    const calls = cleanScene.github.faults.calls.length;
    const wanted = ending(cleanScene, cleanPull);
    expect(wanted.comments).toHaveLength(1);
    expect(calls).toBeGreaterThan(10);
    const wrong: { fault: Fault; call: number; route: string | undefined; lines: string[] }[] = [];
    for (const fault of FAULTS) {
      for (let call = 1; call <= calls; call++) {
        const { pull, scene } = clean();
        scene.github.faults.at(call, fault);
        await lookAt(scene).catch(() => []);
        scene.github.faults.clear();
        scene.github.advance({ minutes: 10 });
        // After a crash, another process sweeps.
        await lookAt(scene, scene.github.asApp(scene.app, 'acme'));
        const got = ending(scene, pull);
        if (JSON.stringify(got) === JSON.stringify(wanted)) continue;
        wrong.push({ fault, call, route: cleanScene.github.faults.calls[call - 1], lines: differences(got, wanted) });
      }
    }
    expect(wrong).toEqual([]);
  });

  it('S12 a lost answer to a new comment makes no second one, not even for a moment', async () => {
    for (const fault of ['error-after', 'timeout-after', 'truncated-body'] as const) {
      const { pull, scene } = proposal();
      scene.github.faults.at({ route: POST_COMMENT }, fault);
      const done = await lookAt(scene);
      expect(done.map(({ outcome }) => outcome)).toEqual(['written', 'written', 'written']);
      expect(scene.repo.comments(pull)).toHaveLength(1);
      expect(scene.github.faults.calls.filter((route) => route === POST_COMMENT)).toHaveLength(1);
    }
  });

  it('what GitHub refuses is tried once, and the rest is done', async () => {
    const { pull, scene } = proposal();
    scene.github.faults.always('error-before', POST_COMMENT);
    const done = await lookAt(scene);
    expect(done.map(({ action, outcome }) => [action.kind, outcome])).toEqual([
      ['comment', 'failed'],
      ['check', 'written'],
      ['check', 'written'],
    ]);
    expect(done[0]?.error?.message).toContain('POST');
    expect(scene.github.faults.calls.filter((route) => route === POST_COMMENT)).toHaveLength(1);
    expect(scene.repo.comments(pull)).toEqual([]);
  });

  it('S12 writes nothing about a head that is no longer the pull request’s', async () => {
    const { pull, scene } = proposal();
    const snapshot = await snapshotOf(scene);
    scene.repo.push('better', { 'models/flight-delay/features.sql': 'SELECT flight_id, delay FROM source\n' });
    const [done] = await apply(scene.client, snapshot, decide(snapshot));
    expect(done).toMatchObject({ action: { kind: 'comment' }, outcome: 'stale' });
    expect(scene.repo.comments(pull)).toEqual([]);
  });

  it('S12 an older plan does not write over what a newer one wrote', async () => {
    const { pull, scene } = proposal();
    await lookAt(scene);
    const { evaluate, repo } = scene;
    evaluate(pull);
    const older = await snapshotOf(scene);
    repo.push('better', { 'models/flight-delay/features.sql': 'SELECT flight_id, delay FROM source\n' });
    await lookAt(scene);
    const newer = repo.comments(pull).map(({ body }) => body);
    const done = await apply(scene.client, older, decide(older));
    expect(done[0]).toMatchObject({ action: { kind: 'comment' }, outcome: 'stale' });
    expect(repo.comments(pull).map(({ body }) => body)).toEqual(newer);
  });

  it('S12 a plan that knew less does not write over what one that knew more wrote of the same head', async () => {
    const scene = createScene();
    const { evaluate, propose, repo } = scene;
    const pull = propose();
    await lookAt(scene);
    // A run that has not ended.
    repo.startRun({ pull });
    const older = await snapshotOf(scene);
    evaluate(pull);
    await lookAt(scene);
    const done = await apply(scene.client, older, decide(older));
    expect(done[0]).toMatchObject({ action: { kind: 'comment' }, outcome: 'stale' });
    expect(repo.comments(pull)).toMatchObject([{ body: expect.stringContaining('better') }]);
  });

  it('S12 a look that was held up on an older head leaves alone what another wrote of a newer one', async () => {
    const routes = [GET_COMMENTS, GET_CHECKS];
    for (const route of routes) {
      const held = holding();
      const scene = createScene({ gate: held.gate });
      const { app, evaluate, github, propose, repo } = scene;
      const pull = propose();
      await lookAt(scene);
      evaluate(pull);
      const slow = github.asApp(app, 'acme');
      let first: number | null = null;
      held.hold((client, name) => {
        if (name !== route) return false;
        first ??= client;
        return client === first;
      });
      const older = lookAt(scene, slow);
      await expect.poll(() => held.held.length).toBe(1);
      repo.push('better', { 'models/flight-delay/features.sql': 'SELECT flight_id, delay FROM source\n' });
      await lookAt(scene);
      const newer = repo.comments(pull).map(({ body }) => body);
      held.letGo();
      expect((await older).map(({ action }) => action.kind)).not.toContain('comment');
      expect(repo.comments(pull).map(({ body }) => body)).toEqual(newer);
    }
  });

  it('S12 of the comments of two that looked at once the oldest stays', async () => {
    const held = holding();
    const scene = createScene({ gate: held.gate });
    const { app, evaluate, github, propose, repo } = scene;
    const pull = propose();
    evaluate(pull);
    held.hold((_, route) => route === POST_COMMENT);
    const both = [lookAt(scene), lookAt(scene, github.asApp(app, 'acme'))];
    await expect.poll(() => held.held.length).toBe(2);
    held.letGo();
    await Promise.all(both);
    const [oldest, ...others] = repo.comments(pull).map(({ id }) => id);
    expect(others).toHaveLength(1);
    await Promise.all([lookAt(scene), lookAt(scene, github.asApp(app, 'acme'))]);
    expect(repo.comments(pull).map(({ id }) => id)).toEqual([oldest]);
  });

  it('never removes the last of our comments, nor anybody else’s', async () => {
    const { pull, scene } = proposal();
    await lookAt(scene);
    const snapshot = await snapshotOf(scene);
    const [ours] = scene.repo.comments(pull);
    const theirs = scene.repo.comment(pull, 'ann', ours?.body ?? '');
    const remove = (id: number): Action => ({ kind: 'remove_comment', pull, id, reason: 'a mistake' });
    const plan = { actions: [remove(ours?.id ?? 0), remove(theirs), remove(1)] };
    const done = await apply(scene.client, snapshot, plan);
    expect(done.map(({ outcome }) => outcome)).toEqual(['stale', 'stale', 'same']);
    expect(scene.repo.comments(pull)).toHaveLength(2);
  });

  it('L6 a comment that a person deletes or edits is written again', async () => {
    const { pull, scene } = proposal();
    await lookAt(scene);
    const [first] = scene.repo.comments(pull);
    scene.repo.editComment(first?.id ?? 0, 'olga', `${first?.body}\n\nAll is fine, merge it!`);
    await lookAt(scene);
    expect(scene.repo.comments(pull).map(({ body }) => body)).toEqual([first?.body]);
    scene.repo.deleteComment(first?.id ?? 0, 'olga');
    await lookAt(scene);
    expect(scene.repo.comments(pull).map(({ body }) => shown(body))).toEqual([shown(first?.body ?? '')]);
  });

  it('L6 a comment that a person wrote over entirely does not stay under our name', async () => {
    const { pull, scene } = proposal();
    await lookAt(scene);
    const [{ body, id }] = scene.repo.comments(pull);
    scene.repo.comment(pull, 'olga', 'I like it.');
    scene.repo.editComment(id, 'olga', 'All is fine, merge it!');
    await lookAt(scene);
    const [theirs, ours] = scene.repo.comments(pull);
    expect([theirs?.author, theirs?.body, ours?.author]).toEqual(['olga', 'I like it.', 'tiltyard[bot]']);
    expect(shown(ours?.body ?? '')).toBe(shown(body));
    expect(await lookAt(scene)).toEqual([]);
  });

  it('nothing is begun once the process is told to end', async () => {
    const { pull, scene } = proposal();
    const ending = new AbortController();
    ending.abort();
    const snapshot = await snapshotOf(scene);
    const done = await apply(scene.client, snapshot, decide(snapshot), { signal: ending.signal });
    expect(new Set(done.map(({ outcome }) => outcome))).toEqual(new Set(['later']));
    expect(scene.repo.comments(pull)).toEqual([]);
  });

  it('a bug of ours is not taken for an answer of GitHub', async () => {
    const { scene } = proposal();
    const snapshot = await snapshotOf(scene);
    const broken = { request: async () => Promise.reject(new TypeError('x is not a function')) };
    const done = await apply(broken, snapshot, decide(snapshot));
    expect(done[0]?.outcome).toBe('failed');
    scene.github.faults.at({ route: POST_COMMENT }, 'crash-before');
    expect((await lookAt(scene))[0]?.error?.cause).toBeInstanceOf(Crash);
  });
});

describe('checks', () => {
  const check = (pull: number, head: string, changes: object = {}): Action => ({
    kind: 'check',
    pull,
    head,
    name: 'tiltyard / flight-delay',
    since: new Date('2026-11-21T12:00:00Z'),
    conclusion: 'failure',
    title: 'It is worse',
    summary: 'It is worse.',
    annotations: [],
    replaces: null,
    reason: 'it is worse',
    ...changes,
  });

  it('S10 an ended one is never taken back or changed: what is to be said anew is a new one', async () => {
    const { pull, scene } = proposal();
    const { sha } = scene.repo.pull(pull).head;
    const say = async (changes: object) => {
      const snapshot = await snapshotOf(scene);
      const [done] = await apply(scene.client, snapshot, { actions: [check(pull, sha, changes)] });
      const [newest] = scene.repo.checks(sha);
      return { outcome: done?.outcome, id: newest?.id, conclusion: newest?.conclusion };
    };
    const running = await say({ conclusion: null });
    const failed = await say({});
    expect(failed).toEqual({ outcome: 'written', id: running.id, conclusion: 'failure' });
    expect(await say({})).toEqual({ ...failed, outcome: 'same' });
    const again = await say({ conclusion: null });
    expect(again.conclusion).toBeNull();
    expect(again.id).toBeGreaterThan(failed.id ?? 0);
    expect(await say({ conclusion: 'success', title: 'Better' })).toMatchObject({
      id: again.id,
      conclusion: 'success',
    });
  });

  it('S14 one that a person asked for anew is replaced once, though two of us were told', async () => {
    const { pull, scene } = proposal();
    await lookAt(scene);
    const { sha } = scene.repo.pull(pull).head;
    const ids = () => scene.repo.checks(sha).map(({ id, name }) => [name, id]);
    const before = new Map(ids().map(([name, id]) => [String(name), Number(id)]));
    const read = await snapshotOf(scene);
    const rerequested = [before.get('tiltyard') ?? 0];
    const snapshot = { ...read, pulls: read.pulls.map((one) => ({ ...one, rerequested })) };
    const plan = decide(snapshot);
    expect(plan.actions).toMatchObject([{ kind: 'check', name: 'tiltyard', replaces: rerequested[0] }]);
    const outcomes = async () => (await apply(scene.client, snapshot, plan)).map(({ outcome }) => outcome);
    expect(await outcomes()).toEqual(['written']);
    const made = ids();
    expect(made.filter(([name, id]) => before.get(String(name)) !== id).map(([name]) => name)).toEqual(['tiltyard']);
    expect(await outcomes()).toEqual(['same']);
    expect(ids()).toEqual(made);
    // What was asked for is there: the next look has nothing left to do.
    const next = await snapshotOf(scene);
    expect(decide({ ...next, pulls: next.pulls.map((one) => ({ ...one, rerequested })) }).actions).toEqual([]);
  });

  it('S10 says a verdict of the head that it was made for, though the branch moved on meanwhile', async () => {
    const { pull, scene } = proposal();
    const { sha: judged } = scene.repo.pull(pull).head;
    const snapshot = await snapshotOf(scene);
    const moved = scene.repo.push('better', { 'models/flight-delay/features.sql': 'SELECT 1\n' }, { by: 'ann' });
    const plan = decide(snapshot);
    await apply(scene.client, snapshot, plan);
    expect(scene.repo.checks(judged).map(({ conclusion }) => conclusion)).toEqual(['success', 'success']);
    expect(scene.repo.checks(moved)).toEqual([]);
  });

  it('S12 an older look does not write over what a newer one wrote', async () => {
    const { pull, scene } = proposal();
    const { sha } = scene.repo.pull(pull).head;
    await apply(scene.client, await snapshotOf(scene), { actions: [check(pull, sha, { conclusion: null })] });
    const older = await snapshotOf(scene);
    const say = async (from: Snapshot, conclusion: string) => {
      const [done] = await apply(scene.client, from, { actions: [check(pull, sha, { conclusion })] });
      return [done?.outcome, scene.repo.checks(sha).map((one) => one.conclusion)];
    };
    expect(await say(await snapshotOf(scene), 'action_required')).toEqual(['written', ['action_required']]);
    // Say, an approval was taken back since.
    expect(await say(older, 'success')).toEqual(['stale', ['action_required']]);
    expect(await say(await snapshotOf(scene), 'success')).toEqual(['written', ['success']]);
  });

  it('S12 what was just read is compared again once time has passed', async () => {
    const { pull, scene } = proposal();
    const { sha } = scene.repo.pull(pull).head;
    await apply(scene.client, await snapshotOf(scene), { actions: [check(pull, sha, { conclusion: null })] });
    const older = await snapshotOf(scene);
    await apply(scene.client, older, { actions: [check(pull, sha, { conclusion: 'action_required' })] });
    const times = [0, 60_000].map((after) => new Date(scene.github.now().getTime() + after));
    const clock = () => times.shift() ?? new Date(scene.github.now().getTime() + 60_000);
    const plan = { actions: [check(pull, sha, { conclusion: 'success' })] };
    const [done] = await apply(scene.client, older, plan, { clock, justRead: true });
    expect([done?.outcome, scene.repo.checks(sha)[0]?.conclusion]).toEqual(['stale', 'action_required']);
  });

  it('keeps to what GitHub takes, however much there is to say', async () => {
    const { pull, scene } = proposal();
    const { sha } = scene.repo.pull(pull).head;
    const path = 'models/flight-delay/model.yaml';
    const annotation = { path, line: 1, level: 'warning' as const, message: '😀'.repeat(20_000) };
    const changes = { summary: '- äöü 😀\n'.repeat(20_000), annotations: Array.from({ length: 70 }, () => annotation) };
    const snapshot = await snapshotOf(scene);
    const first = await apply(scene.client, snapshot, { actions: [check(pull, sha, changes)] });
    const second = await apply(scene.client, snapshot, { actions: [check(pull, sha, changes)] });
    expect([first, second].map(([done]) => done?.outcome)).toEqual(['written', 'same']);
    const [made] = scene.repo.checks(sha);
    expect(Buffer.byteLength(made?.summary ?? '')).toBeLessThanOrEqual(65_535);
    expect(made?.summary).toMatch(/😀\n…$/);
    expect(made?.annotations).toHaveLength(50);
  });

  it('S14 a lost answer makes no second one', async () => {
    for (const fault of ['error-after', 'timeout-after', 'truncated-body'] as const) {
      const { pull, scene } = proposal();
      const { sha } = scene.repo.pull(pull).head;
      scene.github.faults.at({ route: POST_CHECK }, fault);
      await lookAt(scene);
      expect(scene.github.faults.calls.filter((route) => route === POST_CHECK)).toHaveLength(2);
      expect(scene.repo.checks(sha)).toHaveLength(2);
    }
  });
});

describe('commands', () => {
  it('runs a run again, once, and answers only then', async () => {
    const { pull, scene } = proposal();
    const { github, repo } = scene;
    const { sha } = repo.pull(pull).head;
    const comment = repo.comment(pull, 'olga', '/tiltyard evaluate');
    const snapshot = await snapshotOf(scene);
    const run = snapshot.pulls[0]?.runs[0]?.id ?? 0;
    const rerun: Action = { kind: 'rerun', pull, head: sha, run, attempt: 1, reason: 'olga asks for it' };
    const react: Action = { kind: 'react', pull, comment, content: '+1', rerun: run, reason: 'olga asked' };
    const RERUN = 'POST /repos/{owner}/{repo}/actions/runs/{run_id}/rerun';
    const reactions = () => repo.comments(pull).flatMap((one) => one.reactions.map(({ content }) => content));

    github.faults.always('error-before', RERUN);
    const refused = await apply(scene.client, snapshot, { actions: [rerun, react] });
    expect(refused.map(({ outcome }) => outcome)).toEqual(['failed', 'stale']);
    expect(reactions()).toEqual([]);

    github.faults.clear();
    github.faults.forget();
    github.faults.at({ route: RERUN }, 'timeout-after');
    const done = await apply(scene.client, snapshot, { actions: [rerun, react] });
    expect(done.map(({ outcome }) => outcome)).toEqual(['written', 'written']);
    const repeated = await apply(scene.client, snapshot, { actions: [rerun, react] });
    expect(repeated.map(({ outcome }) => outcome)).toEqual(['same', 'written']);
    expect(github.faults.calls.filter((route) => route === RERUN)).toHaveLength(1);
    expect(reactions()).toEqual(['+1']);

    repo.editComment(comment, 'olga', '/tiltyard help');
    const edited = await apply(scene.client, snapshot, { actions: [react] });
    expect(edited.map(({ outcome }) => outcome)).toEqual(['stale']);
  });
});

describe('a command that came while we read', () => {
  it('S12 runs nothing again of a head that is no longer the pull request’s', async () => {
    const { pull, scene } = proposal();
    const { repo } = scene;
    repo.comment(pull, 'olga', '/tiltyard evaluate');
    const snapshot = await snapshotOf(scene);
    const plan = decide(snapshot);
    expect(plan.actions.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['rerun', 'react']));
    repo.push('better', { 'models/flight-delay/features.sql': 'SELECT flight_id, delay FROM source\n' });
    scene.github.faults.forget();
    const done = await apply(scene.client, snapshot, plan);
    const ofCommand = done.filter(({ action }) => action.kind === 'rerun' || action.kind === 'react');
    expect(ofCommand.map(({ outcome }) => outcome)).toEqual(['stale', 'stale']);
    expect(scene.github.faults.calls.filter((route) => route.endsWith('/rerun'))).toEqual([]);
    expect(repo.comments(pull).flatMap(({ reactions }) => reactions)).toEqual([]);
  });
});

describe('a command that another of us obeys at the same moment', () => {
  it('S14 is answered as done, though GitHub refuses to run what runs', async () => {
    let other: (() => Promise<unknown>) | null = null;
    const scene = createScene({
      gate: async (_, route) => {
        if (!route.endsWith('/rerun') || other === null) return;
        const quicker = other;
        other = null;
        await quicker();
      },
    });
    const { app, evaluate, github, propose, repo } = scene;
    const pull = propose();
    const run = evaluate(pull);
    const place = { owner: repo.owner, repo: repo.repo };
    const quick = github.asApp(app, 'acme');
    other = () => quick.request('POST /repos/{owner}/{repo}/actions/runs/{run_id}/rerun', { ...place, run_id: run });
    repo.comment(pull, 'olga', '/tiltyard evaluate');
    const done = await lookAt(scene);
    expect(done.find(({ action }) => action.kind === 'rerun')).toMatchObject({ outcome: 'same' });
    const reactions = repo.comments(pull).flatMap((one) => one.reactions.map(({ content }) => content));
    expect(reactions).toEqual(['+1']);
  });
});

describe('the token of a workflow', () => {
  it('L6 a command that GitHub refuses for good is answered so, and asked for no more', async () => {
    const { pull, scene } = proposal();
    const { github, repo } = scene;
    const permissions = { checks: 'write', contents: 'read', metadata: 'read', pull_requests: 'write' } as const;
    const token = github.asToken(repo, { ...permissions, actions: 'read' });
    const starter = { ...scene, us: { app: 15_368, login: 'github-actions[bot]', starter: true } };
    const comment = repo.comment(pull, 'olga', '/tiltyard evaluate');
    const other = repo.comment(pull, 'olga', '/tiltyard help');
    const done = await lookAt(starter, token);
    expect(done.filter(({ outcome }) => outcome !== 'written').map(({ action }) => action.kind)).toEqual(['rerun']);
    const reactions = repo.comments(pull).map(({ id, reactions: given }) => [id, given.map(({ content }) => content)]);
    expect(reactions).toEqual(
      expect.arrayContaining([
        [comment, ['confused']],
        [other, ['+1']],
      ]),
    );
    await lookAt(starter, token);
    expect(
      repo
        .comments(pull)
        .map(({ body }) => body)
        .join(),
    ).toContain('it is not run again');
    expect(await lookAt(starter, token)).toEqual([]);
  });

  it('S12 comments in its place are taken over by the App', async () => {
    const { pull, scene } = proposal();
    const { github, repo } = scene;
    const token = github.asToken(repo, {
      actions: 'read',
      checks: 'write',
      contents: 'read',
      metadata: 'read',
      pull_requests: 'write',
    });
    const starter = { ...scene, us: { app: 15_368, login: 'github-actions[bot]', starter: true } };
    await lookAt(starter, token);
    const [before] = repo.comments(pull);
    expect(before).toMatchObject({ author: 'github-actions[bot]' });
    await lookAt(scene);
    expect(repo.comments(pull).map(({ id }) => id)).toEqual([before?.id]);
    repo.push('better', { 'models/flight-delay/features.sql': 'SELECT flight_id, delay FROM source\n' });
    await lookAt(scene);
    const [after, ...others] = repo.comments(pull);
    expect(others).toEqual([]);
    expect(after?.id).toBe(before?.id);
    expect(after?.body).toContain('waiting for the workflow');
  });
});
