import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Evaluation } from '#registry/evidence/evaluation.ts';
import { judge } from '#registry/judge.ts';
import { bytes } from '#registry/markdown/budget.ts';
import { evaluationSummary } from '#registry/markdown/evaluation.ts';
import type { Model } from '#registry/model.ts';
import { comparisonOf, evaluationOf, subjectOf, subjectReading, withoutChampion } from '../../fixtures/evaluation.ts';
import { anywhere, flightModel } from '../../fixtures/model.ts';
import { bare } from './bare.ts';

const summary = (evidence: Evaluation, model: Model = flightModel()) =>
  evaluationSummary(evidence, judge(model, evidence, anywhere));

/** A candidate that is worse in several ways. */
function failing(): Evaluation {
  const evidence = evaluationOf({
    candidate: subjectReading(['date', 'destination', 'origin', 'weather']),
    data_findings: [
      { check: 'stale', sentence: 'The newest row of the benchmark is 203 days old; at most 90 days are allowed.' },
    ],
  });
  evidence.benchmark.candidates_judged = 23;
  const worse = ([metric, champion, candidate, error]: [string, number, number, number]) =>
    comparisonOf(metric, champion, candidate, error);
  const replaced = new Map(
    (
      [
        ['log_loss', 0.4402, 0.4588, 0.0019],
        ['recall', 0.4967, 0.4933, 0.0083],
      ] satisfies [string, number, number, number][]
    ).map((one) => [one[0], worse(one)]),
  );
  evidence.comparisons = evidence.comparisons.map((one) => {
    if (one.slice === null) return replaced.get(one.metric) ?? one;
    const { column, value } = one.slice[0];
    const lost = column === 'origin' && ['ORD', 'SFO'].includes(value);
    if (!lost) return one;
    const { rows, slice } = one;
    return comparisonOf('roc_auc', 0.66, value === 'ORD' ? 0.6011 : 0.6477, 0.0031, {
      slice,
      rows,
      design_effect: 11.4,
    });
  });
  return evidence;
}

function selfTest(): Evaluation {
  const evidence = evaluationOf({ self_test: true, champion: subjectOf(), curves: null });
  const zero: [number, number] = [0, 0];
  const none = { difference: 0, interval: zero, method: 'exact' as const, standard_error: 0, minimum_detectable: 0 };
  evidence.comparisons = evidence.comparisons.map((one) => ({ ...one, ...none, champion: one.candidate }));
  return evidence;
}

