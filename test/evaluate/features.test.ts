import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { duckdb, makeRepository, makeRows, onnxOf, type Repository } from '../fixtures/repository.ts';
import { type Measured, measure, of, run } from '../fixtures/run.ts';

const rows = makeRows('binary_classification', 400);
/** The champion's own numbers of every metric. */
const championOf = ({ evidence }: Measured) =>
  evidence.comparisons.map(({ metric, params, slice, champion }) => ({ metric, params, slice, champion }));

describe('features', () => {
  let plain: Measured;
  let plainRepository: Repository;
  beforeAll(async () => {
    plainRepository = makeRepository({ rows });
    plain = await measure(plainRepository);
  });

  it('of the candidate leave the champion’s numbers alone, also with state tables and in another order of rows', async () => {
    const repository = makeRepository({
      rows,
      candidate: {
        onnx: onnxOf('binary_classification', [1.4, -1, 0.2]),
        features: `SELECT source.row_id, source.amount, source.visits, coalesce(rates.rate, 0) AS rate
          FROM source LEFT JOIN state.city_rates AS rates USING (city) ORDER BY md5(source.row_id::VARCHAR)`,
      },
    });
    repository.write('candidate/state/.keep', '');
    const state = repository.path('candidate/state/city_rates.parquet');
    await duckdb(repository.root, `COPY (SELECT 'Oslo' AS city, 0.25 AS rate) TO '${state}' (FORMAT parquet)`);
    await import('node:fs').then(({ rmSync }) => rmSync(repository.path('candidate/state/.keep')));
    const result = await measure(repository);
    expect(championOf(result)).toEqual(championOf(plain));
    expect(result.evidence.champion).toEqual(plain.evidence.champion);
    expect(result.evidence.candidate.features).toEqual(['amount', 'visits', 'rate']);
    expect(result.evidence.candidate.features_digest).not.toBe(plain.evidence.candidate.features_digest);
    expect(of(result, 'log_loss').candidate.value).not.toBe(of(plain, 'log_loss').candidate.value);

    // What the candidate gives is what its features and weights give by hand.
    const score = (row: (typeof rows)[number]) =>
      1 / (1 + Math.exp(-(1.4 * Number(row['amount']) - Number(row['visits']) + (row['city'] === 'Oslo' ? 0.05 : 0))));
    const loss = rows.map((row) => -Math.log(row['bought'] === true ? score(row) : 1 - score(row)));
    expect(of(result, 'log_loss').candidate.value).toBeCloseTo(loss.reduce((a, b) => a + b) / rows.length, 6);
    const right = rows.filter((row) => score(row) >= 0.5 === row['bought']).length;
    expect(of(result, 'accuracy').candidate.value).toBe(right / rows.length);
  });

  it('do not see the label, and not what is known later', async () => {
    for (const [column, why] of [
      ['bought', 'bought'],
      ['refunded', 'refunded'],
    ]) {
      const repository = makeRepository({
        rows,
        candidate: { features: `SELECT row_id, amount, ${column} AS visits FROM source` },
      });
      const { status, errors, wrote } = await run(repository);
      expect([status, wrote]).toEqual([3, []]);
      expect(errors).toContain(join(repository.root, 'candidate/features.sql'));
      expect(errors).toContain(why);
    }
  });

  it('of the files in the repository are not written to', () => {
    expect(readFileSync(plainRepository.path('candidate/features.sql'), 'utf8')).toBe(
      'SELECT row_id, amount, visits\nFROM source\n',
    );
  });
});
