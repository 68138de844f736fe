/** Type of a feature as features.sql gives it; DuckDB's other types are cast to one of these before. */
export type FeatureType = 'float' | 'double' | 'int64' | 'string' | 'bool';

export interface Feature {
  name: string;
  type: FeatureType;
}

/** The values of one feature: DuckDB's own typed arrays for numbers, 0 and 1 (or booleans) for `bool`. */
export type FeatureValues = ArrayLike<number> | ArrayLike<bigint> | ArrayLike<boolean> | ArrayLike<string | null>;

/** One feature of some rows, in the form in which DuckDB's vectors hold it; the first `rows` entries count. */
export interface FeatureColumn {
  items: FeatureValues;
  /** Bit i of the little-endian words is 1 where row i has a value, 0 where it is null; `null` where no row is. */
  validity: Uint32Array | null;
}

/** Some rows of all features: a column each, or one row-major matrix with NaN for null, which needs no copying. */
export type FeatureRows = FeatureColumn[] | Float32Array;

export function isNull({ items, validity }: FeatureColumn, row: number): boolean {
  return (validity !== null && ((validity[row >>> 5] >>> (row & 31)) & 1) === 0) || (items[row] ?? null) === null;
}
