import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { linear, logistic } from '../fixtures/onnx/linear.ts';
import { softmax } from '../fixtures/onnx/softmax.ts';
import { CLASSES, makeRepository, type Row } from '../fixtures/repository.ts';
import { measure, of } from '../fixtures/run.ts';

/*
 * Whole evaluations, from files to evidence, against what scikit-learn and fairlearn say of the same rows
 * (golden/pipeline.py). ONNX Runtime computes in single precision, hence six digits.
 */
const DIGITS = 6;

const Values = z.record(z.string(), z.union([z.number(), z.array(z.array(z.number()))]));
const Roles = z.object({ candidate: Values, champion: Values });
const versions = <S extends z.ZodType>(version: S) =>
  z.object({
    label: z.array(z.union([z.number(), z.string()])),
    versions: z.object({ candidate: version, champion: version }),
    unweighted: Roles,
    weighted: Roles,
  });
const golden = z
  .object({
    columns: z.object({
      x1: z.array(z.number()),
      x2: z.array(z.number()),
      weight: z.array(z.number()),
      team: z.array(z.string()),
    }),
    binary_classification: versions(z.object({ weights: z.array(z.number()), threshold: z.number() })),
    multiclass_classification: versions(z.object({ weights: z.array(z.array(z.number())) })),
    regression: versions(z.object({ weights: z.array(z.number()), intercept: z.number() })),
  })
  .parse(JSON.parse(readFileSync(new URL('golden/pipeline.json', import.meta.url), 'utf8')));

/** The two artifacts of a task, as golden/pipeline.py has them. */
function artifactsOf(task: 'binary_classification' | 'multiclass_classification' | 'regression') {
  if (task === 'binary_classification') {
    const { candidate, champion } = golden[task].versions;
    const artifact = ({ weights, threshold }: typeof candidate) => ({
      onnx: logistic({ weights, intercept: 0 }),
      artifact: { threshold },
    });
    return { candidate: artifact(candidate), champion: artifact(champion) };
  }
  if (task === 'multiclass_classification') {
    const { candidate, champion } = golden[task].versions;
    return {
      candidate: { onnx: softmax(candidate.weights, [0, 0, 0]) },
      champion: { onnx: softmax(champion.weights, [0, 0, 0]) },
    };
  }
  const { candidate, champion } = golden[task].versions;
  return {
    candidate: { onnx: linear(candidate.weights, candidate.intercept) },
    champion: { onnx: linear(champion.weights, champion.intercept) },
  };
}

const LABELS = { binary_classification: 'bought', multiclass_classification: 'colour', regression: 'spent' };

describe('an evaluation says what scikit-learn says', () => {
  it.each([
    ['binary_classification', 'unweighted'],
    ['binary_classification', 'weighted'],
    ['multiclass_classification', 'unweighted'],
    ['multiclass_classification', 'weighted'],
    ['regression', 'unweighted'],
    ['regression', 'weighted'],
  ] as const)('of a %s, %s', async (task, weighting) => {
    const { columns } = golden;
    const rows: Row[] = golden[task].label.map((label, i) => ({
      row_id: i,
      seen_at: '2026-10-01 00:00:00',
      user_id: i,
      city: columns.team[i],
      age: 30,
      sex: columns.team[i],
      amount: columns.x1[i],
      visits: columns.x2[i],
      importance: columns.weight[i],
      refunded: 0,
      [LABELS[task]]: label,
    }));
    const repository = makeRepository({
      task,
      rows,
      ...artifactsOf(task),
      edit: ({ data, evaluate }) => {
        if (task === 'binary_classification') {
          data.schema = { ...data.schema, bought: { type: 'integer' } };
          evaluate.protected = ['sex'];
        }
        if (weighting === 'weighted') data.weight = 'importance';
      },
    });
    const result = await measure(repository);
    const expected = golden[task][weighting];
    const checked: string[] = [];
    for (const role of ['candidate', 'champion'] as const) {
      for (const [name, value] of Object.entries(expected[role])) {
        if (typeof value !== 'number') {
          const found = result.evidence.confusion?.[role] ?? [];
          found.flat().forEach((count, i) => expect(count, name).toBeCloseTo(value.flat()[i], DIGITS));
          expect(found).toHaveLength(value.length);
          continue;
        }
        const [fairness] = result.evidence.fairness;
        const fair = fairness?.measures.find(({ measure: own }) => own === name);
        const actual = fair === undefined ? of(result, name)[role]?.value : fair[role]?.value;
        expect(actual, `${name} of the ${role}`).toBeCloseTo(value, DIGITS - (task === 'regression' ? 1 : 0));
        checked.push(name);
      }
    }
    const measured = new Set(result.evidence.comparisons.map(({ metric }) => metric));
    expect([...measured].filter((metric) => !checked.includes(metric)).toSorted()).toEqual(
      // scikit-learn does not know these; they have golden values of their own beside the metrics.
      task === 'binary_classification' ? ['expected_calibration_error', 'positive_rate'] : [],
    );
    if (task === 'multiclass_classification') expect(result.evidence.confusion?.classes).toEqual(CLASSES);
    if (weighting === 'weighted') expect(of(result, task === 'regression' ? 'rmse' : 'accuracy').mcnemar).toBeNull();
  });
});
