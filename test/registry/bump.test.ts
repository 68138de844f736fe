import { describe, expect, it } from 'vitest';
import { type Bump, nextVersion, type Recipe } from '#registry/bump.ts';
import type { Version } from '#registry/version.ts';
import { versionDocument } from '../fixtures/version.ts';

const parent = versionDocument('1.4.0');
const recipe = (edit: (version: Version) => void = () => {}): Recipe => versionDocument('0.0.0', edit);
const next = (edit: (version: Version) => void, taken: string[] = [], asked: Bump | null = null) =>
  nextVersion(parent, recipe(edit), ['1.4.0', ...taken], asked);
const other = 'f'.repeat(64);

describe('nextVersion', () => {
  it.each<[string, (version: Version) => void, string, string]>([
    ['the same recipe', () => {}, '1.4.1', 'a patch step from 1.4.0: the same recipe, trained again'],
    [
      'another seed, commit and machine',
      ({ lineage }) => {
        lineage.seed = 8;
        lineage.commit = 'd'.repeat(40);
        lineage.environment.architecture = 'arm64';
        lineage.environment.lock_files = {};
        lineage.input_digest = other;
      },
      '1.4.1',
      'the same recipe, trained again',
    ],
    [
      'another place of the same data',
      ({ lineage }) => {
        lineage.data.train.uri = 's3://elsewhere/data.parquet';
      },
      '1.4.1',
      'the same recipe',
    ],
    [
      'other features',
      ({ lineage }) => {
        lineage.features.sql = other;
      },
      '1.5.0',
      'a minor step from 1.4.0: it differs in features.sql',
    ],
    [
      'a new state table',
      ({ lineage }) => {
        lineage.features.state = { rates: other };
      },
      '1.5.0',
      'it differs in state/rates.sql',
    ],
    [
      'another training window, params, command and program',
      ({ lineage }) => {
        lineage.data.train.digest = other;
        lineage.params = { trees: 200, depth: 3 };
        lineage.program = { command: 'node other.ts', digest: other, files: 2 };
      },
      '1.5.0',
      'it differs in the training data, params (depth, trees), the training command, the training program',
    ],
    [
      'an output more',
      ({ contract }) => {
        contract.outputs.push({ name: 'label', type: 'int64', shape: ['N'] });
      },
      '1.5.0',
      'it differs in a wider contract',
    ],
    [
      'a graph with other inputs',
      ({ contract }) => {
        contract.inputs = [{ name: 'Y', type: 'float32', shape: ['N', 2] }];
      },
      '1.4.1',
      'the same recipe',
    ],
    [
      'a column more that is needed',
      ({ contract, lineage }) => {
        contract.columns.push({ name: 'age', type: 'INTEGER' });
        lineage.features.sql = other;
      },
      '2.0.0',
      'a major step from 1.4.0: callers may break. The candidate needs the raw column “age” (INTEGER), which 1.4.0 does not read',
    ],
    [
      'another task',
      (version) => {
        version.task = 'regression';
        version.contract.classes = null;
      },
      '2.0.0',
      'It predicts regression; 1.4.0 does binary_classification. The classes, in order, are none; they were “0”, “1”',
    ],
  ])('%s', (_, edit, version, reason) => {
    expect(next(edit)).toEqual({ version, reason: expect.stringContaining(reason) });
  });

  it('says what would have been decided where a person decides otherwise', () => {
    expect(next(() => {}, [], 'major')).toEqual({
      version: '2.0.0',
      reason: 'a major step from 1.4.0, as was asked; by itself it is a patch one: the same recipe, trained again',
    });
    expect(next(() => {}, [], 'patch').reason).toBe('a patch step from 1.4.0: the same recipe, trained again');
  });

  it('never takes a number that was used', () => {
    expect(next(() => {}, ['1.4.1', '1.4.2', '1.4.4']).version).toBe('1.4.3');
    expect(
      next(
        ({ lineage }) => {
          lineage.params = {};
        },
        ['1.5.0'],
      ).version,
    ).toBe('1.6.0');
    expect(next(() => {}, ['2.0.0'], 'major').version).toBe('3.0.0');
    expect(nextVersion(null, recipe(), []).version).toBe('1.0.0');
    expect(nextVersion(null, recipe(), ['1.0.0', '1.1.0'], 'major')).toEqual({
      version: '1.2.0',
      reason: 'the first version',
    });
  });
});
