import { describe, expect, it } from 'vitest';
import { checkPin, type DataLock, type Pin, parseDataLock } from '#registry/data-lock.ts';
import { editDataLock } from '#registry/edit-data-lock.ts';
import { UserError } from '#registry/error.ts';

const PATH = 'models/shop/data.lock.yaml';
const pin = (edit: Partial<Pin> = {}): Pin => ({
  uri: 'data/train.csv',
  sha256: 'a'.repeat(64),
  bytes: 120,
  files: 1,
  rows: 9,
  start: '2026-08-01T00:00:00.000Z',
  end: null,
  schema: { id: 'bigint', seen_at: 'timestamp' },
  ...edit,
});
const read = (text: string): DataLock => parseDataLock(text, PATH).value;

const COMMENTED = `# Ask Ada before pinning anew.
benchmark:
  uri: data/b.csv
  # of the 3rd export
  sha256: ${'b'.repeat(64)}
  bytes: 7
  rows: 2 # two shops
  files: 1
  start: null
  end: null
  schema: { id: bigint } # no time

train:
  uri: 'data/train.csv'
  sha256: ${'a'.repeat(64)}
  bytes: 120
  files: 1
  rows: 9
  start: 2026-08-01T00:00:00.000Z
  end: null
  schema:
    id: bigint # from the till
    seen_at: timestamp
`;

describe('editDataLock', () => {
  it('writes a file where there is none, which reads back as the pins', () => {
    const shared = pin();
    const text = editDataLock(null, { train: shared, benchmark: shared }, PATH);
    expect(read(text)).toEqual({ train: shared, benchmark: shared });
    expect(text.split('\n').slice(0, 3)).toEqual([
      '# Which bytes each dataset of model.yaml was when it was pinned. Written by tiltyard pin.',
      'train:',
      '  uri: data/train.csv',
    ]);
  });

  it('leaves a file in which nothing changes as it is, byte for byte, however it is written', () => {
    expect(editDataLock(COMMENTED, { train: pin() }, PATH)).toBe(COMMENTED);
    const windows = COMMENTED.replaceAll('\n', '\r\n');
    expect(editDataLock(windows, { train: pin() }, PATH)).toBe(windows);
  });

  it('changes the lines of what changed alone: comments, order and other pins stay', () => {
    const next = pin({ sha256: 'c'.repeat(64), bytes: 130, rows: 10 });
    const wanted = COMMENTED.replace('a'.repeat(64), 'c'.repeat(64))
      .replace('120', '130')
      .replace('rows: 9', 'rows: 10');
    expect(editDataLock(COMMENTED, { train: next }, PATH)).toBe(wanted);
    const windows = COMMENTED.replaceAll('\n', '\r\n');
    expect(editDataLock(windows, { train: next }, PATH)).toBe(wanted.replaceAll('\n', '\r\n'));
  });

  it('adds and removes columns, and adds a dataset that was not pinned', () => {
    const schema = { seen_at: 'date', amount: 'double', '2001': 'integer' };
    const edited = editDataLock(COMMENTED, { train: pin({ schema }) }, PATH);
    expect(read(edited)).toEqual({ benchmark: read(COMMENTED).benchmark, train: pin({ schema }) });
    expect(edited).toContain('# Ask Ada before pinning anew.');
    const alone = editDataLock(null, { benchmark: pin() }, PATH);
    expect(read(editDataLock(alone, { train: pin({ rows: 1 }) }, PATH))).toEqual({
      benchmark: pin(),
      train: pin({ rows: 1 }),
    });
  });

  it.each([
    ['digits alone', { sha256: '1'.repeat(64) }],
    ['what YAML would read as a number', { sha256: `1e${'5'.repeat(62)}` }],
    ['a path with everything', { uri: `dåta/it's: "here" #1 & *.parquet\n${'long '.repeat(60)}` }],
    ['a path that looks like a tag', { uri: '!x' }],
    [
      'columns that mean something to YAML or JavaScript',
      { schema: { null: 'string', yes: 'string', '- a: b': 'date' } },
    ],
  ])('reads back %s', (_, edit) => {
    expect(read(editDataLock(null, { train: pin(edit) }, PATH))).toEqual({ train: pin(edit) });
    expect(read(editDataLock(COMMENTED, { train: pin(edit) }, PATH)).train).toEqual(pin(edit));
  });

  it('refuses to edit what is no data.lock.yaml, with the place', () => {
    expect(() => editDataLock('train: { uri: x }\n', { train: pin() }, PATH)).toThrow(
      `${PATH}:1:1: train.sha256 is missing`,
    );
    expect(() => editDataLock('', { train: pin() }, PATH)).toThrow('is empty');
  });
});

describe('checkPin', () => {
  const found = { uri: 'data/train.csv', digest: 'a'.repeat(64), rows: 9 };

  it('takes the pinned bytes wherever they lie, and anything where nothing is pinned', () => {
    expect(() => checkPin({ train: pin() }, 'train', found, 'shop')).not.toThrow();
    expect(() => checkPin({ train: pin() }, 'train', { ...found, uri: '/elsewhere.csv' }, 'shop')).not.toThrow();
    expect(() => checkPin({ benchmark: pin() }, 'train', { ...found, digest: 'c'.repeat(64) }, 'shop')).not.toThrow();
  });

  it('names both digests and what to do', () => {
    const error = (() => {
      try {
        return checkPin({ train: pin() }, 'train', { uri: 'other.csv', digest: 'c'.repeat(64), rows: 12345 }, 'shop');
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toEqual(
      new UserError(
        `data.train is not what ${PATH} pins: other.csv (pinned as data/train.csv) has the sha256 ${'c'.repeat(64)} ` +
          `(12,345 rows), pinned is ${'a'.repeat(64)} (9 rows)`,
        { fix: 'Bring the pinned data back, or run tiltyard pin --model shop --data train to accept these.' },
      ),
    );
  });
});
