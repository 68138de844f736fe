import { describe, expect, it } from 'vitest';
import type { Evaluation } from '#registry/evidence/evaluation.ts';
import { judge } from '#registry/judge.ts';
import type { Status } from '#registry/verdict.ts';
import { evaluationOf } from '../../fixtures/evaluation.ts';
import { anywhere, flightModel } from '../../fixtures/model.ts';

/** The findings of one guardrail. */
function findings(rule: object, change: (evidence: Evaluation) => void = () => undefined, evaluate: object = {}) {
  const evidence = evaluationOf();
  change(evidence);
  const model = flightModel({ guardrails: [rule], slices: undefined, ...evaluate });
  return judge(model, evidence, anywhere).findings.filter(({ kind }) => kind === 'guardrail');
}

const p99 = { latency: 'p99_ms' };

describe('budgets', () => {
  // The fixture: p99 is 0.06344 ms for one row and 4.4408 ms for a batch; the ratio is 1.06 (1.00 to 1.13).
  it.each<[object, Status[]]>([
    [{ ...p99, at_most: 5 }, ['pass']],
    [{ ...p99, at_most: 0.06 }, ['fail']],
    [{ ...p99, of: 'batch', at_most: 4.5 }, ['pass']],
    [{ ...p99, of: 'batch', at_most: 4.4 }, ['fail']],
    [{ ...p99, max_ratio: 1.14 }, ['pass']],
    [{ ...p99, max_ratio: 1.1 }, ['inconclusive']],
    [{ ...p99, max_ratio: 1.03 }, ['inconclusive']],
    [{ ...p99, max_ratio: 0.99 }, ['fail']],
    [{ ...p99, at_most: 5, max_ratio: 0.99 }, ['pass', 'fail']],
    [p99, ['inconclusive']],
    [{ size: 'megabytes', at_most: 0.437112 }, ['pass']],
    [{ size: 'megabytes', at_most: 0.437111 }, ['fail']],
    [{ memory: 'megabytes', at_most: 168 }, ['pass']],
    [{ memory: 'megabytes', at_most: 167.9 }, ['fail']],
  ])('%j comes to %j', (rule, statuses) => {
    expect(findings(rule).map(({ status }) => status)).toEqual(statuses);
  });

  it.each<[string, object, (evidence: Evaluation) => void, string]>([
    ['no latency', { ...p99, at_most: 5 }, (e) => void (e.timing.latency = null), 'does not measure it'],
    [
      'too few calls',
      { ...p99, at_most: 5 },
      (e) => void (e.timing.latency!.single.calls = 99),
      '99 calls do not make a p99 (100 are needed)',
    ],
    [
      'too few calls for a ratio',
      { ...p99, max_ratio: 5 },
      (e) => void (e.timing.latency!.single.calls = 99),
      '100 are needed',
    ],
    [
      'NaN',
      { ...p99, at_most: 5 },
      (e) => void (e.timing.latency!.single.candidate.p99 = Number.NaN),
      'does not measure it',
    ],
    ['no champion', { ...p99, max_ratio: 5 }, (e) => void (e.champion = null), 'no champion yet'],
    [
      'no ratio',
      { ...p99, max_ratio: 5 },
      (e) => void (e.timing.latency!.single.ratio = null),
      'the ratio or its interval is missing',
    ],
    ['one pair', { ...p99, max_ratio: 5 }, (e) => void (e.timing.latency!.single.pairs = 1), 'at least 2 pairs'],
    [
      'no memory',
      { memory: 'megabytes', at_most: 500 },
      (e) => void (e.timing.peak_memory_bytes.candidate = null),
      'does not measure it',
    ],
    [
      'a negative size',
      { size: 'megabytes', at_most: 50 },
      (e) => void (e.candidate.artifact_bytes = -1),
      'does not measure it',
    ],
  ])('S3 %s is inconclusive', (_, rule, change, reason) => {
    const [finding] = findings(rule, change);
    expect(finding.status).toBe('inconclusive');
    expect(finding.sentence).toContain(reason);
  });
});

describe('fairness', () => {
  const parity = { fairness: 'demographic_parity_ratio', column: 'origin' };
  const measured = (value: number | null, interval: [number, number] | null) => (evidence: Evaluation) => {
    const candidate = { value, interval };
    evidence.fairness = [
      {
        column: 'origin',
        groups: [],
        measures: [{ measure: 'demographic_parity_ratio', champion: null, candidate, method: 'bootstrap' }],
      },
    ];
  };
  const status = (rule: object, change: (evidence: Evaluation) => void) =>
    findings(rule, change, { protected: ['origin'] })[0].status;

  it('holds the four-fifths rule by the interval', () => {
    const rule = { ...parity, at_least: 0.8 };
    expect(status(rule, measured(0.9, [0.85, 0.95]))).toBe('pass');
    expect(status(rule, measured(0.82, [0.78, 0.86]))).toBe('inconclusive');
    expect(status(rule, measured(0.7, [0.65, 0.75]))).toBe('fail');
    expect(status({ ...parity, at_most: 0.8 }, measured(0.7, [0.65, 0.75]))).toBe('pass');
  });

  it('S3 is inconclusive where it is not measured', () => {
    const rule = { ...parity, at_least: 0.8 };
    expect(status(rule, () => undefined)).toBe('inconclusive');
    expect(status(rule, measured(null, [0.85, 0.95]))).toBe('inconclusive');
    expect(status(rule, measured(0.9, null))).toBe('inconclusive');
    expect(status(rule, measured(0.9, [0.9, 0.9]))).toBe('inconclusive');
    expect(status(parity, measured(0.9, [0.85, 0.95]))).toBe('inconclusive');
  });
});
