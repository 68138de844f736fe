import { describe, expect, it } from 'vitest';
import { decide } from '../../../bot/decide/decide.ts';
import type { Pull } from '../../../bot/snapshot/snapshot.ts';
import { comparisonOf, digestOf, evaluationOf, subjectOf, subjectReading } from '../../fixtures/evaluation.ts';
import { expectWithinLimits } from './limits.ts';
import { registered, registryChange } from './registry-folder.ts';
import { APP, ago, alice, bot, commentOf, modelAt, pullOf, runOf, sha, snapshotOf, treeOf } from './snapshot.ts';

/** As much as evidence and a pull request can hold of one hostile word: 500 slices, 100 metrics, names of 500 characters. */
function largest(word: string): Partial<Pull> {
  const name = (i: number) => `${i} ${word.repeat(500)}`.slice(0, 500);
  const many = <T>(count: number, make: (i: number) => T) => Array.from({ length: count }, (_, i) => make(i));
  const keys = many(500, (i) => [{ column: 'origin', value: name(i) }]);
  const evaluation = evaluationOf({
    candidate: subjectReading(many(300, name), { features: many(300, name), version: name(0) }),
    champion: subjectReading(
      many(300, (i) => name(1000 + i)),
      { features: many(300, (i) => name(1000 + i)), version: name(1), digest: digestOf('a') },
    ),
    slices: keys.map((key) => ({ key, rows: 300, clusters: 30, smallest_class: 50, skipped: null })),
    comparisons: [
      ...evaluationOf().comparisons.filter(({ slice }) => slice === null),
      ...many(100, (i) => comparisonOf(name(i), 0.5, 0.6, 0.01)),
      ...keys.map((slice, i) => comparisonOf('roc_auc', 0.7, i % 3 === 0 ? 0.5 : 0.7, 0.001, { slice, rows: 300 })),
    ],
    flips: {
      rows: 150_000,
      fixed: 10,
      broken: 20,
      by_slice: keys.map((key) => ({ key, rows: 300, fixed: 1, broken: 2 })),
    },
    data_findings: many(50, (i) => ({ check: 'stale', sentence: name(i) })),
    versions: Object.fromEntries(many(50, (i) => [name(i), name(i)])),
    fairness: many(50, (i) => ({
      column: name(i),
      groups: [],
      measures: [
        {
          measure: 'demographic_parity_ratio',
          champion: null,
          candidate: { value: 1, interval: null },
          method: 'none',
        },
      ],
    })),
  });
  const rules = many(200, (i) => `    - { metric: log_loss, at_most: 0.${1000 + i} }\n`).join('');
  const params = Object.fromEntries(many(100, (i) => [name(i), name(i)]));
  const head = modelAt(
    ['  guardrails:\n', `  guardrails:\n${rules}`],
    ['seed: 7', `seed: 7\n  params: ${JSON.stringify(params)}`],
  );
  const line = word.repeat(240).slice(0, 240);
  const marker = {
    model: 'flight-delay',
    head: sha('2'),
    line,
    read: ago(90).toISOString(),
    history: many(50, (i) => ({ head: i.toString(16).padStart(40, 'a'), line })),
  };
  const ours = `<!-- tiltyard:1 ${Buffer.from(JSON.stringify(marker)).toString('base64url')} -->\n`;
  const base = registered(['1.0.0']);
  const strangers = Object.fromEntries(many(500, (i) => [`registry/flight-delay/versions/${name(i)}.txt`, 'x']));
  return {
    atBase: treeOf('0', { models: { 'flight-delay': modelAt(['  guardrails:\n', `  guardrails:\n${rules}`]) } }),
    atHead: treeOf('1', { models: { 'flight-delay': head } }),
    runs: [runOf({}, evaluation)],
    files: many(300, (i) => ({ path: `models/flight-delay/state/${name(i)}.sql`, status: 'added' })),
    promotions: {
      'flight-delay': many(20, (i) => ({
        version: name(i),
        evaluation: { ...evaluation, candidate: subjectOf() },
        quarantined: true,
      })),
    },
    registry: registryChange({ atBase: base, atHead: { ...base, ...strangers } }),
    reviews: many(100, (i) => ({
      id: i,
      author: { login: name(i), id: 100 + i, type: 'User' },
      state: 'APPROVED',
      commit: sha('9'),
      submittedAt: ago(1),
      permission: 'write',
    })),
    commits: [{ sha: sha('1'), author: alice, committer: alice, verified: true }],
    comments: [
      ...['origin', 'slices', 'what', 'contract'].map((what, id) =>
        commentOf(`/tiltyard explain ${what}`, { id, author: { ...alice, login: name(id) }, permission: 'write' }),
      ),
      commentOf(`/tiltyard ${name(5)}`, { id: 5, author: alice, permission: 'write' }),
      commentOf(ours, { id: 99, author: bot, app: APP }),
    ],
  };
}

const failure = (word: string) => ({
  job: word.repeat(500),
  step: word.repeat(500),
  lines: Array.from({ length: 20 }, () => word.repeat(500)),
});
const words = ['&', '`', '_ ', '😀', 'a', '\u202E'];

describe('GitHub’s limits', () => {
  it.each(words)('hold for the largest evidence, with names of %j', (word) => {
    const pull = largest(word);
    const evidence = [{ model: 'flight-delay', url: 'x', evaluation: null, digest: null, problem: word.repeat(5_000) }];
    const broken = { model: null, problem: `models/flight-delay/model.yaml:3:1: ${word.repeat(500)}\n`.repeat(60) };
    for (const edits of [
      {},
      { runs: [runOf({ evidence: [], conclusion: 'failure', failure: failure(word) })] },
      { runs: [runOf({ evidence })] },
      { atHead: treeOf('1', { models: { 'flight-delay': broken } }) },
    ]) {
      const { actions } = decide(snapshotOf([pullOf({ ...pull, ...edits })]));
      expectWithinLimits(actions);
    }
  });

  it('are kept without what a reviewer can miss first; verdict, rules, why and the next step stay', () => {
    const { actions } = decide(snapshotOf([pullOf(largest('é'))]));
    const [body] = actions.flatMap((action) => (action.kind === 'comment' ? [action.body] : []));
    const lines = body.split('\n').slice(1);
    expect(lines[0]).toMatch(/^❌ \*\*flight-delay fails: /);
    for (const stays of [
      '| Rule | Measured',
      '#### What does not hold',
      '**Next:**',
      '#### Answers',
      '<details><summary>History',
    ])
      expect(
        lines.filter((line) => line.startsWith(stays)).map((line) => line.slice(0, 20)),
        stays,
      ).toHaveLength(1);
    const left = lines.filter((line) => line.startsWith('Left out for length'));
    expect(left).toEqual([
      'Left out for length: contract changes, what changed, findings in sentences, all metrics, slices, flips, fairness, latency and memory, chart, how the numbers were made, provenance.',
    ]);
  });
});
