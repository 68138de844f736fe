/** Type of a feature as features.sql gives it; DuckDB's other types are cast to one of these before. */
export type FeatureType = 'float' | 'double' | 'int64' | 'string' | 'bool';

export interface Feature {
  name: string;
  type: FeatureType;
}

/**
 * The values of one feature for some rows: DuckDB's own typed arrays for numbers, 0 and 1 (or booleans) for `bool`.
 * Longer than the rows in question is fine: the first `rows` entries count.
 */
export type FeatureValues = ArrayLike<number> | ArrayLike<bigint> | ArrayLike<boolean> | ArrayLike<string | null>;

export interface FeatureColumn {
  values: FeatureValues;
  /** 1 where the row has a value, 0 where it is null; `null` where no row is. */
  valid: Uint8Array | null;
}
