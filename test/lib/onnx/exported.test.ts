import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openPredictor } from '#lib/onnx/predictor.ts';
import { readExported } from '../../fixtures/onnx/exported.ts';

const folder = join(import.meta.dirname, '../../fixtures/onnx/exported');
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.onnx'))
  .map((file) => file.slice(0, -'.onnx'.length));

/** What scikit-learn, LightGBM, XGBoost and PyTorch's shapes predict, beside what we make of their exported files. */
describe.each(names)('%s', (name) => {
  const model = readFileSync(join(folder, `${name}.onnx`));
  const { artifact, features, columns, rows, expected, tolerance } = readExported(join(folder, `${name}.json`));

  it('predicts what the library itself predicts', async () => {
    const predictor = await openPredictor({ model, artifact, features });
    const predictions = await predictor.predict(columns, rows);
    expect(predictions.length).toBe(expected.length);
    const worst = Math.max(...expected.map((value, i) => Math.abs(value - predictions[i])));
    expect(worst).toBeLessThan(tolerance);
    await predictor.release();
  });

  it('gives the same bits whatever the batch', async () => {
    const [whole, pieces] = await Promise.all(
      [64, 7].map(async (batch) => {
        const predictor = await openPredictor({ model, artifact, features, batch });
        return predictor.predict(columns, rows);
      }),
    );
    expect(pieces).toEqual(whole);
  });
});
