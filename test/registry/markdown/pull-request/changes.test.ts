import { describe, expect, it } from 'vitest';
import type { Pin } from '#registry/data-lock.ts';
import { type Recipe, recipeChanges } from '#registry/markdown/pull-request/changes.ts';
import { parseModel } from '#registry/parse-model.ts';
import { evaluationOf } from '../../../fixtures/evaluation.ts';
import { flightModelPath, flightModelText } from '../../../fixtures/model.ts';
import { bare } from '../bare.ts';

const pin = (edits: Partial<Pin> = {}): Pin => ({
  uri: 'data/flights-2001-01.parquet',
  sha256: 'a'.repeat(64),
  bytes: 1,
  files: 1,
  rows: 466_118,
  start: '2001-01-01T00:01:00Z',
  end: '2001-01-31T23:58:00Z',
  schema: {},
  ...edits,
});
function recipe(edits: [string, string][] = [], rest: Partial<Recipe> = {}): Recipe {
  const text = edits.reduce((before, [from, to]) => before.replace(from, to), flightModelText);
  return { model: parseModel(text, flightModelPath).model, features: 'SELECT 1', training: pin(), ...rest };
}
const params = (values: object): [string, string] => [
  '  seed: 7\n',
  `  seed: 7\n  params: ${JSON.stringify(values)}\n`,
];

describe('recipeChanges', () => {
  it('says nothing where nothing changes', () => {
    expect(recipeChanges(recipe(), recipe([['name: flight', '# A remark.\nname: flight']]), null)).toEqual([]);
  });

  it('names columns that features.sql adds and drops, as the evidence has them', () => {
    const changed = recipe([], { features: 'SELECT 2' });
    expect(recipeChanges(recipe(), changed, evaluationOf())).toEqual([
      '`features.sql` adds `weekday`, `origin_rate`, `destination_rate`, `route_rate`, against the champion’s.',
    ]);
    const { candidate, champion } = evaluationOf();
    if (champion === null) throw new Error('the fixture has a champion');
    expect(recipeChanges(recipe(), changed, evaluationOf({ candidate: champion, champion: candidate }))).toEqual([
      '`features.sql` drops `weekday`, `origin_rate`, `destination_rate`, `route_rate`, against the champion’s.',
    ]);
    expect(recipeChanges(recipe(), changed, evaluationOf({ champion: candidate }))).toEqual([
      '`features.sql` changes, with the same columns, against the champion’s.',
    ]);
    expect(recipeChanges(recipe(), changed, null)).toEqual(['`features.sql` changes.']);
  });

  it('names parameters, seed, program and the window of the training data', () => {
    const before = recipe([params({ trees: 200, rate: 0.1 })]);
    const after = recipe(
      [params({ trees: 300, depth: { max: 3 } }), ['seed: 7', 'seed: 8'], ['node train.ts', 'node other.ts']],
      {
        training: pin({ sha256: 'b'.repeat(64), rows: 1_412_003, end: '2001-03-31T23:59:00Z' }),
      },
    );
    expect(recipeChanges(before, after, null)).toEqual([
      'Training data: 466,118 rows, 2001-01-01 to 2001-01-31 → 1,412,003 rows, 2001-01-01 to 2001-03-31.',
      'parameter `trees`: `200` → `300`',
      'parameter `rate`: `0.1` → not set',
      'parameter `depth`: not set → `{"max":3}`',
      '`train.run`: `"node train.ts"` → `"node other.ts"`',
      '`train.seed`: `7` → `8`',
    ]);
  });

  it('S15 shows parameters of others as code, and no more than a dozen of them', () => {
    const nasty = { '@acme/owners': '<img src=x>', '`` ` @bob': '](http://evil.example)' };
    const lines = recipeChanges(recipe(), recipe([params(nasty)]), null);
    expect(bare(lines.join('\n'))).not.toMatch(/@|<|\]\(|https?:/);
    const many = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`p${i}`, i]));
    expect(recipeChanges(recipe(), recipe([params(many)]), null).at(-1)).toBe('and 28 more');
  });
});
