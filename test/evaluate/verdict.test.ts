import { describe, expect, it } from 'vitest';
import { csv, type ModelDocument, makeRepository, makeRows, WEIGHTS } from '../fixtures/repository.ts';
import { type Measured, measure, of, run, untimed } from '../fixtures/run.ts';

const { better, worse } = WEIGHTS.binary_classification;

/** What every finished run must have left and written. */
function expectTidy({ world, wrote, evidence, verdict, summary, said, status }: Measured): void {
  expect(status).toBe({ pass: 0, fail: 1, inconclusive: 2 }[verdict.verdict]);
  expect(world.left()).toEqual([]);
  expect(wrote.filter((file) => file !== 'out/flips.json')).toEqual(['out/evaluation.json', 'out/evaluation.md']);
  expect(summary.split('\n')[0]).toContain(verdict.sentence.slice(0, 20));
  expect(said).toContain(summary.split('\n')[0]);
  expect(evidence.model).toBe('shop');
}

describe('evaluate', () => {
  it('passes a better candidate with status 0, and judging its evidence again gives the same', async () => {
    const repository = makeRepository();
    const result = await measure(repository);
    expect(result.status).toBe(0);
    expect(result.verdict.verdict).toBe('pass');
    expect(of(result, 'roc_auc').difference).toBeGreaterThan(0.1);
    expect(result.evidence.benchmark).toMatchObject({
      rows: 600,
      clusters: null,
      start: '2026-10-01T00:00:00.000Z',
      end: '2026-10-01T09:59:00.000Z',
      candidates_judged: 1,
    });
    expect(result.evidence.candidate.contract?.columns).toEqual([
      { name: 'row_id', type: 'bigint' },
      { name: 'amount', type: 'double' },
      { name: 'visits', type: 'double' },
    ]);
    expectTidy(result);
  });

  it('fails a worse candidate with status 1, and tells by how much', async () => {
    const repository = makeRepository({ candidate: { weights: worse }, champion: { weights: better } });
    const result = await measure(repository);
    expect(result.status).toBe(1);
    expect(result.summary.split('\n')[0]).toContain('shop fails: 1 of 2 rules is broken (roc_auc)');
    expectTidy(result);
    const tolerant = await measure(repository, { more: ['--fail-on', 'never'] });
    expect([tolerant.status, tolerant.verdict.verdict]).toEqual([0, 'fail']);
  });

  it('is inconclusive with status 2 where too few rows cannot tell, and says how many could', async () => {
    const champion = { weights: [1.2, -1] };
    const repository = makeRepository({
      count: 300,
      champion,
      edit: ({ evaluate }) => (evaluate.primary = { metric: 'roc_auc', max_loss: 0 }),
    });
    const result = await measure(repository);
    expect([result.status, result.verdict.verdict]).toEqual([2, 'inconclusive']);
    expect(result.verdict.findings[0]).toMatchObject({ name: 'roc_auc', status: 'inconclusive' });
    expect(result.verdict.findings[0].settle?.count).toBeGreaterThan(300);
    expectTidy(result);
  });

  it('S4 judges a first version by its absolute rules alone, and leaves it to a person', async () => {
    const repository = makeRepository({
      champion: null,
      edit: ({ evaluate }) => {
        evaluate.guardrails = [
          { metric: 'log_loss', at_most: 0.68 },
          { metric: 'accuracy', max_loss: 0.01 },
        ];
      },
    });
    const result = await measure(repository);
    expect([result.status, result.verdict.verdict]).toEqual([2, 'inconclusive']);
    expect(result.verdict.findings.map(({ name, status }) => [name, status])).toEqual([
      ['roc_auc', 'inconclusive'],
      ['log_loss', 'pass'],
      ['accuracy', 'inconclusive'],
    ]);
    expect(result.evidence.champion).toBeNull();
    expect(of(result, 'roc_auc')).toMatchObject({ champion: null, difference: null, interval: null });
    expect(of(result, 'roc_auc').candidate.interval).toHaveLength(2);
    expect([result.evidence.flips, result.flips]).toEqual([null, null]);
    expectTidy(result);
  });

  it('leaves no flips of an earlier run beside evidence that has none', async () => {
    const repository = makeRepository({ count: 100 });
    expect((await measure(repository)).flips).not.toBeNull();
    expect((await measure(repository, { champion: null })).flips).toBeNull();
  });

  it('depends on the labels: turning them round turns the difference round', async () => {
    const rows = makeRows('binary_classification', 400);
    const before = await measure(makeRepository({ rows }));
    const after = await measure(
      makeRepository({ rows: rows.map((row) => ({ ...row, bought: row.bought === false })) }),
    );
    const [one, other] = [of(before, 'roc_auc'), of(after, 'roc_auc')];
    expect(other.candidate.value).toBeCloseTo(1 - Number(one.candidate.value), 12);
    expect(other.difference).toBeCloseTo(-Number(one.difference), 12);
    expect(after.status).toBe(1);
    expect(after.evidence.benchmark.digest).not.toBe(before.evidence.benchmark.digest);
  });
});

