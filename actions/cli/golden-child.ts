import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { serve } from '#lib/child/serve.ts';
import { goldenFeatures, goldenInput } from '#lib/onnx/golden.ts';
import { inspectModel } from '#lib/onnx/inspect.ts';
import { openPredictor } from '#lib/onnx/predictor.ts';
import { GoldenRequest } from './golden-request.ts';

/* The process that predicts golden rows: the model is a stranger's. */

await serve(async (request) => {
  const { folder, description, golden } = GoldenRequest.parse(request);
  const model = await readFile(join(folder, 'model.onnx'));
  const features = goldenFeatures(golden, inspectModel(model).facts.inputs);
  const predictor = await openPredictor({ model, artifact: description, features });
  const { width } = predictor;
  const given = await predictor.predict(goldenInput(golden, features, predictor.layout), golden.rows.length);
  const outputs = golden.rows.map((_, row) =>
    [...given.subarray(row * width, (row + 1) * width)].map((value) => (Number.isFinite(value) ? value : null)),
  );
  return { head: { outputs } };
});
