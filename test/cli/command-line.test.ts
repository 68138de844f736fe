import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ChildStopped } from '#lib/child/child.ts';
import type { Verb } from '#lib/verb.ts';
import { Interrupted } from '#lib/world.ts';
import { UserError } from '#registry/error.ts';
import { runCommandLine } from '../../actions/cli/command-line.ts';
import { makeRepository } from '../fixtures/repository.ts';
import { testWorld } from '../fixtures/world.ts';

const Inputs = z.strictObject({
  name: z.string().describe('A name'),
  'at-most': z.coerce.number().positive().default(7).describe('A number'),
  twice: z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')]).default(false),
  quiet: z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')]).default(true),
});

/** A verb that tells what it was given, or ends with what it is told to end with. */
function verbOf(end: () => void = () => {}): Verb<typeof Inputs> {
  return {
    description: 'Tells its inputs.',
    inputs: Inputs,
    async run(inputs, world) {
      await world.temporaryFolder();
      end();
      world.print(JSON.stringify(inputs));
      return 1;
    },
  };
}

const { root } = makeRepository({ count: 1 });

async function call(argv: string[], end?: () => void) {
  const world = testWorld(root);
  const status = await runCommandLine(argv, { tell: async () => ({ verb: verbOf(end) }) }, world);
  expect(world.left()).toEqual([]);
  return { status, printed: world.printed.join('\n'), errors: world.errors.join('\n') };
}

describe('the command line', () => {
  it('gives a verb its options with their defaults, and hands on its status', async () => {
    const { status, printed } = await call(['tell', '--name', 'x', '--at-most', '3', '--twice']);
    expect([status, JSON.parse(printed)]).toEqual([1, { name: 'x', 'at-most': 3, twice: true, quiet: true }]);
    const other = await call(['tell', '--name', 'x', '--no-quiet']);
    expect(JSON.parse(other.printed)).toEqual({ name: 'x', 'at-most': 7, twice: false, quiet: false });
  });

  it.each([
    [['tell'], '--name'],
    [['tell', '--nam', 'x'], "unknown option '--nam'"],
    [['tell', '--name'], 'argument missing'],
    [['tell', '--name', 'x', 'y'], 'too many arguments'],
    [['tell', '--name', 'x', '--at-most', 'few'], '--at-most'],
    [['tell', '--name', 'x', '--at-most', '-1'], '--at-most'],
  ])('refuses %j as the user’s mistake', async (argv, said) => {
    const { status, errors, printed } = await call(argv);
    expect([status, printed]).toEqual([3, '']);
    expect(errors).toContain(said);
    expect(errors).toContain('--help');
  });

  it.each([
    ['a user’s mistake', new UserError('row 7 is odd', { fix: 'Mend row 7.' }), 3, ['row 7 is odd', 'Mend row 7.']],
    [
      'a lack of time',
      new ChildStopped('time', 'the reader ran too long'),
      3,
      ['the reader ran too long', '--timeout'],
    ],
    ['a lack of memory', new ChildStopped('memory', 'the reader grew'), 3, ['the reader grew', '--memory-limit']],
    ['an interrupt', new Interrupted(), 130, ['Interrupted; nothing was written.']],
    [
      'a bug',
      new TypeError('x is null', { cause: new Error('deeper') }),
      4,
      ['bug in Tiltyard', 'TypeError: x is null', 'at ', 'deeper'],
    ],
  ])('ends with a status and a sentence for %s', async (_, thrown, wanted, said) => {
    const { status, errors } = await call(['tell', '--name', 'x'], () => {
      throw thrown;
    });
    expect(status).toBe(wanted);
    for (const part of said) expect(errors).toContain(part);
    if (wanted !== 4) expect(errors).not.toContain('    at ');
  });
});

describe('check-data', () => {
  const check = async (edit: (text: string) => string, more: string[] = []) => {
    const { readFileSync } = await import('node:fs');
    const repository = makeRepository({ count: 50 });
    repository.write('data/benchmark.csv', edit(readFileSync(repository.path('data/benchmark.csv'), 'utf8')));
    const world = testWorld(repository.root);
    const verbs = { 'check-data': () => import('../../actions/cli/check-data.ts') };
    const status = await runCommandLine(
      ['check-data', '--model', 'shop', '--root', repository.root, ...more],
      verbs,
      world,
    );
    expect(world.left()).toEqual([]);
    return { status, said: [...world.printed, ...world.errors].join('\n') };
  };

  it('tells what good data is', async () => {
    const { status, said } = await check((text) => text);
    expect([status, said]).toEqual([0, expect.stringContaining('50 rows')]);
    expect(said).toContain('2026-10-01T00:49:00');
    expect(said).toContain('✓ keeps its declared schema');
  });

  it('names each breach with its row, and ends with 1', async () => {
    const { status, said } = await check((text) => text.replace(/^(1003,.*),m,/m, '$1,,').replace(/^1004,/m, '1003,'));
    expect(status).toBe(1);
    expect(said).toMatch(/✗ .*sex/);
    expect(said).toMatch(/✗ .*1003/);
    expect(said).toContain('✗ breaks its declared schema');
  });

  it('refuses a dataset that model.yaml does not declare', async () => {
    const { status, said } = await check((text) => text, ['--data', 'production']);
    expect([status, said]).toEqual([3, expect.stringContaining('declares no data.production')]);
  });
});
