import { readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import type { Repository } from '../fixtures/repository.ts';
import { actionEnvironment, filesIn, makeTrainable, PROGRAM, runsOf } from '../fixtures/trainable.ts';

const main = fileURLToPath(new URL('../../actions/main.ts', import.meta.url));

/** Trains as the action does; returns the outputs of the step. */
async function act(repository: Repository, inputs: Record<string, string> = {}) {
  repository.write('.gitignore', '*\n');
  const { exitCode, stderr } = await execa(process.execPath, [main, 'train'], {
    cwd: repository.root,
    env: actionEnvironment(repository, { model: 'shop', ...inputs }),
    reject: false,
  });
  const outputs = readFileSync(repository.path('github-output'), 'utf8');
  const logs = /^logs<<(\S+)\n(.*)\n\1$/m.exec(outputs)?.[2] ?? null;
  return { exitCode, stderr, logs };
}

describe('what training programs said, in a workflow', () => {
  it('lies in a folder for the upload, a file for each run of this step', async () => {
    const repository = makeTrainable();
    const first = await act(repository, { seeds: '2' });
    expect([first.exitCode, first.stderr, first.logs]).toEqual([0, '', repository.path('runner/tiltyard-logs/shop')]);
    const said = (folder: string | null) =>
      filesIn(folder ?? '').map((file) => readFileSync(`${folder}/${file}`, 'utf8'));
    expect(said(first.logs).sort()).toEqual(['trained with seed 3\n', 'trained with seed 4\n']);
    expect(filesIn(first.logs ?? '').sort()).toEqual(
      runsOf(repository)
        .map(({ run }) => `${run}.txt`)
        .sort(),
    );
    const second = await act(repository);
    expect(said(second.logs)).toEqual(['trained with seed 3\n']);
  });

  it('is there where the program failed too, and no output where none ran', async () => {
    const repository = makeTrainable({ program: `${PROGRAM}\nconsole.error('no luck');\nprocess.exit(7);` });
    const { exitCode, logs } = await act(repository);
    expect(exitCode).toBe(3);
    const [file] = filesIn(logs ?? '');
    expect(readFileSync(`${logs}/${file}`, 'utf8')).toBe('trained with seed 3\nno luck\n');
    repository.write('models/shop/features.sql', 'SELECT nothing FROM source');
    expect(await act(repository)).toMatchObject({ exitCode: 3, logs: null });
  });

  it('is cut at 20 MB, of the oldest at its beginning', async () => {
    const repository = makeTrainable({
      program: `${PROGRAM}\nfor (let k = 0; k < 1200; k++) console.log(seed + ' ' + k + ' ' + '.'.repeat(9_990));`,
    });
    const { exitCode, stderr, logs } = await act(repository, { seeds: '2' });
    expect([exitCode, stderr]).toEqual([0, '']);
    const sizes = runsOf(repository)
      .toSorted((a, b) => a.seed - b.seed)
      .map(({ run }) => statSync(`${logs}/${run}.txt`).size);
    // The run with the model's own seed comes last, and is whole.
    expect(sizes[0]).toBe(
      statSync(repository.path(`.tiltyard/runs/shop/${runsOf(repository).find(({ seed }) => seed === 3)?.run}/log.txt`))
        .size,
    );
    expect(sizes[0] + sizes[1]).toBeLessThanOrEqual(20_000_000);
    expect(sizes[0] + sizes[1]).toBeGreaterThan(19_980_000);
    const other = runsOf(repository).find(({ seed }) => seed === 4)?.run;
    const text = readFileSync(`${logs}/${other}.txt`, 'utf8');
    expect(text).toMatch(/^4 \d+ \./);
    expect(text.trimEnd().split('\n').at(-1)).toMatch(/^4 1199 /);
  });
});
