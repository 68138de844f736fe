import { bin, NAN_BIN } from './bins.ts';
import { growTree, type Node, type TreeParams } from './tree.ts';

/** Trees whose leaf values, added to `base`, give the log-odds of the positive class. */
export interface Boosted {
  base: number;
  trees: Node[][];
}

export interface BoostingParams extends TreeParams {
  trees: number;
  learning_rate: number;
  /** Stop when the validation rows' log loss has not fallen for this many trees; 0 never stops early. */
  patience: number;
}

/**
 * Gradient boosting of log loss over histograms, for a label of 0 and 1.
 *
 * `columns` has one array a feature, NaN where a value is missing. The last rows, from `validationStart` on, are not
 * learnt from: they say when to stop, so they should be the latest. `onTree` hears the validation rows' log loss.
 */
export function boost(
  columns: readonly Float32Array[],
  label: Uint8Array,
  validationStart: number,
  params: BoostingParams,
  onTree?: (tree: number, logLoss: number) => void,
): Boosted {
  const binned = bin(columns);
  const features = columns.length;
  const positive = label.subarray(0, validationStart).reduce((sum, y) => sum + y, 0);
  const share = Math.min(Math.max(positive / validationStart, 1e-6), 1 - 1e-6);
  const base = Math.fround(Math.log(share / (1 - share)));
  const score = new Float64Array(label.length).fill(base);
  const gradient = new Float64Array(validationStart);
  const hessian = new Float64Array(validationStart);
  const rows = Uint32Array.from({ length: validationStart }, (_, row) => row);
  const trees: Node[][] = [];
  let best = { loss: Infinity, trees: 0 };

  while (trees.length < params.trees && (params.patience === 0 || trees.length - best.trees < params.patience)) {
    for (let row = 0; row < validationStart; row++) {
      const p = 1 / (1 + Math.exp(-score[row]));
      gradient[row] = p - label[row];
      hessian[row] = p * (1 - p);
    }
    const tree = growTree(binned, gradient, hessian, rows, params, (leaf, its) => {
      leaf.value = Math.fround(leaf.value * params.learning_rate);
      for (let i = 0; i < its.length; i++) score[its[i]] += leaf.value;
    });
    trees.push(tree);
    let loss = 0;
    for (let row = validationStart; row < label.length; row++) {
      let at = 0;
      while (tree[at].feature >= 0) {
        const b = binned.bins[row * features + tree[at].feature];
        at = (b === NAN_BIN ? tree[at].nanLeft : b <= tree[at].cut) ? tree[at].left : tree[at].right;
      }
      score[row] += tree[at].value;
      // log(1 + e^s) − y s, written so that a large s doesn't overflow.
      loss += Math.max(score[row], 0) + Math.log1p(Math.exp(-Math.abs(score[row]))) - label[row] * score[row];
    }
    loss /= Math.max(1, label.length - validationStart);
    if (loss < best.loss) best = { loss, trees: trees.length };
    onTree?.(trees.length, loss);
  }
  return { base, trees: params.patience === 0 ? trees : trees.slice(0, best.trees) };
}

/** The probability of the positive class for row `row` of `columns`. */
export function probability({ base, trees }: Boosted, columns: readonly Float32Array[], row: number): number {
  let score = base;
  for (const tree of trees) {
    let node = tree[0];
    while (node.feature >= 0) {
      const value = columns[node.feature][row];
      node = tree[(Number.isNaN(value) ? node.nanLeft : value <= node.threshold) ? node.left : node.right];
    }
    score += node.value;
  }
  return 1 / (1 + Math.exp(-score));
}
