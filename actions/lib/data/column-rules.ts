import { UserError } from '#registry/error.ts';
import type { Column } from '#registry/model.ts';
import { DUCKDB_TYPE } from './column-type.ts';
import type { Dataset } from './dataset.ts';
import { type Connection, identifier, literal } from './duckdb.ts';

/** One thing that a column must keep, as SQL that is true where a row breaks it. */
export interface Rule {
  column: string;
  rule: 'null' | 'nan' | 'min' | 'max' | 'allowed' | 'label';
  broken: string;
  /** Completes "origin is …, but …": what the value should have been. */
  wanted: string;
}

/** One way in which the rows break the schema. */
export interface Breach {
  column: string;
  rule: Rule['rule'] | 'unique';
  /** Rows that do. */
  count: number;
  /** The first of them, counted from 1 within its file (within the dataset where `file` is null). */
  row: number;
  file: string | null;
  /** Its value as text; null where it is missing. */
  value: string | null;
  sentence: string;
}

/** The rules of one declared column. `required` columns (id and label) may not be null whatever is declared. */
export function columnRules(name: string, column: Column, required: boolean): Rule[] {
  const quoted = identifier(name);
  const type = DUCKDB_TYPE[column.type];
  const rules: Rule[] = [];
  const real = column.type === 'float' || column.type === 'double';
  if (!column.nullable || required) {
    const how = required ? 'this column must have a value in every row' : 'it is not declared nullable';
    rules.push({ column: name, rule: 'null', broken: `${quoted} IS NULL`, wanted: how });
    if (real) rules.push({ column: name, rule: 'nan', broken: `isnan(${quoted})`, wanted: how });
  }
  // DuckDB orders NaN above every number; it has a rule of its own.
  const number = real ? `NOT isnan(${quoted}) AND ` : '';
  if (column.min !== undefined) {
    const bound = `CAST(${constant(name, 'min', column.min, type)} AS ${type})`;
    rules.push({
      column: name,
      rule: 'min',
      broken: `${number}${quoted} < ${bound}`,
      wanted: `at least ${column.min} is declared`,
    });
  }
  if (column.max !== undefined) {
    const bound = `CAST(${constant(name, 'max', column.max, type)} AS ${type})`;
    rules.push({
      column: name,
      rule: 'max',
      broken: `${number}${quoted} > ${bound}`,
      wanted: `at most ${column.max} is declared`,
    });
  }
  if (column.allowed !== undefined) {
    const list = column.allowed.map((value) => `CAST(${constant(name, 'allowed', value, type)} AS ${type})`);
    const shown = column.allowed.slice(0, 10).join(', ');
    rules.push({
      column: name,
      rule: 'allowed',
      broken: `${number}${quoted} NOT IN (${list.join(', ')})`,
      wanted: `only ${shown}${column.allowed.length > 10 ? ', …' : ''} are declared`,
    });
  }
  return rules;
}

const LITERALS: Record<string, RegExp> = {
  BOOLEAN: /^(true|false)$/,
  INTEGER: /^-?\d{1,10}$/,
  BIGINT: /^-?\d{1,18}$/,
  DATE: /^\d{4}-\d{2}-\d{2}$/,
  TIMESTAMP: /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?Z?)?$/,
};

function constant(column: string, key: string, value: string | number | boolean, type: string): string {
  const text = String(value);
  const pattern = LITERALS[type];
  const fits =
    pattern !== undefined
      ? pattern.test(text)
      : type === 'VARCHAR' || (Number.isFinite(Number(text)) && text.trim() !== '');
  if (fits) return literal(text);
  throw new UserError(`data.schema.${column}.${key} in model.yaml holds ${text}, which is no ${type}`, {
    fix: `Write a value of the column's type${type === 'DATE' ? ', as 2001-04-30' : ''}.`,
  });
}

/** Looks up the first row that breaks a rule. */
export async function breachOf(connection: Connection, dataset: Dataset, rule: Rule, count: number): Promise<Breach> {
  const { sql, column: file } = dataset.relationWithFile;
  const value = `CAST(${identifier(rule.column)} AS VARCHAR)`;
  const found = await connection.runAndReadAll(
    `SELECT place, file, value FROM (SELECT row_number() OVER () AS place, ${file} AS file, ${value} AS value, ` +
      `${rule.broken} AS broken FROM ${sql} AS source) WHERE broken LIMIT 1`,
  );
  const [place, path, text] = found.getRowsJson()[0] ?? [];
  const row = Number(place) - (await rowsBefore(connection, dataset, String(path)));
  const shown = text === null || text === undefined ? null : String(text);
  const where = `row ${row}${dataset.files.length > 1 ? ` of ${path}` : ''}`;
  const what = shown === null ? 'is missing' : `is ${JSON.stringify(shown.slice(0, 100))}`;
  return {
    column: rule.column,
    rule: rule.rule,
    count,
    row,
    file: String(path),
    value: shown,
    sentence: `${where}: ${rule.column} ${what}, but ${rule.wanted} (${count} ${count === 1 ? 'row' : 'rows'} in all)`,
  };
}

async function rowsBefore(connection: Connection, dataset: Dataset, file: string): Promise<number> {
  if (dataset.files.length === 1) return 0;
  const { sql, column } = dataset.relationWithFile;
  const before = dataset.files.slice(0, Math.max(0, dataset.files.indexOf(file))).map(literal);
  if (before.length === 0) return 0;
  const counted = await connection.runAndReadAll(
    `SELECT count(*) FROM ${sql} AS source WHERE ${column} IN (${before.join(', ')})`,
  );
  return Number(counted.getRowsJson()[0]?.[0]);
}
