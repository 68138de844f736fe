import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { execa } from 'execa';
import type { onnx as Onnx } from 'onnx-proto';
import proto from 'onnx-proto';
import { afterAll, describe, expect, it } from 'vitest';
import { repositoryFiles, root } from '../contract/source.ts';
import { python } from './python.ts';

const { onnx } = proto;

/**
 * Every Python script in a folder `golden`, and every `make.py` of fixtures, is run again, in an empty copy of its folder, and must give
 * what is committed. A script writes files beside itself, or one JSON document named after it to standard output.
 */
const scripts = repositoryFiles()
  .map(({ path }) => path)
  .filter((path) => /^test\/.*(\/golden\/[^/]+|\/make)\.py$/.test(path));

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

/**
 * The numbers of a JSON document to 12 digits, because another processor sums in another order; what stands beside an
 * ONNX model was trained in single precision, and is held to 4. A model itself is compared in everything but its
 * numbers and names: its inputs, outputs, operators and their order.
 */
function expectSame(path: string, made: Buffer, committed: Buffer): void {
  if (path.endsWith('.onnx')) {
    expect(graphOf(made), path).toEqual(graphOf(committed));
    return;
  }
  if (!path.endsWith('.json')) {
    expect(made.equals(committed), `${path} differs`).toBe(true);
    return;
  }
  const precision = path.startsWith('exported/') ? 1e-4 : 1e-12;
  const [a, b] = [made, committed].map((bytes) => numbersOf(JSON.parse(bytes.toString('utf8'))));
  expect(a.shape, path).toEqual(b.shape);
  const differing = a.numbers.flatMap((value, index) =>
    Math.abs(value - b.numbers[index]) <= precision * Math.max(Math.abs(value), 1e-3)
      ? []
      : [`number ${index} is ${value} now, ${b.numbers[index]} is committed`],
  );
  expect(differing, path).toEqual([]);
}

function graphOf(bytes: Buffer): unknown {
  const { graph, opsetImport } = onnx.ModelProto.toObject(onnx.ModelProto.decode(bytes));
  return {
    opsetImport,
    inputs: graph?.input,
    outputs: graph?.output,
    operators: graph?.node?.map((node: Onnx.INodeProto) => `${node.domain}:${node.opType}`),
  };
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