describe('repetition', () => {
  const edit = (seed: number) => (document: ModelDocument) => {
    document.evaluate.seed = seed;
    document.evaluate.slices = { columns: ['city', { column: 'age', quantiles: 3 }], min_rows: 50 };
    document.evaluate.protected = ['sex'];
    document.data.cluster = 'user_id';
  };

  it('with one seed gives the same bytes but for the timing; another seed moves only what the bootstrap made', async () => {
    const rows = makeRows('binary_classification', 500);
    const repository = makeRepository({ rows, edit: edit(1) });
    const first = await measure(repository);
    const again = await measure(repository);
    expect(untimed(again.text)).toBe(untimed(first.text));
    expect(again.flips).toEqual(first.flips);

    const { evidence: other } = await measure(makeRepository({ rows, edit: edit(2) }));
    const strip = (seed: number, { comparisons, ...rest }: typeof other) => ({
      ...rest,
      seed,
      policy_digest: '',
      timing: null,
      comparisons: comparisons.filter(({ method }) => !method.startsWith('bootstrap')),
    });
    expect(strip(0, other)).toEqual(strip(0, first.evidence));
    const drawn = (evidence: typeof other) =>
      evidence.comparisons.filter(({ method }) => method.startsWith('bootstrap'));
    expect(drawn(other).length).toBeGreaterThan(0);
    for (const [i, comparison] of drawn(other).entries()) {
      const { interval, ...before } = drawn(first.evidence)[i];
      expect(comparison).toMatchObject({ metric: before.metric, difference: before.difference });
      expect(comparison.interval).not.toEqual(interval);
    }
  });
});

describe('a self-test', () => {
  it.each(['binary_classification', 'multiclass_classification', 'regression'] as const)(
    'of a %s finds no difference anywhere: exactly 0 with the interval [0, 0]',
    async (task) => {
      const repository = makeRepository({
        task,
        count: 500,
        edit: ({ evaluate, data }) => {
          evaluate.slices = { columns: ['city', 'sex'], pairs: true, min_rows: 20, min_per_class: 1, max_loss: 0.01 };
          if (task === 'binary_classification') evaluate.protected = ['sex'];
          data.cluster = 'user_id';
        },
      });
      const result = await measure(repository, { champion: 'candidate', more: ['--self-test'] });
      const { evidence } = result;
      expect([evidence.self_test, result.status]).toEqual([true, 0]);
      expect(evidence.slices.some(({ skipped }) => skipped === null)).toBe(true);
      for (const one of evidence.comparisons) {
        expect([one.metric, one.difference, one.interval]).toEqual([one.metric, 0, [0, 0]]);
        expect(one.candidate).toEqual(one.champion);
        expect(Number.isFinite(one.candidate.value)).toBe(true);
      }
      if (task === 'regression') expect(evidence.flips).toBeNull();
      else expect(evidence.flips).toMatchObject({ fixed: 0, broken: 0 });
    },
  );

  it('is asked for, not stumbled into: refused without --self-test, and --self-test refused for two versions', async () => {
    const repository = makeRepository({ count: 50 });
    const same = await run(repository, { champion: 'candidate' });
    expect(same.status).toBe(3);
    expect(same.errors).toContain('the candidate is the champion itself');
    expect(same.errors).toContain('--self-test');
    const different = await run(repository, { more: ['--self-test'] });
    expect(different.status).toBe(3);
    expect(different.errors).toContain('candidate and champion differ');
    expect([...same.wrote, ...different.wrote]).toEqual([]);
  });
});

describe('the benchmark', () => {
  it('may lie elsewhere than model.yaml says', async () => {
    const repository = makeRepository();
    repository.write('elsewhere/rows.csv', csv(repository.rows.slice(0, 300)));
    const { evidence } = await measure(repository, { more: ['--benchmark', 'elsewhere/rows.csv'] });
    expect(evidence.benchmark.rows).toBe(300);
  });
});
