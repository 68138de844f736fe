import { describe, expect, it } from 'vitest';
import { decide } from '../../../bot/decide/decide.ts';
import type { Action } from '../../../bot/decide/plan.ts';
import type { Pull, Snapshot } from '../../../bot/snapshot/snapshot.ts';
import { comparisonOf, evaluationOf } from '../../fixtures/evaluation.ts';
import { after } from './github-after.ts';
import { APP, ago, bot, commentOf, modelAt, now, pullOf, runOf, sha, snapshotOf, treeOf } from './snapshot.ts';

type Check = Extract<Action, { kind: 'check' }>;

const plan = (pull: Partial<Pull> = {}, edits: Partial<Snapshot> = {}) => decide(snapshotOf([pullOf(pull)], edits));
const checks = (pull: Partial<Pull> = {}) =>
  plan(pull)
    .actions.filter((action): action is Check => action.kind === 'check')
    .map(({ conclusion, name, title }) => [name, conclusion, title]);
const bodies = (pull: Partial<Pull> = {}) =>
  plan(pull).actions.flatMap((action) => (action.kind === 'comment' ? [action.body] : []));

const failing = evaluationOf({
  comparisons: evaluationOf().comparisons.map((one) =>
    one.metric === 'log_loss' ? comparisonOf('log_loss', 0.44, 0.46, 0.0019) : one,
  ),
});

