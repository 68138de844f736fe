import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Training } from '#registry/evidence/training.ts';
import { runCommandLine } from '../../actions/cli/command-line.ts';
import { command } from '../fixtures/registry.ts';
import type { Repository } from '../fixtures/repository.ts';
import { makeTrainable, runsOf, train } from '../fixtures/trainable.ts';
import { testWorld } from '../fixtures/world.ts';

/** A registered version 1.0.0 of a real training; `edit` changes what its evidence kept. */
async function registered(edit: (golden: Training['golden']) => void = () => {}): Promise<Repository> {
  const repository = makeTrainable();
  expect((await train(repository)).errors).toBe('');
  const path = `.tiltyard/runs/shop/${runsOf(repository)[0].run}/training.json`;
  const training = Training.parse(JSON.parse(readFileSync(repository.path(path), 'utf8')));
  edit(training.golden);
  repository.write(path, JSON.stringify(training));
  expect((await command(repository, ['register', '--run', runsOf(repository)[0].run])).errors).toBe('');
  return repository;
}

async function golden(repository: Repository, ...more: string[]) {
  const world = testWorld(repository.root);
  const argv = ['golden', '1.0.0', '--model', 'shop', '--root', repository.root, ...more];
  const status = await runCommandLine(argv, { golden: () => import('../../actions/cli/golden.ts') }, world);
  return { status, printed: world.printed.join('\n'), errors: world.errors.join('\n') };
}

describe('tiltyard golden', () => {
  it('finds that the same runtime gives the same to the last bit, and names both', async () => {
    const repository = await registered();
    const { status, printed } = await golden(repository, '--tolerance', '0');
    expect(status).toBe(0);
    expect(printed).toContain('shop 1.0.0 gives here what its training kept: over 16 rows outputs differ by 0 at most');
    expect(printed).toMatch(/Kept by onnxruntime \S+ on \w+; compared on onnxruntime \S+ on \w+\./);
  });

  it('finds outputs that are further away than the tolerance', async () => {
    const repository = await registered((kept) => {
      kept.runtime = 'onnxruntime 1.10.0';
      kept.outputs[3][0] += 0.001;
    });
    const { status, printed } = await golden(repository);
    expect(status).toBe(1);
    expect(printed).toContain('gives something else here than its training kept: over 16 rows outputs differ by 0.001');
    expect(printed).toContain('Kept by onnxruntime 1.10.0 on');
    expect((await golden(repository, '--tolerance', '0.01')).status).toBe(0);
  });

  it('takes outputs that are missing for no agreement', async () => {
    const fewer = await registered((kept) => void kept.outputs.pop());
    expect(await golden(fewer, '--tolerance', '1e9')).toMatchObject({ status: 1 });
    const narrower = await registered((kept) => void kept.outputs[0].pop());
    expect(await golden(narrower, '--tolerance', '1e9')).toMatchObject({ status: 1 });
  });

  it('says where there is nothing to compare', async () => {
    const empty = await registered((kept) => void Object.assign(kept, { rows: [], outputs: [] }));
    expect(await golden(empty)).toMatchObject({ status: 3, errors: expect.stringContaining('has no golden rows') });
    const odd = await registered((kept) => void kept.rows[0].pop());
    expect(await golden(odd)).toMatchObject({ status: 3, errors: expect.stringContaining('do not fit the model') });
  });
});
