import type { Artifact } from '#registry/artifact.ts';
import { sameClass } from '#registry/classes.ts';
import { UserError } from '#registry/error.ts';
import type { Value } from './value.ts';

const FIRST_CHOICES = ['probabilities', 'output_probability'];

/**
 * The output that holds the predictions: the one that artifact.json names, else the only one of float numbers, else
 * the one that scikit-learn's, LightGBM's and XGBoost's exporters call probabilities. Throws UserError otherwise.
 */
export function chooseOutput(outputs: Value[], named: string | null): Value {
  const list = outputs.map((output) => `${output.name}: ${output.type}[${output.shape.join(', ')}]`).join('; ');
  const numeric = outputs.filter((output) => output.type === 'float' || output.type === 'double');
  if (named !== null) {
    const output = outputs.find((candidate) => candidate.name === named);
    if (output && numeric.includes(output)) return output;
    throw new UserError(
      output
        ? `artifact.json names the output ${named}, which is ${output.type}; predictions must be float or double`
        : `artifact.json names the output ${named}, which model.onnx does not have`,
      { fix: `Choose one of: ${list}.` },
    );
  }
  const preferred = numeric.filter((output) => FIRST_CHOICES.includes(output.name));
  const chosen = numeric.length === 1 ? numeric : preferred;
  if (chosen.length === 1) return chosen[0];
  throw new UserError(`It is not plain which output of model.onnx holds the predictions: ${list}`, {
    fix:
      numeric.length === 0
        ? 'Export the model with its probabilities (or values) as a float tensor.'
        : 'Name it as `output` in artifact.json.',
  });
}

/**
 * The class labels, in the order of the probabilities: those of artifact.json, else those in the graph, else '0' and
 * '1' for two classes; null for regression. Where the graph only numbers them, those of artifact.json are their names.
 * Throws UserError where artifact and graph disagree or neither knows.
 */
export function agreeOnClasses(
  task: Artifact['task'],
  declared: string[] | null,
  graph: string[] | null,
): string[] | null {
  if (task === 'regression') return null;
  if (declared && graph && !isEncoded(declared, graph) && !agree(declared, graph)) {
    throw new UserError(
      `artifact.json lists the classes ${declared.join(', ')}, but model.onnx gives probabilities of ${graph.join(', ')}, in this order`,
      { fix: 'Write the classes in artifact.json in the order of the model.' },
    );
  }
  const classes = declared ?? graph ?? (task === 'binary_classification' ? ['0', '1'] : null);
  if (classes === null) {
    throw new UserError('Neither artifact.json nor model.onnx says which classes the probabilities are of', {
      fix: 'List `classes` in artifact.json, in the order of the model.',
    });
  }
  if (task === 'binary_classification' && classes.length !== 2) {
    throw new UserError(`A binary classification has two classes, not ${classes.length}: ${classes.join(', ')}`, {
      fix: 'Set the task to multiclass_classification, or list two classes in artifact.json.',
    });
  }
  return classes;
}

function agree(declared: readonly string[], graph: readonly string[]): boolean {
  return declared.length === graph.length && declared.every((label, k) => sameClass(label, graph[k]));
}

/**
 * Whether the graph only counts its classes, 0 to K − 1, and artifact.json names other ones: XGBoost, and LightGBM by
 * its own interface, learn from numbers that stand for the labels.
 */
function isEncoded(declared: readonly string[], graph: readonly string[]): boolean {
  return (
    declared.length === graph.length &&
    graph.every((label, k) => label === String(k)) &&
    !declared.some((label) => graph.some((number) => sameClass(label, number)))
  );
}
