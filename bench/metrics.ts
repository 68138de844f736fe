import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { binaryMetrics } from '../actions/lib/metrics/catalogue.generated.ts';
import { planMetrics } from '../actions/lib/metrics/plan.ts';
import { binaryPredictions } from '../actions/lib/metrics/predictions.ts';
import { compare } from '../actions/lib/statistics/compare.ts';
import { random } from '../actions/lib/statistics/random.ts';
import { workspace } from '../actions/lib/statistics/stray.ts';
import { EvaluatePolicy } from '../registry/model.ts';

/*
 * All binary metrics of two models with intervals of both and of their difference, against scikit-learn's metrics
 * bootstrapped 2,000 times. Of the bootstrap only a few replicates are run, and the rest is scaled up.
 * --python names a Python that has scikit-learn (test/parts/requirements.txt).
 */
const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000' },
    runs: { type: 'string', default: '3' },
    replicates: { type: 'string', default: '2' },
    python: { type: 'string', default: 'python3' },
  },
});
const rows = Number(values.rows);
const REPLICATES = 2000;
const policy = EvaluatePolicy.parse({
  primary: { metric: 'roc_auc', max_loss: 0.01 },
  guardrails: [
    { metric: 'precision_at_recall', recall: 0.8, max_loss: 0.01 },
    { metric: 'recall_at_precision', precision: 0.5, max_loss: 0.01 },
    { metric: 'expected_cost', false_positive: 1, false_negative: 5, max_loss: 0.01 },
  ],
});

const source = random(1);
const label = new Uint8Array(rows);
const scores = [new Float64Array(rows), new Float64Array(rows)];
for (let row = 0; row < rows; row++) {
  label[row] = source.uniform() < 0.3 ? 1 : 0;
  for (const [index, score] of scores.entries()) {
    score[row] = Math.fround(1 / (1 + Math.exp(0.9 - (1 + 0.1 * index) * label[row] - source.normal())));
  }
}

function ours(): number {
  const start = performance.now();
  const [champion, candidate] = scores.map((score) =>
    binaryPredictions({ label, score, threshold: 0.5, weight: null }),
  );
  const shared = workspace(rows);
  for (const one of planMetrics(binaryMetrics, policy)) {
    compare({ ...one, champion, candidate, clusters: null, confidence: 0.95, seed: 1, workspace: shared });
  }
  return (performance.now() - start) / 1000;
}

const folder = mkdtempSync(join(tmpdir(), 'tiltyard-bench-'));
try {
  writeFileSync(join(folder, 'label.bin'), label);
  scores.forEach((score, index) => writeFileSync(join(folder, `score${index}.bin`), new Uint8Array(score.buffer)));
  const ratios: number[] = [];
  for (let run = 0; run < Number(values.runs); run++) {
    const mine = ours();
    const out = execFileSync(values.python, [join(import.meta.dirname, 'metrics.py'), folder, values.replicates], {
      encoding: 'utf8',
    });
    const { seconds_per_replicate: each }: { seconds_per_replicate: number } = JSON.parse(out);
    ratios.push((each * REPLICATES) / mine);
    console.log(
      `ours ${mine.toFixed(2)} s; scikit-learn ${each.toFixed(2)} s a replicate of both models, ${(each * REPLICATES).toFixed(0)} s for ${REPLICATES} (scaled from ${values.replicates}): ${ratios[run].toFixed(0)} times as fast`,
    );
  }
  console.log(
    `median ${ratios.sort((a, b) => a - b)[Math.floor(ratios.length / 2)].toFixed(0)} times as fast at ${rows.toLocaleString('en')} rows`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
