import type { Column, Model } from '../model.ts';
import type { Entry, Problem } from '../yaml/problem.ts';
import { columnOf, isNumeric, unknownColumn, wrongType } from './columns.ts';

/** What is wrong with a model's `data`, of what takes more than one field to see. */
export function dataProblems(model: Model): Problem[] {
  const { data } = model;
  const problems = [
    ...unknownColumn(model, data.id, ['data', 'id']),
    ...unknownColumn(model, data.label, ['data', 'label']),
    ...(data.time === undefined ? [] : unknownColumn(model, data.time, ['data', 'time'])),
    ...(data.weight === undefined ? [] : unknownColumn(model, data.weight, ['data', 'weight'])),
    ...data.known_later.flatMap((name, index) => unknownColumn(model, name, ['data', 'known_later', index])),
    ...roles(model),
    ...types(model),
    ...ages(model),
  ];
  return problems;
}

function roles({ data }: Model): Problem[] {
  const problems: Problem[] = [];
  const clash = (entry: Entry, message: string, fix: string) => problems.push({ entry, message, fix });
  if (data.label === data.id)
    clash(['data', 'label'], 'data.label and data.id are the same column', 'Name another one.');
  if (data.weight !== undefined && data.weight === data.label) {
    clash(['data', 'weight'], 'data.weight and data.label are the same column', 'Name another one.');
  }
  data.known_later.forEach((name, index) => {
    if (name === data.id) {
      clash(
        ['data', 'known_later', index],
        'data.known_later names the id, without which no row can be told',
        'Remove it.',
      );
    }
  });
  return problems;
}

function types(model: Model): Problem[] {
  const { data } = model;
  const problems: Problem[] = [];
  const must = (name: string | undefined, entry: Entry, wanted: string, fits: (column: Column) => boolean) => {
    const column = name === undefined ? null : columnOf(model, name);
    if (name !== undefined && column !== null && !fits(column)) problems.push(wrongType(entry, name, column, wanted));
  };
  must(data.time, ['data', 'time'], 'a date or a timestamp', ({ type }) => type === 'date' || type === 'timestamp');
  must(data.weight, ['data', 'weight'], 'a number', isNumeric);
  must(data.id, ['data', 'id'], 'an integer, a bigint or a string', ({ type }) =>
    ['integer', 'bigint', 'string'].includes(type),
  );
  const label = columnOf(model, data.label);
  if (label === null) return problems;
  const entry = ['data', 'label'];
  if (model.task === 'regression') {
    must(data.label, entry, 'a number, since the task is regression', isNumeric);
    if (data.positive !== undefined) {
      problems.push({
        entry: ['data', 'positive'],
        message: 'data.positive has no meaning in a regression',
        fix: 'Remove it.',
      });
    }
    return problems;
  }
  must(data.label, entry, 'a boolean, an integer or a string, to tell classes', ({ type }) =>
    ['boolean', 'integer', 'bigint', 'string'].includes(type),
  );
  return [...problems, ...positive(model, label)];
}

function positive({ data, task }: Model, label: Column): Problem[] {
  const entry = ['data', 'positive'];
  if (task !== 'binary_classification') {
    if (data.positive === undefined) return [];
    return [{ entry, message: 'data.positive is only for two classes', fix: 'Remove it.' }];
  }
  if (data.positive === undefined) {
    if (label.type !== 'string') return [];
    const message = 'the label is a string, so it must be said which of its values is the positive class';
    return [{ entry, message, fix: 'Add data.positive, for example `positive: "yes"`.' }];
  }
  const fits =
    label.type === 'string' ? typeof data.positive === 'string' : isNumeric(label) && typeof data.positive === 'number';
  if (fits) return [];
  return [
    {
      entry,
      message: `data.positive can’t be a value of a label of type ${label.type}`,
      fix: 'Write it as the label is written.',
    },
  ];
}

function ages({ data }: Model): Problem[] {
  if (data.time !== undefined) return [];
  const names = ['train', 'benchmark', 'production'] as const;
  const problems = names
    .filter((name) => data[name]?.max_age !== undefined)
    .map((name) => ({
      entry: ['data', name, 'max_age'],
      message: `data.${name}.max_age needs a time column to tell the age by`,
      fix: 'Name it in data.time, or remove max_age.',
    }));
  if (data.label_delay === undefined) return problems;
  const message = 'data.label_delay needs a time column, after which the label is known that long';
  return [
    ...problems,
    { entry: ['data', 'label_delay'], message, fix: 'Name it in data.time, or remove label_delay.' },
  ];
}
