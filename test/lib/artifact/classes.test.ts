import { expect, it } from 'vitest';
import { artifactClasses } from '#lib/artifact/classes.ts';
import type { Task } from '#registry/metric.ts';
import { schemaOf } from '../data/workspace.ts';

function classes(task: Task, labels: string[], positive?: string | number) {
  const data = {
    benchmark: { uri: 'b.csv' },
    id: 'id',
    label: 'y',
    known_later: [],
    schema: schemaOf({ y: 'string' }),
  };
  return artifactClasses({ task, data: { ...data, positive } }, labels);
}

it('are those of the training rows, in the order of scikit-learn', () => {
  expect(classes('binary_classification', ['0', '1'])).toEqual(['0', '1']);
  expect(classes('binary_classification', ['no', 'yes'], 'yes')).toEqual(['no', 'yes']);
  expect(classes('multiclass_classification', ['2', '10', '11'])).toEqual(['2', '10', '11']);
  expect(classes('regression', [])).toBe(null);
});

it('are left to the model where programs differ in which of two comes last', () => {
  expect(classes('binary_classification', ['bad', 'good'], 'bad')).toBe(null);
  expect(classes('binary_classification', ['1', '2', '3'], 3)).toBe(null);
});

it('are refused where there is nothing to tell apart', () => {
  expect(() => classes('binary_classification', ['yes'], 'yes')).toThrow('have the label yes');
  expect(() => classes('binary_classification', ['no', 'nope'], 'yes')).toThrow('no training row has the label yes');
  expect(() => classes('multiclass_classification', ['blue'])).toThrow('have the label blue');
});
