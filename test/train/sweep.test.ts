import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Training } from '#registry/evidence/training.ts';
import { gridOf } from '../../actions/train/grid.ts';
import {
  makeTrainable,
  runsOf,
  type TrainableOptions,
  train,
  trainingOf,
  trainingRows,
  trainingWorld,
} from '../fixtures/trainable.ts';

/** Takes the model that its params name; fails where they say so. */
const PROGRAM = `
import { copyFileSync, readFileSync } from 'node:fs';
const { model, fail = false, depth = 1 } = JSON.parse(readFileSync(process.env.TILTYARD_PARAMS, 'utf8'));
if (fail) process.exit(7);
if (!Number.isInteger(depth)) process.exit(8);
copyFileSync('model-' + model + '.onnx', process.env.TILTYARD_OUT + '/model.onnx');
`;

const searchable = (params: Training['lineage']['params'], more: TrainableOptions = {}) =>
  makeTrainable({ program: PROGRAM, ...more, train: { params, ...more.train } });

describe('tiltyard train --sweep', () => {
  it('tries the grid, trains with the best values, and says what it tried', async () => {
    const repository = searchable(
      { model: { values: [2, 0, 1] }, depth: { values: [1, 2] }, names: ['a', 'b'] },
      { rows: trainingRows('binary_classification', 4000) },
    );
    const { status, errors, printed, runs } = await train(repository, ['--sweep']);
    expect([status, errors]).toEqual([0, '']);
    const { sweep, lineage, validation } = trainingOf(repository);
    // The models are of decreasing quality, and depth does nothing: the first of equals is taken.
    expect(lineage.params).toEqual({ model: 0, depth: 1, names: ['a', 'b'] });
    expect(sweep).toMatchObject({ metric: 'roc_auc', of: 6, tried: 6, failed: 0 });
    expect(sweep?.results.map(({ params }) => params)).toEqual(
      [2, 0, 1].flatMap((model) => [1, 2].map((depth) => ({ model, depth }))),
    );
    const values = sweep?.results.map(({ value }) => Number(value)) ?? [];
    expect(Math.max(...values)).toBe(validation?.metrics['roc_auc']);
    expect([values[2], values[3]]).toEqual([values[3], values[2]]);
    expect(values[2]).toBeGreaterThan(values[4]);
    expect(values[4]).toBeGreaterThan(values[0]);
    expect(runs.map(({ purpose }) => purpose).sort()).toEqual([
      'sweep',
      'sweep',
      'sweep',
      'sweep',
      'sweep',
      'sweep',
      'train',
    ]);
    const [best] = runs.filter(({ purpose }) => purpose === 'train');
    expect(new Set(runs.filter(({ purpose }) => purpose === 'sweep').map(({ of }) => of))).toEqual(new Set([best.run]));
    expect(printed).toContain(
      'Of all 6 combinations that were tried, model 0, depth 1 has the best roc_auc on the held-out rows.',
    );

    // The values that were found, written into model.yaml, are the same inputs.
    const path = repository.path('models/shop/model.yaml');
    const document = readFileSync(path, 'utf8');
    repository.write(
      'models/shop/model.yaml',
      document.replace(/params:[^]*?names:/, 'params:\n    model: 0\n    depth: 1\n    names:'),
    );
    const plain = await train(repository);
    expect([plain.status, plain.errors]).toEqual([0, '']);
    expect(plain.printed).toContain(`shop was not trained: the run ${best.run}`);
  });

  it('goes on where a try fails, lists it, and goes by the lower value where less is better', async () => {
    const repository = searchable(
      { model: { values: [2, 0] }, fail: { values: [true, false] } },
      { task: 'regression' },
    );
    const { status, printed, runs } = await train(repository, ['--sweep', '--parallel', '1', '--seeds', '2']);
    expect(status).toBe(0);
    const { sweep, lineage, seed_spread } = trainingOf(repository);
    expect(lineage.params).toEqual({ model: 0, fail: false });
    expect(sweep).toMatchObject({ metric: 'rmse', tried: 4, failed: 2 });
    expect(sweep?.results.map(({ value }) => value === null)).toEqual([true, false, true, false]);
    expect(Number(sweep?.results[3].value)).toBeLessThan(Number(sweep?.results[1].value));
    expect(seed_spread?.values).toHaveLength(2);
    expect(printed).toContain('✗ model 2, fail true: ');
    expect(printed).toContain(
      'Of all 4 combinations that were tried (2 failed), model 0, fail false has the best rmse',
    );
    expect(runs.filter(({ state, purpose }) => state === 'failed' && purpose === 'sweep')).toHaveLength(2);
  });

  it('tries a seeded choice of many', async () => {
    const many = { model: { values: [0, 1, 2] }, depth: { values: Array.from({ length: 1000 }, (_, i) => i) } };
    const repository = searchable(many);
    const { status, printed } = await train(repository, ['--sweep', '--tries', '3']);
    expect(status).toBe(0);
    const { sweep } = trainingOf(repository);
    expect(sweep).toMatchObject({ of: 3000, tried: 3 });
    expect(sweep?.results.map(({ params }) => params)).toEqual(gridOf(many, 3, 3).tries);
    expect(printed).toContain('Of 3 of 3,000 combinations that were tried, ');
  });

  const listed = { model: { values: [0, 1] } };
  const refused: [string, Training['lineage']['params'], string[], TrainableOptions, string][] = [
    ['listed values without a search', listed, [], {}, 'train.params lists several values of model'],
    ['a search without listed values', { model: 0 }, ['--sweep'], {}, 'lists no values'],
    [
      'a search without rows to compare on',
      listed,
      ['--sweep'],
      { train: { validation: { share: 0 } } },
      'train.validation.share is 0',
    ],
    ['tries without a search', { model: 0 }, ['--tries', '3'], {}, 'no search was asked for'],
    ['tries of which all fail', { ...listed, fail: true }, ['--sweep'], {}, 'all 2 tries failed; the first: '],
    ['an empty list', { model: { values: [] } }, ['--sweep'], {}, 'no value is listed for “model”'],
    [
      'a value that is listed twice',
      {
        model: {
          values: [
            { a: 1, b: 2 },
            { b: 2, a: 1 },
          ],
        },
      },
      ['--sweep'],
      {},
      'listed twice',
    ],
  ];
  it.each(refused)('refuses %s', async (_, params, more, options, message) => {
    const { status, errors, runs } = await train(searchable(params, options), more);
    expect([status, errors]).toEqual([3, expect.stringContaining(message)]);
    expect(runs.filter(({ purpose }) => purpose === 'train')).toEqual([]);
  });

  it('leaves nothing half-done when it is interrupted', async () => {
    const slow = `${PROGRAM}\nawait new Promise((done) => setTimeout(done, 60_000));`;
    const repository = searchable({ model: { values: [0, 1, 2] } }, { program: slow });
    const world = trainingWorld(repository);
    const running = train(repository, ['--sweep', '--parallel', '2'], {}, world);
    while (runsOf(repository).length < 2) await new Promise((done) => setTimeout(done, 50));
    world.interrupt.abort();
    const { status, runs } = await running;
    expect(status).toBe(130);
    expect(runs.map(({ state }) => state)).toEqual(['interrupted', 'interrupted']);
  });
});