describe('decide', () => {
  it('says in one comment and two checks that a candidate passes', () => {
    expect(checks()).toEqual([
      ['tiltyard', 'success', expect.stringMatching(/^flight-delay passes: roc_auc rose/)],
      ['tiltyard / flight-delay', 'success', expect.stringMatching(/^flight-delay passes: roc_auc rose/)],
    ]);
    const [body, ...others] = bodies();
    expect(others).toEqual([]);
    expect(body.split('\n')[1]).toMatch(/^✅ \*\*flight-delay passes: roc_auc rose from 0.6402 to 0.7011 \(better\)/);
    expect(body).toContain('**Next:** review and merge');
    expect(body).toContain(
      'Head `1111111` · [run](https://github.com/acme/flights/actions/runs/17) · [evidence](https://github.com/acme/flights/actions/runs/17/artifacts/5) · [policy](https://github.com/acme/flights/blob/1111111111111111111111111111111111111111/models/flight-delay/model.yaml#L26)',
    );
  });

  it.each<[string, Partial<Pull>, Check['conclusion'], RegExp, RegExp]>([
    ['no run yet', { runs: [] }, null, /waiting for the evaluation/, /waiting for the workflow to start/],
    [
      'a run that goes on',
      { runs: [runOf({ completed: false, conclusion: null, evidence: [] })] },
      null,
      /waiting for the evaluation/,
      /evaluating, started 2026-11-21 08:30 UTC/,
    ],
    [
      'no run for too long',
      { runs: [], updatedAt: ago(61) },
      'action_required',
      /no evidence after 60 minutes/,
      /No run of the workflow was seen/,
    ],
    [
      'a run that hangs',
      { runs: [runOf({ completed: false, conclusion: null, startedAt: ago(61), evidence: [] })] },
      'action_required',
      /no evidence after 60 minutes/,
      /Look at the \[run\]/,
    ],
    [
      'a workflow that failed',
      {
        runs: [
          runOf({
            conclusion: 'failure',
            failure: { job: 'train', step: 'Train it', lines: ['boom', 'exit 1'] },
            evidence: [],
          }),
        ],
      },
      'failure',
      /the workflow failed at train/,
      /failed at train \(step `Train it`\)[^]*boom\nexit 1/,
    ],
    [
      'a skipped workflow',
      { runs: [runOf({ conclusion: 'skipped', evidence: [] })] },
      'failure',
      /ended without evidence \(skipped\)/,
      /skipped/,
    ],
    [
      'a workflow without evidence',
      { runs: [runOf({ evidence: [] })] },
      'failure',
      /brought no evidence of this model/,
      /brought no evidence/,
    ],
    [
      'a workflow that waits for a maintainer',
      { runs: [runOf({ conclusion: 'action_required', evidence: [] })] },
      'action_required',
      /until a maintainer lets it run/,
      /until a maintainer lets it run/,
    ],
    [
      'evidence that can’t be read',
      {
        runs: [
          runOf({
            evidence: [
              {
                model: 'flight-delay',
                url: 'https://x/',
                evaluation: null,
                digest: null,
                problem: 'the evidence is no JSON',
              },
            ],
          }),
        ],
      },
      'action_required',
      /the evidence is no JSON/,
      /the evidence is no JSON/,
    ],
    [
      'a model.yaml that can’t be read',
      {
        atHead: treeOf('1', {
          models: {
            'flight-delay': { model: null, problem: 'models/flight-delay/model.yaml:3:1: this key is there twice' },
          },
        }),
      },
      'failure',
      /its model.yaml can’t be read/,
      /3:1: this key is there twice/,
    ],
    [
      'a model that goes',
      { atHead: treeOf('1', { models: {} }) },
      'action_required',
      /is gone, with the policy/,
      /is gone from head/,
    ],
    [
      'a candidate that fails',
      { runs: [runOf({}, failing)] },
      'failure',
      /fails: 1 of 9 rules is broken \(log_loss\)/,
      /❌/,
    ],
    [
      'evidence that decides nothing',
      { runs: [runOf({}, evaluationOf({ confidence: 0.9 }))] },
      'action_required',
      /can’t be judged/,
      /⚠️/,
    ],
    [
      'a first version, whose policy only the head has',
      { atBase: treeOf('0', { models: {} }) },
      'action_required',
      /^By the policy that the pull request brings: flight-delay passes/,
      /no policy for this model yet/,
    ],
    [
      'a first version that fails by its own policy',
      { atBase: treeOf('0', { models: {} }), runs: [runOf({}, failing)] },
      'failure',
      /fails/,
      /a person decides on the first version/,
    ],
    [
      'a base whose policy can’t be read',
      {
        atBase: treeOf('0', {
          models: { 'flight-delay': { model: null, problem: 'models/flight-delay/model.yaml:1:1: bad' } },
        }),
      },
      'action_required',
      /^By the policy that the pull request brings/,
      /policy in the base branch can’t be read/,
    ],
    [
      'a fork',
      { fork: true },
      'action_required',
      /^A claim of a fork, not trusted: flight-delay passes/,
      /A claim, not trusted/,
    ],
  ])('shows %s', (_, pull, conclusion, title, body) => {
    expect(checks(pull)).toEqual([
      ['tiltyard', conclusion, expect.stringMatching(title)],
      ['tiltyard / flight-delay', conclusion, expect.stringMatching(title)],
    ]);
    expect(bodies(pull)).toEqual([expect.stringMatching(body)]);
  });

  it('S9 shows what a fork measured as a claim: no evidence of a fork makes a check green, whatever it says', () => {
    for (const evaluation of [evaluationOf(), failing, evaluationOf({ confidence: 0.9 })]) {
      for (const [, conclusion] of checks({ fork: true, runs: [runOf({}, evaluation)] }))
        expect(conclusion).toBe('action_required');
    }
  });

  it('S10 reports on every head, also where no model is touched', () => {
    const files: Pull['files'] = [{ path: 'README.md', status: 'modified' }];
    expect(checks({ files })).toEqual([['tiltyard', 'success', 'No model is touched']]);
    expect(bodies({ files })).toEqual([]);
    expect(checks({ files, fork: true })).toEqual([['tiltyard', 'success', 'No model is touched']]);
  });

  it('takes every model for touched where tiltyard.yaml changes, or where GitHub cut the list of files', () => {
    for (const files of [null, [{ path: 'tiltyard.yaml', status: 'modified' as const }]])
      expect(checks({ files }).map(([name]) => name)).toEqual(['tiltyard', 'tiltyard / flight-delay']);
  });

  it('S10 counts only check runs of our App: what others say under our name is written anew', () => {
    const done = after(snapshotOf([pullOf()]), plan());
    const [pull] = done.pulls;
    const foreign = pull.checks.map((one) => ({ ...one, app: 1 }));
    expect(decide({ ...done, pulls: [{ ...pull, checks: foreign }] }).actions.map(({ kind }) => kind)).toEqual([
      'check',
      'check',
    ]);
  });

  it('S10 judges all pull requests that have one head together', () => {
    const other = pullOf({ number: 13, base: { sha: sha('2'), branch: 'release' }, runs: [runOf({}, failing)] });
    const { actions } = decide(snapshotOf([other, pullOf()]));
    const found = actions.filter((action): action is Check => action.kind === 'check');
    expect(found.map(({ conclusion, name }) => [name, conclusion])).toEqual([
      ['tiltyard', 'failure'],
      ['tiltyard / flight-delay', 'failure'],
    ]);
    expect(found[0].title).toBe(
      '2 results, the gravest: Pull request 13 into release: flight-delay fails: 1 of 9 rules is broken (log_loss).',
    );
    const done = after(snapshotOf([other, pullOf()]), { actions });
    expect(decide(done).actions).toEqual([]);
  });

  it('S9 believes a fork’s commits once they were evaluated on a branch of ours', () => {
    const fork = pullOf({ number: 11, fork: true });
    const find = (pulls: Pull[]) =>
      decide(snapshotOf(pulls)).actions.flatMap((action) => (action.kind === 'check' ? [action.conclusion] : []));
    expect(find([fork])).toEqual(['action_required', 'action_required']);
    expect(find([fork, pullOf()])).toEqual(['success', 'success']);
    const elsewhere = pullOf({ base: { sha: sha('2'), branch: 'release' } });
    expect(find([fork, elsewhere])).toEqual(['action_required', 'action_required']);
  });

  it('gives each of several touched models its own comment, and none to the others', () => {
    const text = (name: string) => modelAt(['name: flight-delay', `name: ${name}`]);
    const models = { 'flight-delay': modelAt(), fares: text('fares'), taxi: text('taxi') };
    const pull = {
      atBase: treeOf('0', { models }),
      atHead: treeOf('1', { models }),
      files: ['models/fares/features.sql', 'models/flight-delay/train.ts', 'models/readme.md'].map((path) => ({
        path,
        status: 'added' as const,
      })),
    };
    expect(checks(pull).map(([name, conclusion]) => [name, conclusion])).toEqual([
      ['tiltyard', 'failure'],
      ['tiltyard / fares', 'failure'],
      ['tiltyard / flight-delay', 'success'],
    ]);
    expect(bodies(pull)).toHaveLength(2);
  });

  it('changes nothing where nothing changed, however late it looks', () => {
    const done = after(snapshotOf([pullOf()]), plan());
    for (const minutes of [0, 1, 600, 6_000]) {
      expect(decide({ ...done, now: new Date(now.getTime() + minutes * 60_000) }).actions).toEqual([]);
    }
  });

  it('S12 keeps one comment for each head, folds what earlier heads came to, and removes all but the oldest of ours', () => {
    let snapshot = snapshotOf([pullOf({ runs: [runOf({}, failing)] })]);
    snapshot = after(snapshot, decide(snapshot));
    const push = (digit: string, pull: Partial<Pull>, updated: number) =>
      snapshotOf([
        {
          ...snapshot.pulls[0],
          head: { ...pullOf().head, sha: sha(digit) },
          updatedAt: ago(updated),
          checks: [],
          ...pull,
        },
      ]);
    snapshot = push('2', { runs: [] }, 30);
    snapshot = after(snapshot, decide(snapshot));
    snapshot = push('3', { runs: [runOf()] }, 20);
    snapshot = after(snapshot, decide(snapshot));
    const [{ comments }] = snapshot.pulls;
    expect(comments).toHaveLength(1);
    expect(comments[0].body).toContain('Head `3333333`');
    expect(comments[0].body).toMatch(
      /<details><summary>History<\/summary>\n\n- `1111111`: ❌ flight-delay fails: 1 of 9 rules is broken \(log_loss\)\.\n\n<\/details>$/,
    );

    const twice = snapshot.pulls.map((pull) => ({
      ...pull,
      comments: [{ ...comments[0], id: comments[0].id + 5 }, ...comments],
    }));
    expect(decide({ ...snapshot, pulls: twice }).actions).toEqual([
      {
        kind: 'remove_comment',
        pull: 12,
        id: comments[0].id + 5,
        reason: `comment ${comments[0].id} says the same of flight-delay`,
      },
    ]);
  });

  it('S12 says of a model that a later head leaves alone that it does', () => {
    const first = after(snapshotOf([pullOf({ runs: [runOf({}, failing)] })]), plan({ runs: [runOf({}, failing)] }));
    const files: Pull['files'] = [{ path: 'README.md', status: 'modified' }];
    const pulls = first.pulls.map((pull) => ({
      ...pull,
      files,
      head: { ...pull.head, sha: sha('2') },
      checks: [],
      updatedAt: ago(1),
    }));
    const second = { ...first, pulls };
    const done = after(second, decide(second));
    expect(done.pulls[0].comments.map(({ body }) => body.split('\n').slice(1).join('\n'))).toEqual([
      expect.stringMatching(
        /^\*\*flight-delay\*\* is not changed any more by head `2222222`\.\n\n<details><summary>History<\/summary>\n\n- `1111111`: ❌/,
      ),
    ]);
    expect(done.pulls[0].checks).toMatchObject([{ name: 'tiltyard', conclusion: 'success' }]);
    expect(decide(done).actions).toEqual([]);
  });

  it('S12 leaves a comment alone that was written from a later state, and not for ever', () => {
    let snapshot = snapshotOf([pullOf({ updatedAt: ago(5) })]);
    snapshot = after(snapshot, decide(snapshot));
    const [pull] = snapshot.pulls;
    const stale = { ...pull, checks: [], head: { ...pull.head, sha: sha('2') }, updatedAt: ago(6) };
    expect(decide({ ...snapshot, pulls: [stale] }).actions.map(({ kind }) => kind)).toEqual(['check', 'check']);
    const pushedBack = { ...stale, updatedAt: ago(4) };
    expect(decide({ ...snapshot, pulls: [pushedBack] }).actions.map(({ kind }) => kind)).toContain('comment');
    // However long ago the look began, and whatever our own clock says.
    const slow = { ...snapshot, now: ago(60), pulls: [stale] };
    expect(decide(slow).actions.map(({ kind }) => kind)).toEqual(['check', 'check']);
    // What was read after its comment was written was written there by nobody who read GitHub.
    const forged = { ...stale, comments: stale.comments.map((one) => ({ ...one, updatedAt: ago(6) })) };
    expect(decide({ ...snapshot, pulls: [forged] }).actions.map(({ kind }) => kind)).toContain('comment');
  });

  it('S12 takes no comment of others for its own, whatever marker it carries', () => {
    const [body] = bodies();
    for (const edits of [{}, { author: bot, app: 1 }, { author: bot }]) {
      expect(bodies({ comments: [commentOf(body, edits)] })).toHaveLength(1);
    }
    expect(bodies({ comments: [commentOf(body, { author: bot, app: APP })] })).toEqual([]);
  });

  it('S3 does not pass numbers of another benchmark, of other data, or of the future', () => {
    const pin = (sha256: string) => ({
      benchmark: {
        uri: 'data/flights-2001-04.parquet',
        sha256,
        bytes: 1,
        files: 1,
        rows: 1,
        start: null,
        end: null,
        schema: {},
      },
    });
    const locked = (sha256: string) => ({
      atBase: treeOf('0', { models: { 'flight-delay': { ...sound(), lock: pin(sha256) } } }),
    });
    expect(checks(locked('d'.repeat(64)))[0][1]).toBe('success');
    expect(checks(locked('e'.repeat(64)))[0]).toEqual([
      'tiltyard',
      'action_required',
      expect.stringContaining('another benchmark than the base branch pins'),
    ]);
    const relabelled = modelAt(['known_later: [delay]', 'known_later: []']);
    expect(checks({ atHead: treeOf('1', { models: { 'flight-delay': relabelled } }) })[0][1]).toBe('action_required');
    const measured = (measured_at: string) =>
      runOf({}, evaluationOf({ timing: { ...evaluationOf().timing, measured_at } }));
    expect(checks({ runs: [measured('2026-11-21T09:02:00Z')] })[0][1]).toBe('success');
    expect(checks({ runs: [measured('2026-11-21T09:02:01Z')] })[0][1]).toBe('action_required');
    const features = { path: 'models/flight-delay/features.sql', status: 'modified' } as const;
    const changed = (path: string) => checks({ files: [features, { path, status: 'modified' }] })[0];
    expect(changed('.github/workflows/other.yml')[1]).toBe('success');
    expect(changed('.github/workflows/tiltyard.yml')).toEqual([
      'tiltyard',
      'action_required',
      expect.stringContaining('changes the workflow that measured them'),
    ]);
    expect(checks({ files: null })[0]).toEqual([
      'tiltyard',
      'action_required',
      expect.stringContaining('changes more files than GitHub lists'),
    ]);
  });

  it('S3 does not pass numbers against another champion than the one that is there now', () => {
    const against = (champion: { version: string; digest: string } | 'unreadable' | null) =>
      checks({ atBase: treeOf('0', { champions: { 'flight-delay': champion } }) })[0];
    expect(against({ version: '1.4.0', digest: 'a'.repeat(64) })[1]).toBe('success');
    expect(against({ version: '1.4.1', digest: 'b'.repeat(64) })).toEqual([
      'tiltyard',
      'action_required',
      expect.stringContaining('do not compare with 1.4.1, which is the champion now'),
    ]);
    expect(against('unreadable')).toEqual([
      'tiltyard',
      'action_required',
      expect.stringContaining('the registry of the base branch can’t be read'),
    ]);
    // A workflow may bring a champion of its own as long as the registry has none.
    expect(against(null)[1]).toBe('success');
  });

  it('S10 looks at no model of so many that nobody reads of each, and says so in the one check', () => {
    const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`m${i}`, modelAt()]));
    const crowd = (count: number): Partial<Pull> => ({
      files: Array.from({ length: count }, (_, i) => ({ path: `models/m${i}/model.yaml`, status: 'added' })),
      atBase: treeOf('0', { models: {} }),
      atHead: treeOf('1', { models: many(count) }),
      runs: [],
    });
    expect(checks(crowd(100))).toHaveLength(101);
    expect(bodies(crowd(101))).toEqual([]);
    expect(checks(crowd(101))).toEqual([
      ['tiltyard', 'action_required', expect.stringContaining('touches 101 models, more than the 100')],
    ]);
    // A comment of an earlier head does not go on saying what is not so any more.
    const [before] = plan({ runs: [runOf()] }).actions.flatMap((one) => (one.kind === 'comment' ? [one.body] : []));
    const ours = commentOf(before ?? '', { author: bot, app: APP });
    const head = { sha: sha('2'), branch: 'better', owner: 'acme', repositoryId: 7 };
    expect(bodies({ ...crowd(101), head, comments: [ours] })).toEqual([expect.stringContaining('touches 101 models')]);
  });

  it('passes no folder over in silence that no model can have the name of', () => {
    const files = [{ path: 'models/Flight Delay/model.yaml', status: 'added' } as const];
    expect(checks({ files, runs: [] })).toEqual([
      ['tiltyard', 'failure', expect.stringMatching(/^No model can be called .?Flight Delay.?: a name has/)],
    ]);
    const removed = [{ path: 'models/Flight Delay/model.yaml', status: 'removed' } as const];
    expect(checks({ files: removed, runs: [] })[0]?.[1]).toBe('success');
  });

  it('S3 passes nothing where a commit could not be read', () => {
    const problem = 'tiltyard.yaml:1:1: this is no mapping';
    const unread = (digit: string) => treeOf(digit, { models: {}, problem });
    expect(checks({ atHead: unread('1') })[0].slice(0, 2)).toEqual(['tiltyard', 'failure']);
    expect(checks({ atBase: unread('0'), atHead: treeOf('1', { models: {} }) })).toEqual([
      ['tiltyard', 'action_required', expect.stringContaining('a person decides: tiltyard.yaml:1:1')],
    ]);
    const files: Pull['files'] = [{ path: 'README.md', status: 'modified' }];
    expect(checks({ atBase: unread('0'), files })[0][1]).toBe('success');
  });

  it('L4 asks a person when nothing came for as long as the settings say, once, and still takes what comes later', () => {
    let snapshot = snapshotOf([pullOf({ runs: [] })]);
    const asked: Check['conclusion'][] = [];
    const look = (minutes: number, runs: Pull['runs']) => {
      const at = new Date(now.getTime() + minutes * 60_000);
      // Whatever anybody does to a pull request, GitHub says that it changed.
      snapshot = { ...snapshot, now: at, pulls: snapshot.pulls.map((pull) => ({ ...pull, runs, updatedAt: at })) };
      const found = decide(snapshot);
      snapshot = after(snapshot, found);
      asked.push(
        ...found.actions.flatMap((action) =>
          action.kind === 'check' && action.name === 'tiltyard' ? [action.conclusion] : [],
        ),
      );
    };
    for (const minutes of [0, 10, 30, 60, 120, 600, 6000]) look(minutes, []);
    expect(asked).toEqual([null, 'action_required']);
    look(6001, [runOf({ startedAt: new Date(now.getTime() + 6_000 * 60_000), completed: false, evidence: [] })]);
    look(6010, [runOf()]);
    expect(asked).toEqual([null, 'action_required', null, 'success']);
  });

  it('puts findings beside the lines that they speak of, as the head has them', () => {
    const moved = modelAt(['name: flight-delay', '# A remark.\n\nname: flight-delay']);
    const { actions } = plan({
      atHead: treeOf('1', { models: { 'flight-delay': moved } }),
      runs: [runOf({}, failing)],
    });
    const annotations = actions.flatMap((action) => (action.kind === 'check' ? [action.annotations] : []));
    expect(annotations).toEqual([
      [],
      [
        {
          path: 'models/flight-delay/model.yaml',
          line: 31,
          level: 'failure',
          message: expect.stringContaining('log_loss'),
        },
      ],
    ]);
  });

  it('gives no check a neutral conclusion: the type has none', () => {
    type Conclusions = Exclude<Check['conclusion'], null>;
    const all: Record<Conclusions, true> = { success: true, failure: true, action_required: true };
    expect(Object.keys(all)).not.toContain('neutral');
  });
});

function sound() {
  const at = modelAt();
  if (at.model === null) throw new Error(at.problem);
  return at;
}
