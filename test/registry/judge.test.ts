import { describe, expect, it } from 'vitest';
import type { Evaluation } from '#registry/evidence/evaluation.ts';
import { judge } from '#registry/judge.ts';
import type { Finding, Status } from '#registry/verdict.ts';
import { comparisonOf, evaluationOf, subjectOf, subjectReading } from '../fixtures/evaluation.ts';
import { anywhere, flightModel } from '../fixtures/model.ts';

const auc = { metric: 'roc_auc', max_loss: 0.002 };
/** One rule alone, so that the verdict is that rule's. */
const only = (rule: object, primary: object = auc) => flightModel({ primary, guardrails: [rule], slices: undefined });

/** Evidence with these comparisons alone. */
const measured = (...comparisons: Evaluation['comparisons']) => evaluationOf({ comparisons });

function find(findings: Finding[], name: string): Finding {
  const found = findings.find((finding) => finding.name.startsWith(name));
  if (found === undefined) throw new Error(`no finding ${name} among ${findings.map((finding) => finding.name)}`);
  return found;
}

describe('judge', () => {
  it('passes the flights', () => {
    const verdict = judge(flightModel(), evaluationOf(), anywhere);
    expect(verdict.findings.map(({ name, status }) => `${status} ${name}`)).toEqual([
      'pass roc_auc',
      'pass log_loss',
      'pass expected_calibration_error',
      'pass recall',
      'pass precision_at_recall(recall=0.8)',
      'pass p99 latency (single row)',
      'pass p99 latency (single row), ratio',
      'pass artifact size',
      'pass slices',
    ]);
    expect(verdict.verdict).toBe('pass');
    expect(verdict.sentence).toBe(
      'flight-delay passes: roc_auc rose from 0.6402 to 0.7011 (better), and the candidate keeps all 9 rules.',
    );
  });

  // The interval is made of the numbers given, so that each edge of the rules is met exactly.
  it.each<[object, [number, number], Status, string]>([
    [{ max_loss: 0.5 }, [-0.25, 0.25], 'pass', 'equivalent'],
    [{ max_loss: 0.5 }, [-0.25, 0.75], 'pass', 'inconclusive'],
    [{ max_loss: 0.5 }, [0.25, 0.75], 'pass', 'better'],
    [{ max_loss: 0.5 }, [-0.25, -0.125], 'pass', 'worse'],
    [{ max_loss: 0.5 }, [-0.5, 0.25], 'inconclusive', 'inconclusive'],
    [{ max_loss: 0.5 }, [-0.75, -0.5], 'inconclusive', 'worse'],
    [{ max_loss: 0.5 }, [-1, -0.75], 'fail', 'worse'],
    [{ max_loss: 0 }, [0, 0.25], 'inconclusive', 'inconclusive'],
    [{ max_loss: 0 }, [0.125, 0.25], 'pass', 'better'],
    [{ min_gain: 0.5 }, [0.75, 1], 'pass', 'better'],
    [{ min_gain: 0.5 }, [0.5, 1], 'inconclusive', 'better'],
    [{ min_gain: 0.5 }, [0.25, 0.5], 'fail', 'better'],
    [{ min_gain: 0.5 }, [-0.25, 0.25], 'fail', 'equivalent'],
    [{ min_gain: 0.5 }, [-1, -0.75], 'fail', 'worse'],
    [{ min_gain: 0 }, [-1, 0], 'fail', 'inconclusive'],
  ])('%j with the difference in %j: %s, %s', (bound, interval, status, word) => {
    for (const [metric, sign] of [
      ['roc_auc', 1],
      ['log_loss', -1],
    ] as const) {
      const middle = (sign * (interval[0] + interval[1])) / 2;
      const turned: [number, number] = sign === 1 ? interval : [-interval[1], -interval[0]];
      const evidence = measured(comparisonOf(metric, 0, middle, 0.1, { interval: turned }));
      const [finding] = judge(
        only({ metric: 'accuracy', at_least: 0 }, { metric, ...bound }),
        evidence,
        anywhere,
      ).findings;
      expect([metric, finding.status, finding.word]).toEqual([metric, status, word]);
    }
  });

  it.each<[object, [number, number], Status]>([
    [{ at_least: 0.5 }, [0.625, 0.75], 'pass'],
    [{ at_least: 0.5 }, [0.5, 0.75], 'inconclusive'],
    [{ at_least: 0.5 }, [0.25, 0.5], 'inconclusive'],
    [{ at_least: 0.5 }, [0.25, 0.375], 'fail'],
    [{ at_most: 0.5 }, [0.25, 0.375], 'pass'],
    [{ at_most: 0.5 }, [0.25, 0.5], 'inconclusive'],
    [{ at_most: 0.5 }, [0.5, 0.75], 'inconclusive'],
    [{ at_most: 0.5 }, [0.625, 0.75], 'fail'],
    [{ at_most: 0.5 }, [0.25, 0.25], 'inconclusive'],
  ])('%j with the candidate in %j: %s, with and without a champion', (bound, interval, status) => {
    const value = (interval[0] + interval[1]) / 2;
    const evidence = measured(comparisonOf('accuracy', 0.1, value, 0.1, { candidate: { value, interval } }));
    const model = only({ metric: 'accuracy', ...bound });
    expect(find(judge(model, evidence, anywhere).findings, 'accuracy').status).toBe(status);
    const first = { ...evidence, champion: null };
    expect(find(judge(model, first, anywhere).findings, 'accuracy').status).toBe(status);
    expect(judge(model, first, anywhere).verdict).toBe(status === 'fail' ? 'fail' : 'inconclusive');
  });

  it('S4 a first version is judged by absolute rules alone, and is inconclusive', () => {
    const verdict = judge(flightModel(), evaluationOf({ champion: null }), anywhere);
    expect(verdict.verdict).toBe('inconclusive');
    expect(verdict.findings.filter(({ status }) => status === 'pass').map(({ name }) => name)).toEqual([
      'expected_calibration_error',
      'p99 latency (single row)',
      'artifact size',
    ]);
    expect(find(verdict.findings, 'roc_auc').sentence).toBe(
      'roc_auc can’t be judged: there is no champion yet to compare with.',
    );
  });

  it('S4 a policy without rules, or with one that says nothing, never passes', () => {
    const model = flightModel({ guardrails: [], slices: undefined });
    const bare = { ...model.evaluate, primary: { metric: 'roc_auc', params: {} } };
    expect(judge({ ...model, evaluate: bare }, evaluationOf(), anywhere).verdict).toBe('inconclusive');
    const unknown = { ...model.evaluate, primary: { metric: 'roc_auk', params: {}, max_loss: 1 } };
    expect(judge({ ...model, evaluate: unknown }, evaluationOf(), anywhere).verdict).toBe('inconclusive');
    const other = { ...model.evaluate, primary: { metric: 'rmse', params: {}, max_loss: 1 } };
    expect(judge({ ...model, evaluate: other }, evaluationOf(), anywhere).verdict).toBe('inconclusive');
    const both = { ...model.evaluate, primary: { metric: 'roc_auc', params: {}, max_loss: 1, at_least: 0 } };
    expect(judge({ ...model, evaluate: both }, evaluationOf(), anywhere).verdict).toBe('inconclusive');
    const negative = { ...model.evaluate, primary: { metric: 'roc_auc', params: {}, max_loss: -1 } };
    expect(judge({ ...model, evaluate: negative }, evaluationOf(), anywhere).verdict).toBe('inconclusive');
  });

  it.each<[string, Partial<Evaluation>, string]>([
    ['another model', { model: 'other' }, 'it is about “other”, not “flight-delay”'],
    ['another task', { task: 'regression' }, 'it is about “regression”'],
    ['another confidence', { confidence: 0.9 }, 'at a confidence of 0.9, and the policy asks for 0.95'],
    [
      'another unit',
      { benchmark: { ...evaluationOf().benchmark, cluster: null, clusters: null } },
      'takes every row for the independent unit',
    ],
    ['no rows', { benchmark: { ...evaluationOf().benchmark, rows: 0 } }, 'its benchmark has no rows'],
    ['the candidate as champion', { champion: subjectOf() }, 'it compares the candidate with itself'],
    ['a self-test of two versions', { self_test: true }, 'compares two different versions'],
  ])('S3 evidence with %s is inconclusive', (_, overrides, reason) => {
    const verdict = judge(flightModel(), evaluationOf(overrides), anywhere);
    expect(verdict.verdict).toBe('inconclusive');
    expect(verdict.findings.every(({ kind, status }) => kind !== 'primary' && status === 'inconclusive')).toBe(true);
    expect(verdict.findings[0].sentence).toContain(reason);
  });

  it.each<[string, Partial<Evaluation['comparisons'][number]>, string]>([
    ['measured the other way round', { better: 'lower' }, 'higher is'],
    ['touched by NaN', { not_finite: 3 }, '3 rows got NaN or infinity'],
    [
      'of too few clusters',
      { clusters: 19 },
      'an interval from 19 clusters is not to be trusted (at least 20 are needed)',
    ],
    ['of an unknown number of clusters', { clusters: null }, 'over how many clusters'],
    ['without a difference', { difference: null }, 'the difference was not measured'],
    ['with NaN for a difference', { difference: Number.NaN }, 'the difference was not measured'],
    ['without an interval', { interval: null }, 'has no interval'],
    ['with an endless interval', { interval: [-0.001, Number.POSITIVE_INFINITY] }, 'has no interval'],
    ['with an interval upside down', { interval: [0.07, 0.06] }, 'has no interval'],
    ['without a champion', { champion: null }, 'the champion has no value'],
    ['without a candidate', { candidate: { value: null, interval: null } }, 'the candidate has no value'],
    ['of another difference than its values', { difference: 0.2 }, 'not that of its two values'],
    ['with an interval of no width', { interval: [0.0609, 0.0609] }, 'has no width'],
    ['with a negative standard error', { standard_error: -1 }, 'its standard error is negative'],
  ])('S3 a comparison %s is inconclusive', (_, overrides, reason) => {
    const evidence = evaluationOf();
    const comparisons = evidence.comparisons.map((one) =>
      one.metric === 'roc_auc' && one.slice === null ? { ...one, ...overrides } : one,
    );
    const [finding] = judge(flightModel(), { ...evidence, comparisons }, anywhere).findings;
    expect(finding.status).toBe('inconclusive');
    expect(finding.sentence).toContain(reason);
  });

  it.each<[string, Evaluation['comparisons']]>([
    ['were measured', []],
    [
      'could be measured',
      evaluationOf().comparisons.map((one) => ({
        ...one,
        champion: { value: null, interval: null },
        candidate: { value: null, interval: null },
        difference: null,
        interval: null,
        standard_error: null,
      })),
    ],
  ])('S3 evidence of which no numbers %s is inconclusive', (_, comparisons) => {
    const verdict = judge(flightModel(), evaluationOf({ comparisons }), anywhere);
    expect(verdict.verdict).toBe('inconclusive');
  });

  it('S3 a metric that is measured twice, or only with other parameters, is inconclusive', () => {
    const one = comparisonOf('roc_auc', 0.6, 0.7, 0.001);
    expect(judge(only({ metric: 'roc_auc', at_least: 0 }), measured(one, one), anywhere).verdict).toBe('inconclusive');
    const at = (recall: number) => comparisonOf('precision_at_recall', 0.2, 0.3, 0.001, { params: { recall } });
    const model = only({ metric: 'precision_at_recall', recall: 0.8, max_loss: 0.01 });
    const status = (recall: number) =>
      find(judge(model, measured(one, at(recall)), anywhere).findings, 'precision_at').status;
    expect([status(0.8), status(0.9)]).toEqual(['pass', 'inconclusive']);
  });

  it('fills in the defaults of parameters on both sides', () => {
    const one = comparisonOf('expected_calibration_error', 0.03, 0.02, 0.001, { params: { bins: 15 } });
    const model = only({ metric: 'expected_calibration_error', at_most: 0.05 });
    expect(find(judge(model, measured(one), anywhere).findings, 'expected').status).toBe('pass');
    const other = { ...one, params: { bins: 10 } };
    expect(find(judge(model, measured(other), anywhere).findings, 'expected').status).toBe('inconclusive');
  });

  it('fails a narrowed contract unless the version is declared major', () => {
    const evidence = evaluationOf({ candidate: subjectReading(['date', 'destination', 'weather']) });
    expect(judge(flightModel(), evidence, anywhere).verdict).toBe('fail');
    expect(judge(flightModel(), { ...evidence, declared_major: true }, anywhere).verdict).toBe('pass');
    const silent = evaluationOf({ candidate: subjectOf({ contract: null }) });
    expect(judge(flightModel(), silent, anywhere).verdict).toBe('inconclusive');
  });

  it('is inconclusive where the data is doubtful', () => {
    const sentence = 'The benchmark holds 12 rows that the candidate was trained on.';
    const verdict = judge(
      flightModel(),
      evaluationOf({ data_findings: [{ check: 'overlap_by_id', sentence }] }),
      anywhere,
    );
    expect(verdict.verdict).toBe('inconclusive');
    expect(verdict.findings.at(-1)?.sentence).toBe(sentence);
  });

  it('passes a self-test whose differences are all exactly zero', () => {
    const evidence = evaluationOf({ self_test: true, champion: subjectOf(), candidate: subjectOf() });
    const comparisons = evidence.comparisons.map((one) => ({
      ...one,
      champion: one.candidate,
      difference: 0,
      interval: [0, 0] satisfies [number, number],
      standard_error: 0,
      minimum_detectable: 0,
      method: 'exact' as const,
    }));
    const verdict = judge(flightModel(), { ...evidence, comparisons }, anywhere);
    expect(verdict.findings.filter(({ status }) => status !== 'pass')).toEqual([]);
    expect(verdict.findings[0].word).toBe('equivalent');
  });

  it('says what would settle an inconclusive rule', () => {
    const evidence = measured(comparisonOf('roc_auc', 0.64, 0.641, 0.0021));
    const [finding] = judge(only({ metric: 'roc_auc', at_least: 0 }), evidence, anywhere).findings;
    // (t(0.975; 29) + t(0.8; 29)) = 2.0452 + 0.8542 (scipy.stats.t.ppf); 30 × (2.8994 × 0.0021 ÷ 0.003)² = 123.6
    expect(finding.settle).toMatchObject({ units: 'clusters', count: 124 });
    expect(finding.sentence).toBe(
      'roc_auc rose from 0.6400 to 0.6410 (+0.0010, 95 % interval −0.0033 to +0.0053); a loss of up to 0.002 is allowed, and a larger one is neither shown nor ruled out (about 124 clusters, 4.1 times as many, would settle it if it is as measured).',
    );
  });

  it('names a failure among many with Holm’s correction, which changes no status', () => {
    const rules = ['accuracy', 'recall', 'f1'].map((metric) => ({ metric, max_loss: 0.01 }));
    const model = flightModel({ guardrails: rules, slices: undefined });
    const evidence = measured(
      comparisonOf('roc_auc', 0.64, 0.7, 0.002),
      comparisonOf('accuracy', 0.8, 0.7, 0.002),
      comparisonOf('recall', 0.8, 0.779, 0.005),
      comparisonOf('f1', 0.8, 0.8, 0.002),
    );
    const { findings } = judge(model, evidence, anywhere);
    expect(findings.map(({ status }) => status)).toEqual(['pass', 'fail', 'fail', 'pass']);
    expect(find(findings, 'accuracy').sentence).toContain(
      'the failure stands after Holm’s correction for 4 relative rules',
    );
    // scipy.stats.t.cdf((-0.021 + 0.01) / 0.005, 29) = 0.01797; Holm's factor is 3 for the second of four.
    expect(find(findings, 'recall').holm_p_value).toBeCloseTo(3 * 0.01797, 4);
    expect(find(findings, 'recall').sentence).toContain(
      'among 4 relative rules chance could have named one that fails',
    );
  });

  it('points at the rule', () => {
    const where = {
      path: 'm.yaml',
      line: (entry: readonly (string | number)[]) => (entry.at(-1) === 'max_loss' ? 7 : null),
    };
    const { findings } = judge(flightModel(), evaluationOf(), where);
    expect(findings[0].where).toBe('m.yaml:7');
    expect(findings[2].where).toBe('m.yaml');
  });
});
