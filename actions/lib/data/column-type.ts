import type { ColumnType } from '#registry/model.ts';

/** The declared types of model.yaml as DuckDB calls them. */
export const DUCKDB_TYPE: Record<ColumnType, string> = {
  boolean: 'BOOLEAN',
  integer: 'INTEGER',
  bigint: 'BIGINT',
  float: 'FLOAT',
  double: 'DOUBLE',
  string: 'VARCHAR',
  date: 'DATE',
  timestamp: 'TIMESTAMP',
};

const SMALL = ['TINYINT', 'SMALLINT', 'UTINYINT', 'USMALLINT'];

/** Stored types whose every value the declared type holds as it is. */
const LOSSLESS: Record<ColumnType, string[]> = {
  boolean: [],
  integer: SMALL,
  bigint: [...SMALL, 'INTEGER', 'UINTEGER'],
  float: SMALL,
  double: [...SMALL, 'INTEGER', 'UINTEGER', 'FLOAT'],
  string: ['UUID'],
  date: [],
  // A timestamp with time zone is an instant; it is read as that instant in UTC.
  timestamp: ['DATE', 'TIMESTAMP_S', 'TIMESTAMP_MS', 'TIMESTAMP WITH TIME ZONE'],
};

/** Whether a Parquet column of type `stored` can be read as the declared type without changing a value. */
export function readsAs(stored: string, declared: ColumnType): boolean {
  if (stored === DUCKDB_TYPE[declared] || LOSSLESS[declared].includes(stored)) return true;
  if (declared === 'string') return stored.startsWith('ENUM(');
  // Every decimal of up to 15 digits comes back from the nearest double (IEEE 754, DBL_DIG).
  const decimal = /^DECIMAL\((\d+),\d+\)$/.exec(stored);
  return declared === 'double' && decimal !== null && Number(decimal[1]) <= 15;
}
