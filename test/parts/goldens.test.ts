import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { execa } from 'execa';
import proto from 'onnx-proto';
import { afterAll, describe, expect, it } from 'vitest';
import { repositoryFiles, root } from '../contract/source.ts';
import { python } from './python.ts';

const { onnx } = proto;

/**
 * Every Python script beside golden values or fixtures is run again, in an empty copy of its folder, and must give
 * what is committed. A script writes files beside itself, or one JSON document named after it to standard output.
 */
const scripts = repositoryFiles()
  .map(({ path }) => path)
  .filter((path) => /^test\/.*\.py$/.test(path));

const scratch = mkdtempSync(join(tmpdir(), 'tiltyard-goldens-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe.each(scripts)('%s', (script) => {
  const folder = join(root, dirname(script));
  const copy = join(scratch, script.replaceAll('/', '-'));

  it('gives the committed values again', async () => {
    cpSync(folder, copy, { recursive: true, filter: (path) => statSync(path).isDirectory() || path.endsWith('.py') });
    const { stdout } = await execa(python(), [basename(script)], {
      cwd: copy,
      env: { OMP_NUM_THREADS: '1', PYTHONDONTWRITEBYTECODE: '1', PYTHONHASHSEED: '0', PYTHONWARNINGS: 'ignore' },
    });
    const made = new Map(
      filesUnder(copy)
        .filter((path) => !path.endsWith('.py'))
        .map((path) => [path, readFileSync(join(copy, path))]),
    );
    if (made.size === 0) made.set(`${basename(script, '.py')}.json`, Buffer.from(stdout));
    for (const [path, bytes] of made) expectSame(path, bytes, readFileSync(join(folder, path)));
  });
});

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}

/** Bytes as they are; the numbers of a JSON document to 12 digits, because another processor sums in another order. */
function expectSame(path: string, made: Buffer, committed: Buffer): void {
  if (path.endsWith('.onnx')) {
    expect(graphOf(made), path).toEqual(graphOf(committed));
    return;
  }
  if (!path.endsWith('.json')) {
    expect(made.equals(committed), `${path} differs`).toBe(true);
    return;
  }
  const [a, b] = [made, committed].map((bytes) => numbersOf(JSON.parse(bytes.toString('utf8'))));
  expect(a.shape, path).toEqual(b.shape);
  for (const [index, value] of a.numbers.entries()) {
    const wanted = b.numbers[index];
    const scale = Math.max(Math.abs(wanted), 1e-300);
    if (!(Math.abs(value - wanted) <= 1e-12 * scale || Math.abs(value - wanted) < 1e-15)) {
      expect.fail(`${path}: number ${index} is ${value} now, ${wanted} is committed`);
    }
  }
}

/** A model without the name of its graph: some exporters draw a new one each time. */
function graphOf(bytes: Buffer): unknown {
  const model = onnx.ModelProto.decode(bytes);
  return onnx.ModelProto.toObject(onnx.ModelProto.create({ ...model, graph: { ...model.graph, name: '' } }));
}

/** A document with every number taken out, and the numbers in order; versions of libraries are no values. */
function numbersOf(document: unknown): { shape: unknown; numbers: number[] } {
  const numbers: number[] = [];
  const shape: unknown = JSON.parse(
    JSON.stringify(document, (_key, value: unknown) =>
      typeof value === 'number' ? `number ${numbers.push(value)}` : value,
    ),
  );
  return { shape, numbers };
}
