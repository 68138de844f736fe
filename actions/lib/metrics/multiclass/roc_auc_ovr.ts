import { metric as rocAuc } from '../binary/roc_auc.ts';
import type { Metric, MulticlassPredictions } from '../metric.ts';
import { binaryPredictions } from '../predictions.ts';
import { MINIMUM_PER_CLASS } from '../rank-metric.ts';

export const metric: Metric<MulticlassPredictions> = {
  name: 'roc_auc_ovr',
  task: 'multiclass_classification',
  better: 'higher',
  description: 'Area under the ROC curve of each class against the rest, averaged over the classes.',
  relative: true,
  params: {},
  smooth: true,
  rootN: true,
  minimumPerClass: MINIMUM_PER_CLASS,
  range: [0, 1],
  thresholdFromBenchmark: false,
  measure(predictions, params, influence) {
    const { rows, classes, weight } = predictions;
    const ofOne = influence === undefined ? undefined : new Float64Array(rows);
    influence?.fill(0);
    let value = 0;
    for (let c = 0; c < classes; c++) {
      value += rocAuc.measure(against(predictions, c, weight), params, ofOne) / classes;
      if (influence === undefined || ofOne === undefined) continue;
      for (let i = 0; i < rows; i++) influence[i] += ofOne[i] / classes;
    }
    return value;
  },
};

/** One class against the rest, as the predictions of a binary classifier. */
function against({ rows, classes, label, score }: MulticlassPredictions, c: number, weight: Float64Array | null) {
  const own = new Float64Array(rows);
  const is = new Uint8Array(rows);
  for (let i = 0; i < rows; i++) {
    own[i] = score[i * classes + c];
    is[i] = label[i] === c ? 1 : 0;
  }
  return binaryPredictions({ label: is, score: own, threshold: 0.5, weight });
}
