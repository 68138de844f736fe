import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Command, isCommand, parseCommand } from '../../../bot/decide/command.ts';
import { decide } from '../../../bot/decide/decide.ts';
import { withBounds } from '../../../bot/decide/what-if.ts';
import type { Comment, Pull } from '../../../bot/snapshot/snapshot.ts';
import { flightModel } from '../../fixtures/model.ts';
import { bare } from '../../registry/markdown/bare.ts';
import { after } from './github-after.ts';
import { ago, alice, bob, commentOf, eve, modelAt, person, pullOf, runOf, snapshotOf, treeOf } from './snapshot.ts';

const allowed = { permission: 'write' } as const;
const commanded = (body: string, edits: Partial<Comment> = allowed, pull: Partial<Pull> = {}) =>
  snapshotOf([pullOf({ comments: [commentOf(body, edits)], updatedAt: ago(10), ...pull })]);
const answer = (snapshot: ReturnType<typeof commanded>) => {
  const [body] = decide(snapshot).actions.flatMap((action) => (action.kind === 'comment' ? [action.body] : []));
  return /#### Answers\n\n([^]*?)(?=\n\n<details><summary>History|$)/.exec(body)?.[1] ?? null;
};
const kinds = (snapshot: ReturnType<typeof commanded>) =>
  decide(snapshot).actions.flatMap((action) =>
    action.kind === 'react' ? [`react ${action.content}`] : action.kind === 'rerun' ? [`rerun ${action.run}`] : [],
  );

const check = (snapshot: ReturnType<typeof commanded>) => {
  const [found] = decide(snapshot).actions.flatMap((one) => (one.kind === 'check' ? [one] : []));
  return found;
};
const noModel: Partial<Pull> = { files: [{ path: 'README.md', status: 'modified' }], runs: [] };
const names = Array.from({ length: 101 }, (_, i) => `m${i}`);
const crowd: Partial<Pull> = {
  files: names.map((name) => ({ path: `models/${name}/model.yaml`, status: 'added' as const })),
  atBase: treeOf('0', { models: {} }),
  atHead: treeOf('1', { models: Object.fromEntries(names.map((name) => [name, modelAt()])) }),
  runs: [],
};

describe('parseCommand', () => {
  it.each<[string, Command | null]>([
    ['/tiltyard evaluate', { kind: 'evaluate' }],
    ['/tiltyard  evaluate \r\nplease', { kind: 'evaluate' }],
    ['/tiltyard', { kind: 'help' }],
    ['/tiltyard\nevaluate', { kind: 'help' }],
    ['/tiltyard help', { kind: 'help' }],
    ['/tiltyard explain roc_auc', { kind: 'explain', what: 'roc_auc' }],
    ['/tiltyard explain origin=New York', { kind: 'explain', what: 'origin=New York' }],
    [
      '/tiltyard what-if max_loss=0.004',
      { kind: 'what-if', changes: [{ rule: null, bound: 'max_loss', value: 0.004 }] },
    ],
    [
      '/tiltyard what-if log_loss.max_loss=1 p99_ms.at_most=4.5',
      {
        kind: 'what-if',
        changes: [
          { rule: 'log_loss', bound: 'max_loss', value: 1 },
          { rule: 'p99_ms', bound: 'at_most', value: 4.5 },
        ],
      },
    ],
    ['/tiltyard override roc_auc', { kind: 'later', word: 'override' }],
    ['/tiltyard rollback', { kind: 'later', word: 'rollback' }],
    ['/tiltyarde evaluate', null],
    [' /tiltyard evaluate', null],
    ['Please /tiltyard evaluate', null],
    ['/TILTYARD evaluate', null],
    ['> /tiltyard evaluate', null],
    ['', null],
  ])('reads %j', (body, command) => {
    expect(parseCommand(body)).toEqual(command);
    expect(isCommand(body)).toBe(command !== null);
  });

  it.each([
    'Evaluate',
    'evaluate now',
    'explain',
    'what-if',
    'what-if max_loss',
    'what-if max_loss=',
    'what-if max_loss=1e9',
    'what-if max_loss=NaN',
    'what-if max_loss=0x1',
    'what-if max_loss=.5',
    'what-if max_loss=1 max_loss',
    'what-if nothing=1',
    'what-if constructor=1',
    'what-if __proto__.max_loss=1=2',
    `what-if max_loss=${'1'.repeat(40)}`,
    `what-if ${'max_loss=1 '.repeat(11)}`,
    'merge',
    'constructor',
    `explain ${'x'.repeat(400)}`,
  ])('does not understand `%s`', (text) => {
    expect(parseCommand(`/tiltyard ${text}`)).toMatchObject({
      kind: 'unknown',
      why: expect.stringMatching(/^[A-Z].*\.$/),
    });
  });

  it('S15 reads any text in time, without an exception', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
        expect(parseCommand(`/tiltyard ${text}`)).not.toBeNull();
        expect(parseCommand(`/tiltyard what-if ${text}`)).not.toBeNull();
      }),
      { numRuns: 500, seed: 7 },
    );
  });
});

