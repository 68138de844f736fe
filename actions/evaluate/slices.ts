import { UserError } from '#registry/error.ts';
import type { SliceKey } from '#registry/evidence/evaluation.ts';

/** A column (or a pair of them) by which rows are grouped: `codes[row]` is an index into `keys`. */
export interface SliceCodes {
  columns: string[];
  keys: SliceKey[];
  codes: Int32Array;
}

/** More groups than this are no longer slices that anybody reads. */
const MOST_GROUPS = 5_000;

/**
 * Every pair of the given columns; groups without a row are left out.
 * @throws UserError where two columns have too many values together.
 */
export function pairsOf(slices: readonly SliceCodes[]): SliceCodes[] {
  const pairs: SliceCodes[] = [];
  for (let a = 0; a < slices.length; a++) {
    for (let b = a + 1; b < slices.length; b++) pairs.push(cross(slices[a], slices[b]));
  }
  return pairs;
}

function cross(a: SliceCodes, b: SliceCodes): SliceCodes {
  const width = b.keys.length;
  const codeOf = new Int32Array(a.keys.length * width).fill(-1);
  const keys: SliceKey[] = [];
  const codes = new Int32Array(a.codes.length);
  for (let row = 0; row < codes.length; row++) {
    const both = a.codes[row] * width + b.codes[row];
    if (codeOf[both] === -1) {
      codeOf[both] = keys.length;
      if (keys.length === MOST_GROUPS) throw tooMany(a, b);
      keys.push([...a.keys[a.codes[row]], ...b.keys[b.codes[row]]]);
    }
    codes[row] = codeOf[both];
  }
  return { columns: [...a.columns, ...b.columns], keys, codes };
}

function tooMany(a: SliceCodes, b: SliceCodes): UserError {
  const [first, second] = [a.columns.join(' × '), b.columns.join(' × ')];
  return new UserError(`the pair of slice columns ${first} and ${second} makes more than ${MOST_GROUPS} groups`, {
    fix: 'Leave out `pairs`, or cut one of the columns into fewer bands.',
  });
}
