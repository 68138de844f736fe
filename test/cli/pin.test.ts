import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseDataLock } from '#registry/data-lock.ts';
import { runCommandLine } from '../../actions/cli/command-line.ts';
import { csv, type ModelDocument, makeRepository, makeRows, type Repository } from '../fixtures/repository.ts';
import { measure, run } from '../fixtures/run.ts';
import { testWorld } from '../fixtures/world.ts';

const LOCK = 'models/shop/data.lock.yaml';

function repository(edit: (document: ModelDocument) => void = () => {}): Repository {
  const made = makeRepository({
    edit(document) {
      document.data.train = { uri: 'data/train-*.csv' };
      edit(document);
    },
  });
  const rows = makeRows('binary_classification', 90).map((row) => ({ ...row, row_id: Number(row['row_id']) + 1e6 }));
  made.write('data/train-1.csv', csv(rows.slice(0, 40)));
  made.write('data/train-2.csv', csv(rows.slice(40)));
  return made;
}

async function pin({ root }: Repository, more: string[] = []) {
  const world = testWorld(root);
  const argv = ['pin', '--model', 'shop', '--root', root, ...more];
  const status = await runCommandLine(argv, { pin: () => import('../../actions/cli/pin.ts') }, world);
  expect(world.left()).toEqual([]);
  return { status, printed: world.printed.join('\n'), errors: world.errors.join('\n') };
}

const lockOf = (at: Repository) => parseDataLock(readFileSync(at.path(LOCK), 'utf8'), LOCK).value;
const sha256 = (content: string | Buffer) => createHash('sha256').update(content).digest('hex');

describe('tiltyard pin', () => {
  it('writes what each dataset is', async () => {
    const at = repository();
    const { status, printed, errors } = await pin(at);
    expect([status, errors]).toEqual([0, '']);
    const files = ['data/train-1.csv', 'data/train-2.csv'].map((name) => readFileSync(at.path(name)));
    const { train, benchmark } = lockOf(at);
    expect(train).toEqual({
      uri: 'data/train-*.csv',
      sha256: sha256(files.map((content) => `${sha256(content)}\n`).join('')),
      bytes: files[0].length + files[1].length,
      files: 2,
      rows: 90,
      start: '2026-10-01T00:00:00.000Z',
      end: '2026-10-01T01:29:00.000Z',
      schema: expect.objectContaining({ row_id: 'bigint', seen_at: 'timestamp', bought: 'boolean' }),
    });
    expect(benchmark?.sha256).toBe(sha256(readFileSync(at.path('data/benchmark.csv'))));
    expect(printed).toContain(
      `data.train: pinned for the first time: data/train-*.csv, 90 rows in 2 files, 2026-10-01`,
    );
    expect(printed).toContain(`${LOCK} written`);
  });

  it('leaves the file alone where nothing changed, and says what did', async () => {
    const at = repository();
    await pin(at);
    const text = `# ours\n${readFileSync(at.path(LOCK), 'utf8')}`;
    at.write(LOCK, text);
    const before = statSync(at.path(LOCK)).mtimeMs;
    const again = await pin(at);
    expect(again.printed).toContain('data.train: unchanged: ');
    expect(again.printed).toContain(`${LOCK} stays as it is`);
    expect([readFileSync(at.path(LOCK), 'utf8'), statSync(at.path(LOCK)).mtimeMs]).toEqual([text, before]);

    const { train: old } = lockOf(at);
    at.write('data/train-2.csv', readFileSync(at.path('data/train-1.csv'), 'utf8').replaceAll('\n100', '\n300'));
    expect((await pin(at, ['--data', 'benchmark'])).printed).not.toContain('data.train');
    expect(lockOf(at).train).toEqual(old);
    const anew = await pin(at, ['--data', 'train']);
    expect(anew.printed).toContain(`data.train: pinned anew: data/train-*.csv, 80 rows`);
    expect(anew.printed).toContain(`before 90 rows, sha256 ${old?.sha256}`);
    expect(lockOf(at).train?.rows).toBe(80);
    expect(readFileSync(at.path(LOCK), 'utf8').startsWith('# ours\n')).toBe(true);
  });

  it('says where only the declaration changed', async () => {
    const at = repository();
    await pin(at);
    at.write(
      'models/shop/model.yaml',
      readFileSync(at.path('models/shop/model.yaml'), 'utf8').replaceAll(/(age:\n\s+type:) integer/g, '$1 bigint'),
    );
    expect((await pin(at)).printed).toContain('data.train: the same bytes, but another schema: ');
    expect(lockOf(at).train?.schema['age']).toBe('bigint');
  });

  it('pins nothing where one dataset breaks its declared schema, has no rows, or is not there', async () => {
    const at = repository();
    const good = readFileSync(at.path('data/train-2.csv'), 'utf8');
    at.write('data/train-2.csv', good.replace('Oslo', ''));
    expect(await pin(at)).toMatchObject({ status: 3, printed: '', errors: expect.stringContaining('city is missing') });
    at.write('data/train-2.csv', csv([], Object.keys(at.rows[0])));
    at.write('data/train-1.csv', csv([], Object.keys(at.rows[0])));
    expect(await pin(at)).toMatchObject({ status: 3, errors: expect.stringContaining('it has no rows') });
    const none = repository((document) => delete document.data.train);
    expect(await pin(none, ['--data', 'train'])).toMatchObject({
      status: 3,
      errors: expect.stringContaining('no data.train'),
    });
    expect([existsSync(at.path(LOCK)), existsSync(none.path(LOCK))]).toEqual([false, false]);
    expect((await pin(none)).status).toBe(0);
    expect(Object.keys(lockOf(none))).toEqual(['benchmark']);
  });
});

