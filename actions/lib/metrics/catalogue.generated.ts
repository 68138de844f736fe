// Written by `npm run generate` from the files in actions/lib/metrics; not to be edited.
import { metric as binaryAccuracy } from './binary/accuracy.ts';
import { metric as binaryAveragePrecision } from './binary/average_precision.ts';
import { metric as binaryBalancedAccuracy } from './binary/balanced_accuracy.ts';
import { metric as binaryBrierScore } from './binary/brier_score.ts';
import { metric as binaryExpectedCalibrationError } from './binary/expected_calibration_error.ts';
import { metric as binaryExpectedCost } from './binary/expected_cost.ts';
import { metric as binaryF1 } from './binary/f1.ts';
import { metric as binaryLogLoss } from './binary/log_loss.ts';
import { metric as binaryMatthewsCorrcoef } from './binary/matthews_corrcoef.ts';
import { metric as binaryPositiveRate } from './binary/positive_rate.ts';
import { metric as binaryPrecision } from './binary/precision.ts';
import { metric as binaryPrecisionAtRecall } from './binary/precision_at_recall.ts';
import { metric as binaryRecall } from './binary/recall.ts';
import { metric as binaryRecallAtPrecision } from './binary/recall_at_precision.ts';
import { metric as binaryRocAuc } from './binary/roc_auc.ts';
import type { BinaryPredictions, Metric, MulticlassPredictions, RegressionPredictions } from './metric.ts';
import { metric as multiclassAccuracy } from './multiclass/accuracy.ts';
import { metric as multiclassBalancedAccuracy } from './multiclass/balanced_accuracy.ts';
import { metric as multiclassF1Macro } from './multiclass/f1_macro.ts';
import { metric as multiclassF1Micro } from './multiclass/f1_micro.ts';
import { metric as multiclassF1Weighted } from './multiclass/f1_weighted.ts';
import { metric as multiclassLogLoss } from './multiclass/log_loss.ts';
import { metric as multiclassPrecisionMacro } from './multiclass/precision_macro.ts';
import { metric as multiclassPrecisionMicro } from './multiclass/precision_micro.ts';
import { metric as multiclassPrecisionWeighted } from './multiclass/precision_weighted.ts';
import { metric as multiclassRecallMacro } from './multiclass/recall_macro.ts';
import { metric as multiclassRecallMicro } from './multiclass/recall_micro.ts';
import { metric as multiclassRecallWeighted } from './multiclass/recall_weighted.ts';
import { metric as multiclassRocAucOvr } from './multiclass/roc_auc_ovr.ts';
import { metric as multiclassTopKAccuracy } from './multiclass/top_k_accuracy.ts';
import { metric as regressionMaxError } from './regression/max_error.ts';
import { metric as regressionMeanAbsoluteError } from './regression/mean_absolute_error.ts';
import { metric as regressionMeanAbsolutePercentageError } from './regression/mean_absolute_percentage_error.ts';
import { metric as regressionMeanPinballLoss } from './regression/mean_pinball_loss.ts';
import { metric as regressionMedianAbsoluteError } from './regression/median_absolute_error.ts';
import { metric as regressionR2 } from './regression/r2.ts';
import { metric as regressionRmse } from './regression/rmse.ts';

/** Every metric of the task binary_classification. */
export const binaryMetrics: readonly Metric<BinaryPredictions>[] = [
  binaryAccuracy,
  binaryAveragePrecision,
  binaryBalancedAccuracy,
  binaryBrierScore,
  binaryExpectedCalibrationError,
  binaryExpectedCost,
  binaryF1,
  binaryLogLoss,
  binaryMatthewsCorrcoef,
  binaryPositiveRate,
  binaryPrecision,
  binaryPrecisionAtRecall,
  binaryRecall,
  binaryRecallAtPrecision,
  binaryRocAuc,
];

/** Every metric of the task multiclass_classification. */
export const multiclassMetrics: readonly Metric<MulticlassPredictions>[] = [
  multiclassAccuracy,
  multiclassBalancedAccuracy,
  multiclassF1Macro,
  multiclassF1Micro,
  multiclassF1Weighted,
  multiclassLogLoss,
  multiclassPrecisionMacro,
  multiclassPrecisionMicro,
  multiclassPrecisionWeighted,
  multiclassRecallMacro,
  multiclassRecallMicro,
  multiclassRecallWeighted,
  multiclassRocAucOvr,
  multiclassTopKAccuracy,
];

/** Every metric of the task regression. */
export const regressionMetrics: readonly Metric<RegressionPredictions>[] = [
  regressionMaxError,
  regressionMeanAbsoluteError,
  regressionMeanAbsolutePercentageError,
  regressionMeanPinballLoss,
  regressionMedianAbsoluteError,
  regressionR2,
  regressionRmse,
];
