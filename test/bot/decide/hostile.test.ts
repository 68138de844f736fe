import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide } from '../../../bot/decide/decide.ts';
import type { Pull } from '../../../bot/snapshot/snapshot.ts';
import { comparisonOf, evaluationOf, subjectOf, subjectReading } from '../../fixtures/evaluation.ts';
import { bare } from '../../registry/markdown/bare.ts';
import { expectWithinLimits } from './limits.ts';
import { channelsFile, registered, registryChange } from './registry-folder.ts';
import {
  APP,
  ago,
  alice,
  bot,
  commentOf,
  modelAt,
  person,
  pullOf,
  runOf,
  sha,
  snapshotOf,
  treeOf,
} from './snapshot.ts';

const nasty = fc.oneof(
  fc.constantFrom(
    '@acme/owners',
    '![x](https://evil.example/a.png)',
    '<img src=x onerror=alert(1)>',
    '`` ` @bob',
    '```\n@bob',
    'a | b\n| c | d |\n# head',
    '\u202Eevil\u2066',
    'www.evil.example #12 GH-7 acme/repo#3 0123456789abcdef0123456789abcdef01234567',
    '</details><script>',
    '--> <b>',
    '$\\href{https://evil.example}{x}$ _a_ **b**',
    '[x](javascript:alert(1))',
    'https://evil.example\u0000@bob',
    '::error file=a::b',
  ),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({
    unit: fc.constantFrom('`', '@', 'a', ' ', '\n', '|', '\\', '<', '*', '_', '[', ']', '(', ')', '!', '#'),
    maxLength: 30,
  }),
);

/** Pull requests in which each text that others choose is one of these. */
function hostile(one: string, two: string): Pull[] {
  const author = person(one, 3);
  const common = {
    title: one,
    author,
    head: { sha: sha('1'), branch: one, owner: two, repositoryId: null },
    comments: [
      commentOf(`/tiltyard explain ${one}`, { author, permission: 'write' }),
      commentOf(`/tiltyard ${two}`, { id: 2, author, permission: 'write' }),
      commentOf(two, { id: 3, author: bot, app: APP }),
    ],
  };
  const evaluation = evaluationOf({
    model: one,
    candidate: subjectReading([one, two], { version: one }),
    comparisons: [comparisonOf(one, 0.5, 0.6, 0.1), ...evaluationOf().comparisons],
    data_findings: [{ check: 'stale', sentence: `${one} ${two}` }],
    versions: { [two]: one },
  });
  const failure = { job: one, step: two, lines: [one, two, `${one}${two}`] };
  const broken = { model: null, problem: `models/flight-delay/model.yaml:3:1: ${one}\n${two}` };
  const base = { ...registered(['1.0.0', '1.1.0']), ...channelsFile({ champion: '1.0.0' }) };
  const head = {
    ...base,
    ...channelsFile({
      champion: '1.0.0',
      quarantined: [{ version: '1.1.0', digest: 'a'.repeat(64), reason: one || 'x' }],
    }),
    [`registry/shop/versions/${two}`]: one,
    [`registry/shop/evidence/x${one}`]: two,
    [`registry/${one}/channels.yaml`]: two,
  };
  const reviews = [
    { id: 1, author, state: 'APPROVED', commit: sha('1'), submittedAt: ago(1), permission: 'read' as const },
  ];
  return [
    { runs: [runOf({}, evaluation)] },
    { runs: [runOf({}, evaluation)], fork: true },
    { runs: [runOf({}, { ...evaluation, model: 'flight-delay' })] },
    { runs: [runOf({ evidence: [], conclusion: 'failure', failure })] },
    { runs: [runOf({ evidence: [], conclusion: one })] },
    { runs: [runOf({ evidence: [], completed: false, url: one })] },
    {
      runs: [runOf({ evidence: [{ model: 'flight-delay', url: two, evaluation: null, digest: null, problem: one }] })],
    },
    { atHead: treeOf('1', { models: { 'flight-delay': broken } }) },
    {
      atHead: treeOf('1', {
        models: { 'flight-delay': modelAt(['seed: 7', `seed: 7\n  params: ${JSON.stringify({ p: one })}`]) },
      }),
      promotions: { 'flight-delay': [{ version: one, evaluation, quarantined: true }] },
    },
    {
      atHead: treeOf('1', {
        models: { 'flight-delay': modelAt(['log_loss, max_loss: 0.005', 'log_loss, max_loss: 0.02']) },
      }),
      promotions: {
        'flight-delay': [
          { version: one, evaluation: evaluationOf({ candidate: subjectOf({ version: two }) }), quarantined: false },
        ],
      },
    },
    {
      registry: registryChange({ atBase: base, atHead: head }),
      reviews,
      commits: [{ sha: one, author: null, committer: null, verified: true }],
    },
    { registry: registryChange({ atBase: base, atHead: head }, { problem: one }), reviews, commits: [] },
    { registry: registryChange({ atBase: base, atHead: base }), reviews, commits: [] },
  ].map((edits) => pullOf({ ...common, ...edits }));
}

