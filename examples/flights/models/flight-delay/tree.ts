import { type Binned, NAN_BIN } from './bins.ts';

/** One node; a leaf has `feature` −1 and adds `value` to the score, an inner node sends each row to one of two nodes. */
export interface Node {
  feature: number;
  /** Rows with a value up to this one, that is with a bin up to `cut`, go to `left`. */
  threshold: number;
  cut: number;
  /** Whether rows without a value (NaN) go left. */
  nanLeft: boolean;
  left: number;
  right: number;
  value: number;
}

export interface TreeParams {
  leaves: number;
  l2: number;
  /** The least sum of second derivatives in a leaf; for log loss a row counts 0.25 at most. */
  min_hessian: number;
}

interface Split {
  gain: number;
  feature: number;
  cut: number;
  nanLeft: boolean;
}

interface Leaf {
  node: number;
  /** Its rows are `rows[start … end − 1]`. */
  start: number;
  end: number;
  /** Sums of first and second derivatives, interleaved, of bin b of feature f at 2 × (256 f + b). */
  histogram: Float64Array;
  split: Split | null;
}

/**
 * Grows one regression tree leaf by leaf, the leaf with the largest gain first, as LightGBM does (Ke et al. 2017), with
 * the gain and the leaf values of second-order boosting (Chen & Guestrin 2016, equations 5 to 7).
 *
 * `rows` lists the rows to grow on and is reordered, so that `onLeaf(value, rows)` gets each leaf's rows as a slice.
 */
export function growTree(
  { bins, cuts }: Binned,
  gradient: Float64Array,
  hessian: Float64Array,
  rows: Uint32Array,
  params: TreeParams,
  onLeaf: (node: Node, rows: Uint32Array) => void,
): Node[] {
  const features = cuts.length;
  const nodes: Node[] = [leafNode()];
  const spare = new Uint32Array(rows.length);

  function accumulate(start: number, end: number): Float64Array {
    const sums = new Float64Array(features * 512);
    for (let i = start; i < end; i++) {
      const row = rows[i];
      const g = gradient[row];
      const h = hessian[row];
      for (let f = 0, at = row * features; f < features; f++, at++) {
        const k = (f << 9) | (bins[at] << 1);
        sums[k] += g;
        sums[k + 1] += h;
      }
    }
    return sums;
  }

  /** Moves the rows that go left to the front of `start … end − 1`, in order; returns where the others begin. */
  function partition(start: number, end: number, { feature, cut, nanLeft }: Split): number {
    let left = start;
    let right = 0;
    for (let i = start; i < end; i++) {
      const row = rows[i];
      const b = bins[row * features + feature];
      if (b === NAN_BIN ? nanLeft : b <= cut) rows[left++] = row;
      else spare[right++] = row;
    }
    rows.set(spare.subarray(0, right), left);
    return left;
  }

  const root = accumulate(0, rows.length);
  const open: Leaf[] = [{ node: 0, start: 0, end: rows.length, histogram: root, split: bestSplit(root, cuts, params) }];
  while (open.length < params.leaves) {
    let best: Leaf | null = null;
    for (const leaf of open) if (leaf.split && leaf.split.gain > (best?.split?.gain ?? 0)) best = leaf;
    if (!best?.split) break;
    const { node, start, end, histogram, split } = best;
    const middle = partition(start, end, split);
    // Only the smaller side is counted; the other is what remains of the parent.
    const smallerLeft = middle - start <= end - middle;
    const smaller = smallerLeft ? accumulate(start, middle) : accumulate(middle, end);
    for (let i = 0; i < histogram.length; i++) histogram[i] -= smaller[i];
    const [leftSums, rightSums] = smallerLeft ? [smaller, histogram] : [histogram, smaller];
    const left = nodes.push(leafNode()) - 1;
    const right = nodes.push(leafNode()) - 1;
    const { feature, cut, nanLeft } = split;
    nodes[node] = { feature, threshold: cuts[feature][cut] ?? Infinity, cut, nanLeft, left, right, value: 0 };
    open.splice(open.indexOf(best), 1);
    open.push({ node: left, start, end: middle, histogram: leftSums, split: bestSplit(leftSums, cuts, params) });
    open.push({ node: right, start: middle, end, histogram: rightSums, split: bestSplit(rightSums, cuts, params) });
  }
  for (const { node, start, end, histogram } of open) {
    const [g, h] = total(histogram);
    nodes[node].value = -g / (h + params.l2);
    onLeaf(nodes[node], rows.subarray(start, end));
  }
  return nodes;
}

function leafNode(): Node {
  return { feature: -1, threshold: 0, cut: 0, nanLeft: false, left: -1, right: -1, value: 0 };
}

/** First and second derivatives of all rows of a leaf: any one feature's bins hold them all, so the first one's do. */
function total(histogram: Float64Array): [g: number, h: number] {
  let g = 0;
  let h = 0;
  for (let k = 0; k < 512; k += 2) {
    g += histogram[k];
    h += histogram[k + 1];
  }
  return [g, h];
}

/** The split with the largest gain, or null where none gains anything. Rows without a value are tried on both sides. */
function bestSplit(
  histogram: Float64Array,
  cuts: readonly Float32Array[],
  { l2, min_hessian }: TreeParams,
): Split | null {
  const [g, h] = total(histogram);
  const unsplit = (g * g) / (h + l2);
  let best: Split | null = null;
  for (let feature = 0; feature < cuts.length; feature++) {
    const base = feature * 512;
    const nanG = histogram[base + 2 * NAN_BIN];
    const nanH = histogram[base + 2 * NAN_BIN + 1];
    // After a subtraction an empty bin may hold a rounding error; no real row weighs this little.
    const sides = nanH > 1e-9 ? [false, true] : [false];
    for (const nanLeft of sides) {
      let leftG = nanLeft ? nanG : 0;
      let leftH = nanLeft ? nanH : 0;
      // The last bin has no cut above it: splitting there parts the rows with a value from those without.
      const last = nanH > 1e-9 && !nanLeft ? cuts[feature].length + 1 : cuts[feature].length;
      for (let cut = 0; cut < last; cut++) {
        leftG += histogram[base + 2 * cut];
        leftH += histogram[base + 2 * cut + 1];
        const rightG = g - leftG;
        const rightH = h - leftH;
        if (leftH < min_hessian || rightH < min_hessian) continue;
        const gain = (leftG * leftG) / (leftH + l2) + (rightG * rightG) / (rightH + l2) - unsplit;
        if (gain > (best?.gain ?? 1e-9)) best = { gain, feature, cut, nanLeft };
      }
    }
  }
  return best;
}