describe('a benchmark under its pin', () => {
  it('is evaluated as it was pinned, and refused with both digests where its bytes changed', async () => {
    const at = repository();
    await pin(at);
    expect((await measure(at)).status).toBe(0);
    const pinned = lockOf(at).benchmark?.sha256;
    const path = at.path('data/benchmark.csv');
    const text = readFileSync(path, 'utf8');
    at.write('elsewhere.csv', text);
    at.write('data/benchmark.csv', text.replace('Oslo', 'Bern'));
    const { status, errors } = await run(at);
    expect(status).toBe(3);
    expect(errors).toContain(`data.benchmark is not what ${LOCK} pins`);
    expect(errors).toContain(`${sha256(readFileSync(path))} (600 rows), pinned is ${pinned}`);
    expect(errors).toContain('run tiltyard pin --model shop --data benchmark');
    expect((await run(at, { more: ['--benchmark', 'elsewhere.csv'] })).status).toBe(0);
  });
});

describe('training rows under their pin', () => {
  it('are refused where their bytes changed, and nothing is written', async () => {
    const at = repository();
    at.write('models/shop/features.sql', 'SELECT row_id, amount FROM source');
    await pin(at);
    const features = async (more: string[] = []) => {
      const world = testWorld(at.root);
      const argv = ['features', '--model', 'shop', '--root', at.root, '--out', at.path('build'), ...more];
      const status = await runCommandLine(argv, { features: () => import('../../actions/cli/features.ts') }, world);
      return { status, errors: world.errors.join('\n') };
    };
    expect(await features()).toEqual({ status: 0, errors: '' });
    rmSync(at.path('build'), { recursive: true });
    at.write('data/train-2.csv', readFileSync(at.path('data/train-2.csv'), 'utf8').replace('Oslo', 'Bern'));
    expect(await features()).toEqual({ status: 3, errors: expect.stringContaining('data.train is not what') });
    expect(existsSync(at.path('build'))).toBe(false);
    expect((await features(['--data', 'data/train-*.csv'])).status).toBe(0);
  });
});
