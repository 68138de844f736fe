import { describe, expect, it } from 'vitest';
import type { Pin } from '#registry/data-lock.ts';
import type { Evaluation } from '#registry/evidence/evaluation.ts';
import { type Recipe, recipeChanges } from '#registry/markdown/pull-request/changes.ts';
import type { ChangedFile } from '#registry/markdown/pull-request/file-changes.ts';
import { parseModel } from '#registry/parse-model.ts';
import { evaluationOf, subjectOf } from '../../../fixtures/evaluation.ts';
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
  const model = parseModel(text, flightModelPath).model;
  return { model, features: 'SELECT id, hour AS h FROM source', lock: { train: pin() }, ...rest };
}
const params = (values: object): [string, string] => [
  '  seed: 7\n',
  `  seed: 7\n  params: ${JSON.stringify(values)}\n`,
];

const changes = (after: Recipe, { before = recipe(), evidence = null, files = [] }: Partial<Around> = {}) =>
  recipeChanges(before, after, evidence, files);
interface Around {
  before: Recipe;
  evidence: Evaluation | null;
  files: ChangedFile[] | null;
}
const withFeatures = (features: string) => recipe([], { features });

describe('recipeChanges', () => {
  it('says nothing where nothing changes', () => {
    expect(changes(recipe([['name: flight', '# A remark.\nname: flight']]))).toEqual([]);
  });

  it.each([
    ['a column more', 'SELECT id, hour AS h, day AS "Day" FROM source', 'adds `Day`'],
    ['another column', 'SELECT id, day FROM source', 'adds `day`; drops `h`'],
    ['another name', 'SELECT id, hour AS hour_of_day FROM source', 'renames `h` to `hour_of_day`'],
    ['another expression', 'SELECT id, hour + 1 AS h FROM source', 'computes `h` otherwise'],
    ['another order', 'SELECT hour AS h, id FROM source', 'orders its columns otherwise'],
    [
      'a CTE',
      'WITH source AS (SELECT * FROM source) SELECT id, hour AS h FROM source',
      'changes what its columns are taken from (FROM, joins, WITH, WHERE), so that any of them may differ',
    ],
    ['a comment', 'SELECT id, -- the hour\n  hour AS h\nFROM source', 'changes in comments or layout alone'],
    [
      'all at once',
      'SELECT day, id, hour % 2 AS h FROM source WHERE id > 1',
      'adds `day`; computes `h` otherwise; changes what its columns are taken from (FROM, joins, WITH, WHERE), so that any of them may differ',
    ],
  ])('tells %s of features.sql by its text', (_, sql, words) => {
    expect(changes(withFeatures(sql))).toEqual([`\`features.sql\` ${words}.`]);
  });

  it('says that it can’t tell where the text does not, and then what the evidence measured', () => {
    const star = withFeatures('SELECT * FROM source');
    const untold =
      '`features.sql` changes; which columns change can’t be told from its text (a star, a set operation, a column without AS, or SQL that is not known here).';
    expect(changes(star)).toEqual([untold]);
    expect(changes(star, { evidence: evaluationOf() })).toEqual([
      `${untold} Against the champion’s features, the candidate adds \`weekday\`, \`origin_rate\`, \`destination_rate\`, \`route_rate\`.`,
    ]);
    const { candidate } = evaluationOf();
    expect(changes(star, { evidence: evaluationOf({ champion: candidate }) })).toEqual([
      `${untold} Against the champion’s features, the candidate has the same columns.`,
    ]);
    expect(changes(recipe([], { features: null }))).toEqual(['`features.sql` is gone.']);
    expect(changes(recipe(), { before: recipe([], { features: null }) })).toEqual(['`features.sql` is new.']);
  });

  it('adds what the champion has otherwise than the base branch', () => {
    const after = withFeatures('SELECT id, hour AS h, weekday FROM source');
    const features = (names: string[]) =>
      evaluationOf({ candidate: subjectOf({ features: ['h', 'weekday'] }), champion: subjectOf({ features: names }) });
    expect(changes(after, { evidence: features(['H']) })).toEqual(['`features.sql` adds `weekday`.']);
    expect(changes(after, { evidence: features(['distance', 'weekday']) })).toEqual([
      '`features.sql` adds `weekday`.',
      'Against the champion’s features, the candidate adds `h`; drops `distance`.',
    ]);
  });

  it('names parameters, seed, program and other sections, and the window of the training data', () => {
    const before = recipe([params({ trees: 200, rate: 0.1 })]);
    const after = recipe(
      [
        params({ trees: 300, depth: { max: 3 } }),
        ['seed: 7', 'seed: 8\n  tolerance: 0.001'],
        ['node train.ts', 'node other.ts'],
      ],
      { lock: { train: pin({ sha256: 'b'.repeat(64), rows: 1_412_003, end: '2001-03-31T23:59:00Z' }) } },
    );
    expect(changes(after, { before })).toEqual([
      'Training data: 466,118 rows, 2001-01-01 to 2001-01-31 → 1,412,003 rows, 2001-01-01 to 2001-03-31.',
      '`train.run`: `"node train.ts"` → `"node other.ts"`',
      '`train.seed`: `7` → `8`',
      '`train.tolerance`: `0` → `0.001`',
      'parameter `trees`: `200` → `300`',
      'parameter `rate`: `0.1` → not set',
      'parameter `depth`: not set → `{"max":3}`',
    ]);
  });

  it('tells of data without pins where they lie, and what the evidence learned from', () => {
    const unpinned = (edits: [string, string][] = []) => recipe(edits, { lock: null });
    const after = unpinned([['data/flights-2001-01.parquet', 'data/*.parquet']]);
    expect(changes(after, { before: unpinned() })).toEqual([
      'Training data: `data/flights-2001-01.parquet` → `data/*.parquet`.',
    ]);
    expect(changes(after, { before: unpinned(), evidence: evaluationOf() })).toEqual([
      'Training data: `data/flights-2001-01.parquet` → `data/*.parquet`. By the evidence, the champion learned from 466,118 rows, 2001-01-01 to 2001-01-31, the candidate from 1,412,003 rows, 2001-01-01 to 2001-03-31.',
    ]);
    expect(changes(recipe(), { before: unpinned() })).toEqual([
      'Training data: `data/flights-2001-01.parquet` → `data/flights-2001-01.parquet` (466,118 rows, 2001-01-01 to 2001-01-31).',
    ]);
    const other = recipe([], { lock: { train: pin({ sha256: 'b'.repeat(64) }) } });
    expect(changes(other)[0]).toMatch(/2001-01-31 \(the same window, other bytes\)\.$/);
  });

  it('tells of the benchmark’s pin, for by it all is judged', () => {
    const judgedOn = (benchmark: Pin) => recipe([], { lock: { train: pin(), benchmark } });
    expect(
      changes(judgedOn(pin({ sha256: 'c'.repeat(64), rows: 5, start: null })), { before: judgedOn(pin()) }),
    ).toEqual(['**Benchmark**: 466,118 rows, 2001-01-01 to 2001-01-31 → 5 rows.']);
  });

  it('names the rules of a policy that change, one by one', () => {
    const after = recipe([
      ['roc_auc, max_loss: 0.002', 'roc_auc, min_gain: 0.001'],
      ['{ metric: log_loss, max_loss: 0.005 }', '{ metric: log_loss, max_loss: 0.02 }'],
      ['{ size: megabytes, at_most: 50 }', '{ memory: megabytes, at_most: 500 }'],
      ['min_rows: 200', 'min_rows: 500'],
    ]);
    expect(changes(after)).toEqual([
      'The **policy** changes: the base’s decides on this pull request.',
      '`evaluate.primary.max_loss`: `0.002` → not set',
      '`evaluate.slices.min_rows`: `200` → `500`',
      '`evaluate.primary.min_gain`: not set → `0.001`',
      'rule `{ metric: log_loss, max_loss: 0.005 }` → `{ metric: log_loss, max_loss: 0.02 }`',
      'rule `{ size: megabytes, at_most: 50 }` is gone',
      'rule `{ memory: megabytes, at_most: 500 }` is new',
    ]);
  });

  it('names fitted tables, the training program, what pins its packages, and what lies outside', () => {
    const file = (path: string, status: ChangedFile['status'] = 'modified') => ({ path, status });
    const files = [
      file('models/flight-delay/model.yaml'),
      file('models/flight-delay/features.sql'),
      file('models/flight-delay/data.lock.yaml'),
      file('models/flight-delay/state/origin_rates.sql', 'added'),
      file('models/flight-delay/state/route_rates.sql'),
      file('models/flight-delay/state/old.sql', 'removed'),
      file('models/flight-delay/train.py'),
      file('models/flight-delay/README.md'),
      file('models/flight-delay/net/layers.py', 'renamed'),
      file('models/flight-delay/requirements.txt'),
      file('models/other/train.py'),
      file('registry/other/channels.yaml'),
      file('uv.lock'),
      file('tiltyard.yaml'),
      file('src/common.py'),
    ];
    expect(changes(recipe(), { files })).toEqual([
      'Fitted tables: adds `state/origin_rates.sql`; changes `state/route_rates.sql`; removes `state/old.sql`.',
      'Training program: changes `train.py`; adds `net/layers.py`.',
      'Pinned packages: changes `uv.lock`, `requirements.txt`.',
      '`tiltyard.yaml` changes: the base’s decides.',
      'Outside of `models/`, which training may read: changes `src/common.py`.',
    ]);
    expect(changes(recipe(), { files: null })).toEqual([
      'GitHub did not list all files: the training program may change too.',
    ]);
  });

  it('S15 shows what others wrote as code, and no more than twenty lines', () => {
    const nasty = ['@acme/owners', '<img src=x>', '`` ` @bob', '](http://evil.example)', '\u202Eevil\u2066'];
    const hostile = recipe([params(Object.fromEntries(nasty.map((one) => [one, one])))], {
      features: `SELECT id, ${nasty.map((one) => `1 AS "${one}"`).join(', ')} FROM source`,
      lock: { train: pin({ sha256: 'b'.repeat(64), start: '@bob <b>', end: '@bob' }) },
    });
    const files = nasty.map((one) => ({ path: `models/flight-delay/state/${one}.sql`, status: 'added' as const }));
    const lines = changes(hostile, { files: [...files, { path: '@bob', status: 'added' }] });
    expect(bare(lines.join('\n'))).not.toMatch(/@|<|\]\(|https?:|\p{Cf}/u);
    const many = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`p${i}`, i]));
    expect(changes(recipe([params(many)])).at(-1)).toBe('and 20 more');
    const columns = (prefix: string) => Array.from({ length: 50_000 }, (_, i) => `1 AS ${prefix}${i}`).join(', ');
    const wide = (prefix: string) => withFeatures(`SELECT ${columns(prefix)} FROM source`);
    expect(changes(wide('b'), { before: wide('a') })[0]).toMatch(
      /^`features\.sql` adds `b0`, .* and 49988 more; drops/,
    );
  });
});
