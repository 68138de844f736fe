import { describe, expect, it } from 'vitest';
import { contractChanges } from '#registry/contract.ts';
import type { Contract } from '#registry/evidence/evaluation.ts';
import { subjectOf } from '../fixtures/evaluation.ts';

function contractOf(overrides: Partial<Contract> = {}): Contract {
  const { contract } = subjectOf();
  if (contract === null) throw new Error('the fixture has a contract');
  return { ...contract, ...overrides };
}

const kinds = (champion: Partial<Contract>, candidate: Partial<Contract>) =>
  contractChanges(contractOf(champion), contractOf(candidate)).map(({ kind }) => kind);
const output = { name: 'probability', type: 'float', shape: ['batch', 2] };

describe('contractChanges', () => {
  it('finds none between equal contracts', () => {
    expect(kinds({}, {})).toEqual([]);
  });

  it.each<[string, Partial<Contract>, Partial<Contract>, string[]]>([
    [
      'a raw column of another type',
      {},
      { columns: [{ name: 'date', type: 'string' }] },
      ['narrowed', 'widened', 'widened', 'widened'],
    ],
    [
      'an output that is gone',
      { outputs: [output, { ...output, name: 'label' }] },
      { outputs: [output] },
      ['narrowed'],
    ],
    ['an output of another type', { outputs: [output] }, { outputs: [{ ...output, type: 'double' }] }, ['narrowed']],
    [
      'an output of another fixed size',
      { outputs: [output] },
      { outputs: [{ ...output, shape: ['batch', 3] }] },
      ['narrowed'],
    ],
    [
      'an output with another number of dimensions',
      { outputs: [output] },
      { outputs: [{ ...output, shape: ['batch'] }] },
      ['narrowed'],
    ],
    ['a dimension by another name', { outputs: [output] }, { outputs: [{ ...output, shape: ['N', 2] }] }, []],
    ['a new output', { outputs: [output] }, { outputs: [output, { ...output, name: 'label' }] }, ['widened']],
    ['classes in another order', { classes: ['a', 'b'] }, { classes: ['b', 'a'] }, ['narrowed']],
    ['classes that one version does not have', { classes: ['a', 'b'] }, { classes: null }, ['narrowed']],
    ['classes as another exporter writes them', { classes: ['0', '1'] }, { classes: ['false', 'true'] }, []],
    ['numbered classes with a decimal point', { classes: ['1', '2'] }, { classes: ['1.0', '2.0'] }, []],
    ['inputs that only features.sql sees', {}, { inputs: [] }, ['inner']],
  ])('%s', (_, champion, candidate, expected) => {
    expect(kinds(champion, candidate)).toEqual(expected);
  });
});