/** What is ours, and may be interpreted: links to GitHub, headings, our marker. */
function withoutOurs(body: string): string {
  return body
    .replace(/^<!-- tiltyard:1 [\w-]+ -->\n/, '')
    .replace(/\[(run|evidence|policy|the evidence)\]\(https:\/\/github\.com\/acme\/flights\/[\w./#-]*\)/g, '')
    .replace(
      /\[(?:`models\/flight-delay\/model\.yaml:\d+`|[a-z_]+: [\d.]+)\]\(https:\/\/github\.com\/acme\/flights\/blob\/[\w./#-]*\)/g,
      '',
    )
    .replace(/^> \[!WARNING\]\n> /gm, '');
}

describe('what the bot writes', () => {
  it('S15 makes no mention, link, image or HTML of any text of others, in comments, checks and annotations', () => {
    fc.assert(
      fc.property(nasty, nasty, (one, two) => {
        for (const pull of hostile(one, two)) {
          for (const action of decide(snapshotOf([pull])).actions) {
            if (action.kind === 'comment') harmless(withoutOurs(action.body));
            if (action.kind !== 'check') continue;
            harmless(withoutOurs(action.summary));
            expect(action.title).not.toMatch(/@|<[a-z/!]|\]\(|:\/\/|\p{Cc}|\p{Cf}/iu);
            for (const { message } of action.annotations)
              expect(message).not.toMatch(/@|<[a-z/!]|\]\(|:\/\/|\p{Cc}|\p{Cf}/iu);
          }
        }
      }),
      { numRuns: 150, seed: 7 },
    );
  });

  it('S15 keeps history harmless that somebody wrote into our marker', () => {
    const [action] = decide(snapshotOf([pullOf()])).actions;
    const body = action.kind === 'comment' ? action.body : '';
    fc.assert(
      fc.property(nasty, (text) => {
        const line = text.slice(0, 200);
        const marker = {
          model: 'flight-delay',
          head: sha('2'),
          line,
          read: ago(90).toISOString(),
          history: [{ head: sha('3'), line }],
        };
        const encoded = Buffer.from(JSON.stringify(marker)).toString('base64url');
        const forged = body.replace(/^<!-- tiltyard:1 [\w-]+ -->/, `<!-- tiltyard:1 ${encoded} -->`);
        const pull = pullOf({ comments: [commentOf(forged, { author: bot, app: APP })] });
        const [found] = decide(snapshotOf([pull])).actions;
        expect(found.kind).toBe('comment');
        if (found.kind === 'comment') harmless(withoutOurs(found.body));
      }),
      { numRuns: 200, seed: 7 },
    );
  });

  it('keeps the limits of GitHub however much there is to say', () => {
    const long = 'a very long word of é '.repeat(600);
    const many = Array.from({ length: 400 }, (_, i) => [{ column: 'origin', value: `${i} ${'é'.repeat(150)}` }]);
    const evaluation = evaluationOf({
      candidate: subjectReading(many.map((_, i) => `${long.slice(0, 190)}${i}`)),
      slices: many.map((key) => ({ key, rows: 300, clusters: 30, smallest_class: 50, skipped: null })),
      comparisons: [
        ...evaluationOf().comparisons,
        ...many.map((slice) => comparisonOf('roc_auc', 0.7, 0.5, 0.001, { slice, rows: 300 })),
      ],
    });
    const guardrails = Array.from(
      { length: 300 },
      (_, i) => `    - { metric: log_loss, at_most: 0.${1000 + i} }\n`,
    ).join('');
    const policy = modelAt(['  guardrails:\n', `  guardrails:\n${guardrails}`]);
    const base = registered(['1.0.0']);
    const strangers = Object.fromEntries(
      Array.from({ length: 500 }, (_, i) => [`registry/flight-delay/versions/${long.slice(0, 150)}${i}.txt`, 'x']),
    );
    const failed = { job: long, step: long, lines: Array.from({ length: 500 }, () => long) };
    const comments = Array.from({ length: 20 }, (_, i) =>
      commentOf(`/tiltyard explain ${['slices', 'origin', 'contract', 'log_loss'][i % 4]}`, {
        id: i,
        author: alice,
        permission: 'write',
      }),
    );
    const promotions = {
      'flight-delay': Array.from({ length: 20 }, (_, i) => ({ version: `1.${i}.0`, evaluation, quarantined: true })),
    };
    const registry = registryChange({ atBase: base, atHead: { ...base, ...strangers } });
    const heavy: Partial<Pull>[] = [
      { runs: [runOf({}, evaluation)], comments, registry, commits: null },
      {
        runs: [runOf({}, evaluation)],
        comments,
        promotions,
        atHead: treeOf('1', { models: { 'flight-delay': policy } }),
      },
      { runs: [runOf({}, evaluation)], atBase: treeOf('0', { models: { 'flight-delay': policy } }), promotions },
      { runs: [runOf({ evidence: [], conclusion: 'failure', failure: failed })], comments, registry },
      {
        runs: [
          runOf({
            evidence: [{ model: 'flight-delay', url: 'x', evaluation: null, digest: null, problem: long.repeat(20) }],
          }),
        ],
      },
      {
        atHead: treeOf('1', {
          models: {
            'flight-delay': { model: null, problem: `models/flight-delay/model.yaml:3:1: ${long}\n`.repeat(300) },
          },
        }),
      },
    ];
    for (const edits of heavy) {
      let snapshot = snapshotOf([pullOf(edits)]);
      // As often as a comment remembers, with the longest lines.
      const history = Array.from({ length: 50 }, (_, i) => ({
        head: i.toString(16).padStart(40, 'a'),
        line: '❔'.repeat(240),
      }));
      const marker = {
        model: 'flight-delay',
        head: sha('2'),
        line: '❔'.repeat(240),
        read: ago(90).toISOString(),
        history,
      };
      const ours = commentOf(`<!-- tiltyard:1 ${Buffer.from(JSON.stringify(marker)).toString('base64url')} -->\n`, {
        id: 99,
        author: bot,
        app: APP,
      });
      snapshot = snapshotOf([{ ...snapshot.pulls[0], comments: [...snapshot.pulls[0].comments, ours] }]);
      const { actions } = decide(snapshot);
      expectWithinLimits(actions);
    }
  });
});

function harmless(markdown: string): void {
  expect(bare(markdown)).not.toMatch(/@|<|>[^ ]|\]\(|https?:\/\/|www\.|[#*_~]evil|\p{Cf}/u);
  expect(markdown.replaceAll('\n', '').replaceAll('\t', '')).not.toMatch(/\p{Cc}/u);
}