describe('evaluationSummary', () => {
  it.each<[string, Evaluation, Model]>([
    ['pass', evaluationOf(), flightModel()],
    ['fail', failing(), flightModel()],
    ['first-version', withoutChampion(evaluationOf()), flightModel()],
    ['self-test', selfTest(), flightModel({ slices: undefined })],
    ['unfit', evaluationOf({ confidence: 0.9 }), flightModel()],
  ])('reads as golden/%s.md', async (name, evidence, model) => {
    expect(Evaluation.safeParse(evidence).error).toBeUndefined();
    await expect(summary(evidence, model)).toMatchFileSnapshot(`golden/${name}.md`);
  });

  it('begins with the verdict', () => {
    expect(summary(evaluationOf()).split('\n')[0]).toBe(
      '✅ **flight-delay passes: roc_auc rose from 0.6402 to 0.7011 (better), and the candidate keeps all 9 rules.**',
    );
  });

  it('stays under 60,000 bytes by leaving out the least important first, never the verdict', () => {
    const evidence = failing();
    const many = Array.from({ length: 3000 }, (_, i) => [
      { column: 'origin', value: `an airport of a very long name ${i} ${'é'.repeat(150)}` },
    ]);
    const each = { rows: 300, clusters: 30, smallest_class: 50, skipped: null };
    evidence.slices = many.map((key) => ({ ...each, key }));
    evidence.comparisons.push(
      ...many.map((slice, i) => comparisonOf('roc_auc', 0.7, i % 2 === 0 ? 0.5 : 0.7, 0.001, { slice, rows: 300 })),
    );
    evidence.flips = {
      rows: 1,
      fixed: 0,
      broken: 0,
      by_slice: many.map((key) => ({ key, rows: 1, fixed: 0, broken: 1 })),
    };
    evidence.candidate = subjectReading(many.map((_, i) => `${'word '.repeat(400)}${i}`));
    const text = summary(evidence);
    expect(bytes(text)).toBeLessThanOrEqual(60_000);
    expect(text).toMatch(/^❌ \*\*flight-delay fails: /);
    expect(text).toContain('Left out for length:');
    expect(text).toContain('roc_auc');
  });

  it('leaves out in the order that docs/pull-request-comment.md states', () => {
    const evidence = failing();
    const { flips } = evaluationOf();
    const one = { value: 1, interval: null };
    const measure = {
      measure: 'demographic_parity_ratio' as const,
      champion: null,
      candidate: one,
      method: 'none' as const,
    };
    const full = { ...evidence, flips, fairness: [{ column: 'origin', groups: [], measures: [measure] }] };
    const said = (limit: number) => evaluationSummary(full, judge(flightModel(), full, anywhere), {}, { limit });
    const order: string[] = [];
    for (let limit = bytes(said(60_000)); limit > 500; limit -= 50) {
      const left = /^Left out for length: (.*)\.$/m.exec(said(limit))?.[1]?.split(', ') ?? [];
      order.push(...left.filter((name) => !order.includes(name)));
    }
    expect(order).toEqual([
      'chart',
      'flips',
      'slices',
      'latency and memory',
      'findings in sentences',
      'how the numbers were made',
      'fairness',
      'provenance',
      'all metrics',
      'contract changes',
      'wear of the benchmark',
      'newly weak slices',
    ]);
  });

  it('shows what does not hold of a policy of hundreds of rules', () => {
    const guardrails = Array.from({ length: 700 }, (_, i) => ({ metric: 'log_loss', at_most: i === 650 ? 0.1 : 0.9 }));
    const text = summary(evaluationOf(), flightModel({ guardrails }));
    expect(bytes(text)).toBeLessThanOrEqual(60_000);
    expect(text).toContain('at most 0.1 is allowed, and the whole interval lies above');
    expect(text).toContain('more rules stand in the evidence');
  });

  it('warns from twenty candidates on', () => {
    const judged = (candidates_judged: number) =>
      summary(evaluationOf({ benchmark: { ...evaluationOf().benchmark, candidates_judged } }));
    expect(judged(19)).not.toContain('wears out');
    expect(judged(20)).toContain('wears out');
  });

  it('S15 makes names, categories and sentences of others harmless', () => {
    const nasty = fc.oneof(
      fc.constantFrom(
        '@acme/owners',
        '![x](https://evil.example/a.png)',
        '<img src=x onerror=alert(1)>',
        '`` ` @bob',
        'a | b\n| c | d |\n# head',
        '\u202Eevil\u2066',
        'www.evil.example #12 GH-7 acme/repo#3 0123456789abcdef0123456789abcdef01234567',
        '</details><script>',
        '$\\href{https://evil.example}{x}$ _a_ **b** ~~c~~',
        '\\`@bob`',
        'https://evil.example\u0000@bob',
      ),
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.string({
        unit: fc.constantFrom('`', '@', 'a', ' ', '\n', '|', '\\', '<', '*', '_', '[', ']', '(', ')', '!', '#'),
        maxLength: 30,
      }),
    );
    fc.assert(
      fc.property(nasty, nasty, (name, other) => {
        const evidence = failing();
        for (const slice of evidence.slices) slice.key[0].value += name;
        for (const one of evidence.comparisons) if (one.slice !== null) one.slice[0].value += name;
        evidence.slices[0].key[0].column = other;
        evidence.candidate.version = name;
        evidence.benchmark.start = other;
        evidence.versions[other] = name;
        evidence.candidate = subjectReading([name, other], { version: name });
        evidence.data_findings = [{ check: 'stale', sentence: `${name} ${other}` }];
        evidence.fairness = [
          {
            column: name,
            groups: [],
            measures: [
              {
                measure: 'demographic_parity_ratio',
                champion: null,
                candidate: { value: 1, interval: null },
                method: 'none',
              },
            ],
          },
        ];
        if (evidence.benchmark.cluster !== null) evidence.benchmark.cluster = name;
        const model = flightModel();
        if (name.length > 0) model.data.cluster = name;
        const text = evaluationSummary(evidence, judge(model, evidence, anywhere));
        expect(bare(text)).not.toMatch(/@|<|>[^ ]|\]\(|https?:|www\.|[#*_~]evil|\p{Cf}/u);
        expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
        for (const rows of text.match(/(?:^\|.*\n)+/gm) ?? []) {
          const widths = rows
            .trim()
            .split('\n')
            .map((row) => row.split('|').length);
          expect(new Set(widths).size, rows).toBe(1);
        }
      }),
      { numRuns: 300, seed: 7 },
    );
  });
});