describe('commands', () => {
  it('runs the same run again, once, and says so', () => {
    const snapshot = commanded('/tiltyard evaluate');
    expect(kinds(snapshot)).toEqual(['rerun 17', 'react +1']);
    expect(answer(snapshot)).toBe('`/tiltyard evaluate`, asked by `alice`:\n- ℹ️ The workflow is run again.');
    const done = after(snapshot, decide(snapshot));
    expect(done.pulls[0].runs).toMatchObject([{ attempt: 2, completed: false }]);
    const waiting = after(done, decide(done));
    expect(kinds(done)).toEqual([]);
    expect(decide(waiting).actions).toEqual([]);
  });

  it('S14 does not run again what was run since the command, should a crash have lost the acknowledgement', () => {
    const again = runOf({ attempt: 2, startedAt: ago(9) });
    expect(kinds(commanded('/tiltyard evaluate', allowed, { runs: [again] }))).toEqual(['react +1']);
    expect(kinds(commanded('/tiltyard evaluate', allowed, { runs: [{ ...again, completed: false }] }))).toEqual([
      'react +1',
    ]);
    expect(kinds(commanded('/tiltyard evaluate', allowed, { runs: [] }))).toEqual(['react +1']);
  });

  it('S14 leaves to the next look what was asked after the pull request was listed, as there may be newer runs', () => {
    const open = runOf({ completed: false, startedAt: ago(20), evidence: [] });
    const [listed, asked] = [{ updatedAt: ago(20) }, { ...allowed, createdAt: ago(10) }];
    expect(kinds(commanded('/tiltyard evaluate', asked, { runs: [], ...listed }))).toEqual([]);
    expect(kinds(commanded('/tiltyard evaluate', asked, { runs: [open], ...listed }))).toEqual([]);
    expect(kinds(commanded('/tiltyard evaluate', asked, listed))).toEqual([]);
    expect(kinds(commanded('/tiltyard evaluate', asked, { runs: [open], updatedAt: ago(10) }))).toEqual(['react +1']);
    expect(kinds(commanded('/tiltyard help', asked, { runs: [open], ...listed }))).toEqual(['react +1']);
  });

  it('leaves what was acknowledged alone, and keeps answering it', () => {
    const snapshot = commanded('/tiltyard explain roc_auc', { answered: 'done' });
    expect(kinds(snapshot)).toEqual([]);
    expect(answer(snapshot)).toMatch(
      /^`\/tiltyard explain roc_auc`, asked by `alice`:\n- ✅ roc_auc rose from 0.6402 to 0.7011/,
    );
    expect(kinds(commanded('/tiltyard evaluate', { answered: 'done' }))).toEqual([]);
  });

  it.each<[string, string, RegExp]>([
    [
      'a rule',
      'log_loss',
      /- ✅ log_loss fell from 0\.4688 to 0\.4402 .*The rule stands at models\/flight-delay\/model\.yaml:29\./,
    ],
    [
      'a slice by its value',
      'ORD',
      /- ℹ️ origin=ORD \(26,511 rows\), roc_auc: 0\.6400 with the champion, 0\.7104 with the candidate/,
    ],
    ['a slice by column and value', 'origin=TVL', /origin=TVL is too small to judge: 84 rows, 200 needed\./],
    ['a kind of finding', 'slices', /No loss of roc_auc beyond 0\.02/],
    [
      'a metric that no rule is about',
      'f1',
      /No rule is about f1; it is 0\.339 with the champion, 0\.404 with the candidate/,
    ],
    ['a metric without its parameters', 'precision_at_recall', /- ✅ precision_at_recall\(recall=0\.8\) rose from/],
    ['latency as model.yaml spells it', 'p99_ms', /- ✅ p99 latency \(single row\) of the candidate is/],
    ['nothing', 'accuracies', /Nothing that was measured is called so\. There are roc_auc, log_loss/],
    ['no pattern', '.*', /Nothing that was measured is called so/],
  ])('explains %s', (_, what, expected) => {
    expect(answer(commanded(`/tiltyard explain ${what}`))).toMatch(expected);
  });

  it('judges the stored evidence with other bounds, and changes nothing', () => {
    const strict = commanded('/tiltyard what-if expected_calibration_error.at_most=0.01');
    expect(answer(strict)).toMatch(
      /^`\/tiltyard what-if expected_calibration_error\.at_most=0\.01`, asked by `alice`:\n- ⚠️ With that, flight-delay is inconclusive: .* Nothing changes by this: the policy in git decides\.\n- ⚠️ expected_calibration_error is/,
    );
    const conclusions = decide(strict).actions.flatMap((one) => (one.kind === 'check' ? [one.conclusion] : []));
    expect(conclusions).toEqual(['success', 'success']);
    expect(answer(commanded('/tiltyard what-if max_loss=0'))).toMatch(/- ✅ With that, flight-delay passes/);
    expect(answer(commanded('/tiltyard what-if min_gain=0'))).toMatch(
      /The rule on roc_auc has no min_gain; name the rule/,
    );
    expect(answer(commanded('/tiltyard what-if brier_score.max_loss=0'))).toMatch(
      /There is no max_loss of a rule called brier_score that could be 0\./,
    );
    expect(answer(commanded('/tiltyard what-if max_loss=-1'))).toMatch(/The max_loss of roc_auc can’t be -1\./);
    expect(answer(commanded('/tiltyard what-if nothing'))).toContain(
      'Write for example /tiltyard what-if max_loss=0.004 (of the primary metric)',
    );
    expect(answer(commanded('/tiltyard what-if max_loss=0', allowed, { runs: [] }))).toMatch(
      /no evidence on this head/,
    );
  });

  it('S3 says of no other bound that numbers would pass which can’t be relied on', () => {
    const files: Pull['files'] = [
      { path: 'models/flight-delay/features.sql', status: 'modified' },
      { path: '.github/workflows/tiltyard.yml', status: 'modified' },
    ];
    const doubted = answer(commanded('/tiltyard what-if max_loss=0.004', allowed, { files }));
    expect(doubted).toMatch(/- ⚠️ With that, flight-delay is inconclusive: these numbers can’t be relied on/);
  });

  it('changes one bound of one rule by its name, and leaves the model that it was given alone', () => {
    const model = flightModel();
    const before = structuredClone(model);
    const bounds = (text: string) => {
      const command = parseCommand(`/tiltyard what-if ${text}`);
      const { model: other } = withBounds(model, command?.kind === 'what-if' ? command.changes : []);
      return other?.evaluate ?? null;
    };
    expect(bounds('roc_auc.max_loss=0.5')?.primary).toMatchObject({ metric: 'roc_auc', max_loss: 0.5 });
    expect(bounds('p99_ms.max_ratio=2')?.guardrails[4]).toMatchObject({ latency: 'p99_ms', at_most: 5, max_ratio: 2 });
    expect(bounds('size.at_most=2')?.guardrails[5]).toEqual({ size: 'megabytes', at_most: 2 });
    expect(bounds('slices.max_loss=0.1')?.slices).toMatchObject({ max_loss: 0.1 });
    expect(bounds('log_loss.max_loss=-1')).toBeNull();
    expect(bounds('log_loss.at_most=1')).toBeNull();
    expect(bounds('constructor.max_loss=1')).toBeNull();
    expect(model).toEqual(before);
  });

  it.each<[string, string, Partial<Comment>, string]>([
    [
      'edited',
      '/tiltyard evaluate',
      { ...allowed, updatedAt: ago(9) },
      'Sorry, this comment was edited, so that nobody can tell who asks: please write it anew.',
    ],
    [
      'by somebody without write access',
      '/tiltyard explain roc_auc',
      { author: eve, permission: 'read' },
      'Sorry, commands are for people with write access to this repository.',
    ],
    [
      'a run by somebody without write access',
      '/tiltyard evaluate',
      { author: eve, permission: 'read' },
      'Sorry, it is not run again: that takes write access to this repository',
    ],
    [
      'by an App',
      '/tiltyard evaluate',
      { ...allowed, author: person('other[bot]', 5, 'Bot') },
      'Sorry, only people give commands.',
    ],
    [
      'unknown',
      '/tiltyard merge',
      allowed,
      'Sorry, I don’t understand this. I know evaluate, explain, what-if and help.',
    ],
    ['of promotion', '/tiltyard override log_loss', allowed, 'Sorry, override comes with promotion.'],
  ])('refuses politely what is %s', (_, body, edits, why) => {
    const snapshot = commanded(body, edits);
    expect(kinds(snapshot)).toEqual(['react confused']);
    expect(answer(snapshot)).toContain(`- ℹ️ ${why}`);
    const done = after(snapshot, decide(snapshot));
    expect(decide(done).actions).toEqual([]);
  });

  it('waits with a command until GitHub was asked what its author may do', () => {
    expect(kinds(commanded('/tiltyard evaluate', { permission: null }))).toEqual([]);
    expect(answer(commanded('/tiltyard evaluate', { permission: null }))).toBeNull();
  });

  it('shows the last three answers and the last refusal, so that nobody can push answers out', () => {
    const comments = [
      ...['roc_auc', 'log_loss', 'recall', 'slices'].map((what, i) =>
        commentOf(`/tiltyard explain ${what}`, { id: i, author: bob, ...allowed }),
      ),
      ...Array.from({ length: 50 }, (_, i) =>
        commentOf('/tiltyard evaluate', { id: 100 + i, author: eve, permission: 'read' }),
      ),
    ];
    const shown = answer(snapshotOf([pullOf({ comments })]));
    expect(shown?.match(/asked by `\w+`/g)).toEqual([
      ...Array.from({ length: 3 }, () => 'asked by `bob`'),
      'asked by `eve`',
    ]);
    expect(shown).not.toContain('explain roc_auc');
  });

  it.each([
    ['no model is touched', noModel],
    ['more than a hundred are', crowd],
  ])('answers in the required check where %s, whose state stays, and once', (_, pull) => {
    const before = check(snapshotOf([pullOf(pull)]));
    const snapshot = commanded('/tiltyard help', allowed, pull);
    expect(decide(snapshot).actions.map(({ kind }) => kind)).toEqual(['react', 'check']);
    const { conclusion, summary, title } = check(snapshot);
    expect({ conclusion, title }).toEqual({ conclusion: before.conclusion, title: before.title });
    expect(summary.startsWith(`${before.summary}\n\n#### Answers\n\n\`/tiltyard help\`, asked by \`alice\`:\n- `)).toBe(
      true,
    );
    const done = after(snapshot, decide(snapshot));
    expect(done.pulls[0]).toMatchObject({ checks: [{ summary }], comments: [{ answered: 'done' }] });
    expect(decide(done).actions).toEqual([]);
  });

  it.each([
    ['/tiltyard evaluate', allowed, '+1', 'No model is evaluated on this head, so that nothing is run again.'],
    ['/tiltyard explain roc_auc', allowed, '+1', 'There is no evidence on this head that was judged.'],
    ['/tiltyard merge', allowed, 'confused', 'Sorry, I don’t understand this. I know evaluate'],
    ['/tiltyard help', { author: eve, permission: 'read' as const }, 'confused', 'Sorry, commands are for people with'],
  ])('says to %s there what came of it', (body, edits, reaction, said) => {
    const snapshot = commanded(body, edits, noModel);
    expect(kinds(snapshot)).toEqual([`react ${reaction}`]);
    expect(check(snapshot)).toMatchObject({ conclusion: 'success', summary: expect.stringContaining(`- ℹ️ ${said}`) });
    expect(decide(after(snapshot, decide(snapshot))).actions).toEqual([]);
  });

  it('does not answer in the check what a comment answers', () => {
    expect(check(commanded('/tiltyard help')).summary).not.toContain('Answers');
  });

  it('S15 repeats no command in a form that GitHub interprets', () => {
    const nasty = fc.oneof(
      fc.constantFrom(
        '@acme/owners',
        '![x](https://e.example/a.png)',
        '<img src=x>',
        '`` ` @bob',
        '\u202Eevil',
        '#1 GH-7',
        '](http://e',
        '| a |',
      ),
      fc.string({ unit: 'binary', maxLength: 60 }),
    );
    fc.assert(
      fc.property(nasty, fc.constantFrom('', 'explain ', 'what-if ', 'override '), (text, word) => {
        const author = { ...alice, login: text };
        const found = answer(commanded(`/tiltyard ${word}${text}`, { ...allowed, author }));
        expect(bare(found ?? '')).not.toMatch(/@|<|\]\(|https?:|www\.|\p{Cf}/u);
        const { summary } = check(commanded(`/tiltyard ${word}${text}`, { ...allowed, author }, noModel));
        expect(summary).toContain('#### Answers');
        expect(bare(summary)).not.toMatch(/@|<|\]\(|https?:|www\.|\p{Cf}/u);
      }),
      { numRuns: 200, seed: 7 },
    );
  });
});