describe('gridOf', () => {
  const params = {
    a: { values: [1, 2, 3] },
    fixed: { values: 5 },
    b: { values: ['x', [1], null] },
    c: { values: [1], other: 2 },
  };

  it('is every combination, the last param running fastest; what is no list stays', () => {
    const { tries, of } = gridOf(params, null, 1);
    expect(of).toBe(9);
    expect(tries.map(({ a, b }) => [a, b])).toEqual([1, 2, 3].flatMap((a) => ['x', [1], null].map((b) => [a, b])));
    expect(
      tries.every(({ fixed, c }) => JSON.stringify([fixed, c]) === '[{"values":5},{"values":[1],"other":2}]'),
    ).toBe(true);
    expect(gridOf(params, 9, 1).tries).toEqual(tries);
  });

  it('chooses without repetition, each as likely, the same by the same seed', () => {
    const seen = new Map<string, number>();
    for (let seed = 0; seed < 900; seed++) {
      const { tries } = gridOf(params, 4, seed);
      expect(new Set(tries.map((one) => JSON.stringify(one))).size).toBe(4);
      expect(gridOf(params, 4, seed).tries).toEqual(tries);
      for (const one of tries) seen.set(JSON.stringify(one), (seen.get(JSON.stringify(one)) ?? 0) + 1);
    }
    // 400 each are expected, with a standard deviation of 14.9: binomial, 900 draws at 4/9.
    expect([...seen.values()].every((times) => Math.abs(times - 400) < 75)).toBe(true);
    expect(seen.size).toBe(9);
  });

  it('of too many is refused; of a choice among them it is not', () => {
    const many = Object.fromEntries(
      Array.from({ length: 9 }, (_, i) => [`p${i}`, { values: Array.from({ length: 50 }, (__, j) => j) }]),
    );
    expect(() => gridOf(many, null, 1)).toThrow('1,953,125,000,000,000 combinations, more than 10,000');
    expect(gridOf(many, 5, 1).tries).toHaveLength(5);
  });
});
