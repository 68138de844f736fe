import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { bin, cutPoints, NAN_BIN } from '../../examples/flights/models/flight-delay/bins.ts';
import { type BoostingParams, boost, probability } from '../../examples/flights/models/flight-delay/boosting.ts';
import { toOnnx } from '../../examples/flights/models/flight-delay/onnx-trees.ts';
import { randomNumbers } from '../../examples/flights/models/flight-delay/random.ts';

const params: BoostingParams = {
  trees: 30,
  learning_rate: 0.2,
  leaves: 15,
  l2: 1,
  min_hessian: 1,
  patience: 0,
};

/** Rows of three features, the last one with missing values, and a label that all three move. */
function synthetic(rows: number, seed: number) {
  const random = randomNumbers(seed);
  const columns = [0, 1, 2].map(() => new Float32Array(rows));
  const label = new Uint8Array(rows);
  for (let row = 0; row < rows; row++) {
    columns[0][row] = random() * 10;
    columns[1][row] = Math.floor(random() * 5);
    columns[2][row] = random() < 0.3 ? Number.NaN : random();
    const missing = Number.isNaN(columns[2][row]);
    const odds = Math.sin(columns[0][row]) + (columns[1][row] === 2 ? 1.5 : 0) + (missing ? 1 : -columns[2][row]);
    label[row] = random() < 1 / (1 + Math.exp(-odds)) ? 1 : 0;
  }
  return { columns, label };
}

/** The log loss of always giving the share of ones, which is what a model without features can do. */
function entropy(label: Uint8Array): number {
  const share = label.reduce((sum, y) => sum + y, 0) / label.length;
  return -share * Math.log(share) - (1 - share) * Math.log(1 - share);
}

async function onnxProbabilities(
  model: Uint8Array,
  columns: Float32Array[],
): Promise<{ label: number[]; p: number[] }> {
  const session = await InferenceSession.create(model, { intraOpNumThreads: 1 });
  const rows = columns[0].length;
  const input = Float32Array.from(
    { length: rows * columns.length },
    (_, i) => columns[i % columns.length][Math.floor(i / columns.length)],
  );
  const { label, probabilities } = await session.run({
    features: new Tensor('float32', input, [rows, columns.length]),
  });
  expect(probabilities.dims).toEqual([rows, 2]);
  const both = Array.from(probabilities.data, Number);
  return { label: Array.from(label.data, Number), p: both.filter((_, i) => i % 2 === 1) };
}

describe('bins', () => {
  it('put a value below a cut exactly where the cut says', () => {
    const random = randomNumbers(1);
    const columns = [
      Float32Array.from({ length: 5000 }, () => random() * 1e6 - 5e5),
      Float32Array.from({ length: 5000 }, (_, i) => (i % 7 === 0 ? Number.NaN : Math.floor(random() * 3))),
      // Neighbouring 32-bit numbers, between which there is no middle.
      Float32Array.from({ length: 5000 }, (_, i) => (i % 2 === 0 ? 1 : 1 + 2 ** -23)),
    ];
    const { bins, cuts } = bin(columns);
    columns.forEach((values, f) => {
      values.forEach((value, row) => {
        const b = bins[row * columns.length + f];
        const fits = Number.isNaN(value)
          ? b === NAN_BIN
          : (b === 0 || value > cuts[f][b - 1]) && (b === cuts[f].length || value <= cuts[f][b]);
        if (!fits) throw new Error(`value ${value} of feature ${f} is in bin ${b}`);
      });
    });
    expect(cuts.map((of) => of.length)).toEqual([254, 2, 1]);
  });

  it('are none for a feature without values or with one', () => {
    expect(cutPoints(new Float32Array(10).fill(Number.NaN))).toHaveLength(0);
    expect(cutPoints(new Float32Array(10).fill(3))).toHaveLength(0);
  });
});

describe('boosting', () => {
  it('gives in ONNX Runtime what it gives itself, missing values included', async () => {
    const { columns, label } = synthetic(4000, 7);
    const model = boost(columns, label, 3500, params);
    const { p, label: predicted } = await onnxProbabilities(toOnnx(model, 3), columns);
    const own = p.map((_, row) => probability(model, columns, row));
    const worst = Math.max(...p.map((value, row) => Math.abs(value - own[row])));
    expect(worst).toBeLessThan(1e-5);
    expect(model.trees).toHaveLength(30);
    expect(predicted).toEqual(p.map((value) => (value > 0.5 ? 1 : 0)));
  });

  it('learns what there is to learn, also from missing values alone, and nothing from noise', () => {
    const loss = (columns: Float32Array[], label: Uint8Array, patience = 0) => {
      const losses: number[] = [];
      boost(columns, label, 8000, { ...params, patience }, (_, value) => losses.push(value));
      return losses;
    };
    const { columns, label } = synthetic(10_000, 5);
    const learned = loss(columns, label);
    expect(learned.at(-1)).toBeLessThan(entropy(label) - 0.08);

    const onlyMissing = columns[2].map((value) => (Number.isNaN(value) ? value : 1));
    const fromMissing = loss([onlyMissing], label);
    expect(fromMissing.at(-1)).toBeLessThan(entropy(label) - 0.01);

    const random = randomNumbers(9);
    const noise = label.map(() => (random() < 0.5 ? 1 : 0));
    expect(Math.min(...loss(columns, noise))).toBeGreaterThan(Math.LN2 - 0.005);
    // Early stopping: the few trees that noise seems to allow, and no more.
    expect(boost(columns, noise, 8000, { ...params, patience: 3 }).trees.length).toBeLessThan(10);
  });

  it.each([0, 5])('predicts the base rate where no feature can be split, with %i trees', async (trees) => {
    const columns = [new Float32Array(100).fill(1)];
    // Mostly ones: then every weight is positive, which must not be taken for probabilities.
    const label = Uint8Array.from({ length: 100 }, (_, i) => (i % 4 === 0 ? 0 : 1));
    const model = boost(columns, label, 80, { ...params, trees });
    const { p } = await onnxProbabilities(toOnnx(model, 1), columns);
    p.forEach((value) => expect(value).toBeCloseTo(0.75, 6));
  });

  it('gives the same bytes on each run', () => {
    const { columns, label } = synthetic(2000, 11);
    const bytes = () => Buffer.from(toOnnx(boost(columns, label, 1800, params), 3));
    expect(bytes().equals(bytes())).toBe(true);
  });
});
