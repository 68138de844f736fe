import { quoted } from '../judge/context.ts';
import type { Column, Model } from '../model.ts';
import { nearest } from '../nearest.ts';
import { spell } from '../yaml/explain.ts';
import { type Entry, type Problem } from '../yaml/problem.ts';

/** The declared column of this name, or null; names such as `constructor` are no columns. */
export function columnOf(model: Pick<Model, 'data'>, name: string): Column | null {
  return Object.hasOwn(model.data.schema, name) ? model.data.schema[name] : null;
}

/** What is wrong with naming a column here: nothing, if the schema has it. */
export function unknownColumn(model: Pick<Model, 'data'>, name: string, entry: Entry): Problem[] {
  if (columnOf(model, name) !== null) return [];
  const names = Object.keys(model.data.schema);
  const near = nearest(name, names);
  return [
    {
      entry,
      message: `${spell(entry)} names the column ${quoted(name)}, which data.schema does not declare`,
      fix: near === null ? `Declare it in data.schema, or choose one of ${names.join(', ')}.` : `Did you mean ${near}?`,
    },
  ];
}

const NUMERIC = ['integer', 'bigint', 'float', 'double'];

export function isNumeric(column: Column): boolean {
  return NUMERIC.includes(column.type);
}

/** A column that the schema has, but whose type does not do here. */
export function wrongType(entry: Entry, name: string, column: Column, wanted: string): Problem {
  return {
    entry,
    message: `${spell(entry)} is the column ${quoted(name)} of type ${column.type}, but must be ${wanted}`,
    fix: 'Correct its type in data.schema, or name another column.',
  };
}
