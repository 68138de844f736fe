import { describe, expect, it } from 'vitest';
import { changesOf } from '#registry/contract.ts';
import { logistic } from '../fixtures/onnx/linear.ts';
import { CLASSES, makeRepository, makeRows, WEIGHTS } from '../fixtures/repository.ts';
import { measure, of } from '../fixtures/run.ts';

const { better } = WEIGHTS.binary_classification;

describe('the contract', () => {
  const features = 'SELECT row_id, amount, visits + 0 * age AS visits FROM source';

  it('narrowed by a candidate that reads a further raw column fails, unless it is declared a new major version', async () => {
    const repository = makeRepository({ candidate: { features } });
    const minor = await measure(repository);
    expect([minor.status, minor.verdict.verdict]).toEqual([1, 'fail']);
    expect(changesOf(minor.evidence)).toContainEqual({
      kind: 'narrowed',
      sentence: 'The candidate needs the raw column “age” (integer), which the champion does not read.',
    });
    expect(minor.verdict.findings.filter(({ status }) => status === 'fail').map(({ kind }) => kind)).toEqual([
      'contract',
    ]);
    const major = await measure(repository, { more: ['--major'] });
    expect([major.status, major.evidence.declared_major]).toEqual([0, true]);
  });

  it('may be widened', async () => {
    const { status, evidence } = await measure(makeRepository({ champion: { features } }));
    expect(status).toBe(0);
    expect(changesOf(evidence)).toEqual([{ kind: 'widened', sentence: 'The raw column “age” is no longer needed.' }]);
  });
});

describe('classes in another order', () => {
  it('of many are aligned by their names, and narrow the contract', async () => {
    const rows = makeRows('multiclass_classification', 400);
    const weights = WEIGHTS.multiclass_classification;
    const plain = await measure(makeRepository({ task: 'multiclass_classification', rows }));
    const turned = await measure(
      makeRepository({
        task: 'multiclass_classification',
        rows,
        champion: { weights: weights.worse.toReversed(), artifact: { classes: CLASSES.toReversed() } },
      }),
    );
    expect(changesOf(turned.evidence)).toEqual([
      {
        kind: 'narrowed',
        sentence: 'The classes, in order, are “blue”, “green”, “red”; they were “red”, “green”, “blue”.',
      },
    ]);
    expect(turned.status).toBe(1);
    expect(turned.evidence.comparisons.length).toBeGreaterThan(10);
    for (const one of turned.evidence.comparisons) {
      const other = of(plain, one.metric);
      expect([one.metric, one.candidate.value]).toEqual([other.metric, other.candidate.value]);
      // The softmax adds its terms up in another order.
      expect(one.champion?.value).toBeCloseTo(Number(other.champion?.value), 6);
    }
    expect(turned.evidence.confusion).toEqual(plain.evidence.confusion);
  });

  const positiveFirst = (weights: readonly number[]) =>
    logistic({ weights: weights.map((w) => -w), intercept: 0, classes: ['again', 'never'] });

  it.each(['candidate', 'champion'] as const)('of two in the %s: the label says which is positive', async (role) => {
    const rows = makeRows('binary_classification', 400).map((row) => ({
      ...row,
      bought: row.bought === true ? 'again' : 'never',
    }));
    const edit: Parameters<typeof makeRepository>[0] = {
      rows,
      edit: ({ data }) => {
        data.schema = { ...data.schema, bought: { type: 'string' } };
        data.positive = 'again';
      },
    };
    const positiveLast = { onnx: logistic({ weights: [...better], intercept: 0, classes: ['never', 'again'] }) };
    const champion = logistic({ weights: [0.3, 0.4], intercept: 0, classes: ['never', 'again'] });
    const plain = await measure(makeRepository({ ...edit, candidate: positiveLast, champion: { onnx: champion } }));
    const turned = await measure(
      makeRepository({
        ...edit,
        candidate: role === 'candidate' ? { onnx: positiveFirst(better) } : positiveLast,
        champion: { onnx: role === 'champion' ? positiveFirst([0.3, 0.4]) : champion },
      }),
    );
    expect(of(plain, 'roc_auc').candidate.value).toBeGreaterThan(0.75);
    for (const one of turned.evidence.comparisons) {
      expect(one.candidate.value, one.metric).toBeCloseTo(Number(of(plain, one.metric).candidate.value), 5);
      expect(one.champion?.value, one.metric).toBeCloseTo(Number(of(plain, one.metric).champion?.value), 5);
    }
    expect(turned.evidence.confusion).toEqual(plain.evidence.confusion);
    expect(changesOf(turned.evidence).map(({ kind }) => kind)).toContain('narrowed');
    expect(turned.status).toBe(1);
  });
});
