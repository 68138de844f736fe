import { UserError } from '#registry/error.ts';
import type { Task } from '#registry/metric.ts';
import type { ColumnType } from '#registry/model.ts';
import type { Rule } from './column-rules.ts';
import { identifier, literal } from './duckdb.ts';

export interface LabelRule {
  task: Task;
  column: string;
  type: ColumnType;
  /** Binary: the value of the positive class, where the label is neither boolean nor 0 and 1. */
  positive?: string | number | undefined;
  /** Multiclass: the classes in the order of the model's outputs. */
  classes?: readonly string[] | undefined;
}

/**
 * The label as a number (DOUBLE): 1 or 0 by the positive class, the index of the class, or the value itself; null where
 * the row's label is missing, NaN or not one that the task allows.
 */
export function labelExpression(rule: LabelRule): string {
  const column = identifier(rule.column);
  const text = `CAST(${column} AS VARCHAR)`;
  if (rule.task === 'regression') {
    if (rule.type === 'string' || rule.type === 'boolean' || rule.type === 'date' || rule.type === 'timestamp') {
      throw new UserError(`the label ${rule.column} is ${rule.type}, but regression needs a number`, {
        fix: 'Declare a numeric label under data.schema, or choose another task.',
      });
    }
    return `CASE WHEN isfinite(CAST(${column} AS DOUBLE)) THEN CAST(${column} AS DOUBLE) END`;
  }
  if (rule.task === 'multiclass_classification') {
    const cases = (rule.classes ?? []).map((name, index) => `WHEN ${literal(name)} THEN ${index}`);
    if (cases.length === 0) throw new Error('a multiclass label needs the list of classes');
    return `CAST(CASE ${text} ${cases.join(' ')} END AS DOUBLE)`;
  }
  if (rule.positive !== undefined) {
    const isNan = rule.type === 'float' || rule.type === 'double' ? ` AND NOT isnan(${column})` : '';
    const equal =
      typeof rule.positive === 'number' ? `${column} = ${rule.positive}` : `${text} = ${literal(rule.positive)}`;
    return `CASE WHEN ${column} IS NOT NULL${isNan} THEN CAST(${equal} AS DOUBLE) END`;
  }
  if (rule.type === 'boolean') return `CAST(${column} AS DOUBLE)`;
  if (rule.type === 'string' || rule.type === 'date' || rule.type === 'timestamp') {
    throw new UserError(`the label ${rule.column} is ${rule.type}, so its positive class must be named`, {
      fix: 'Set data.positive in model.yaml to the value that counts as positive.',
    });
  }
  return `CASE WHEN ${column} IN (0, 1) THEN CAST(${column} AS DOUBLE) END`;
}

/** What a label must be, for an error message. */
export function allowedLabels(rule: LabelRule): string {
  if (rule.task === 'regression') return 'a finite number';
  if (rule.task === 'multiclass_classification') return `one of the classes ${(rule.classes ?? []).join(', ')}`;
  if (rule.positive !== undefined || rule.type === 'boolean') return 'present';
  return '0 or 1 (or set data.positive to the value that counts as positive)';
}

/** The label as a rule of the schema check. A missing one is already found by its column's own rule. */
export function labelRule(rule: LabelRule): Rule {
  const column = identifier(rule.column);
  return {
    column: rule.column,
    rule: 'label',
    broken: `${column} IS NOT NULL AND ${notNan(rule)}(${labelExpression(rule)}) IS NULL`,
    wanted: `a label must be ${allowedLabels(rule)}`,
  };
}

function notNan({ type, column }: LabelRule): string {
  return type === 'float' || type === 'double' ? `NOT isnan(${identifier(column)}) AND ` : '';
}
