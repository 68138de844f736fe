import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import type { Repository } from '../fixtures/repository.ts';
import { filesIn, makeTrainable, runsOf, train, trainingOf } from '../fixtures/trainable.ts';

const main = fileURLToPath(new URL('../../actions/main.ts', import.meta.url));

/** Notes each start beside the repository, where nobody minds; it hangs from the third start on, while `hold` is there. */
const PROGRAM = `
import { appendFileSync, copyFileSync, existsSync, readFileSync } from 'node:fs';
const { model = 0, depth = 0 } = JSON.parse(readFileSync(process.env.TILTYARD_PARAMS, 'utf8'));
const notes = readFileSync('notes.txt', 'utf8').trim();
appendFileSync(notes + '/starts', [model, depth, process.env.TILTYARD_SEED].join(' ') + '\\n');
if (existsSync(notes + '/hold') && readFileSync(notes + '/starts', 'utf8').split('\\n').length > 3) setInterval(() => {}, 1000);
else copyFileSync('model-' + (model + Number(process.env.TILTYARD_SEED)) % 3 + '.onnx', process.env.TILTYARD_OUT + '/model.onnx');
`;

const SWEEP = { params: { model: { values: [2, 0, 1] }, depth: { values: [1, 2] } } };

function prepare(recipe: NonNullable<Parameters<typeof makeTrainable>[0]>['train']) {
  const repository = makeTrainable({ program: PROGRAM, train: { seed: 3, ...recipe } });
  const notes = `${repository.root}-notes`;
  mkdirSync(notes);
  repository.write('models/shop/notes.txt', notes);
  const path = `${notes}/starts`;
  const starts = () => (existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : []);
  return { repository, notes, starts };
}

/** Trains in a process of its own, which is killed in its third training. */
async function killInTheThird({ repository, notes, starts }: ReturnType<typeof prepare>, more: string[]) {
  writeFileSync(`${notes}/hold`, '');
  const argv = [main, 'train', '--model', 'shop', '--root', repository.root, ...more];
  const running = execa(process.execPath, argv, { reject: false });
  await expect.poll(starts, { timeout: 60_000 }).toHaveLength(3);
  running.kill('SIGKILL');
  expect((await running).signal).toBe('SIGKILL');
  rmSync(`${notes}/hold`);
}

/** What came of it, but for when it was and what it cost. */
function result(repository: Repository) {
  const { artifact, lineage, sweep, seed_spread: spread, validation } = trainingOf(repository);
  return { artifact, params: lineage.params, sweep, spread, validation };
}

describe('a training of several runs that was killed', () => {
  it('goes on with a search where it was, and finds what one finds that nobody killed', async () => {
    const killed = prepare(SWEEP);
    await killInTheThird(killed, ['--sweep', '--parallel', '1']);
    const { status, errors, printed, runs } = await train(killed.repository, ['--sweep', '--parallel', '1']);
    expect([status, errors]).toEqual([0, '']);
    expect(printed).toContain('Of 6 tries 2 are not trained again');
    const { model, depth } = result(killed.repository).params;
    const begun = ['2 1 3', '2 2 3', '0 1 3'];
    expect(killed.starts()).toEqual([...begun, '0 1 3', '0 2 3', '1 1 3', '1 2 3', `${model} ${depth} 3`]);
    expect(runs.map(({ state }) => state).sort()).toEqual(['interrupted', ...Array(7).fill('succeeded')]);
    expect(filesIn(killed.repository.path('.tiltyard/work'))).toEqual([]);

    const whole = prepare(SWEEP);
    await train(whole.repository, ['--sweep']);
    expect(whole.starts()).toHaveLength(7);
    expect(result(killed.repository)).toEqual(result(whole.repository));
  });

  it('goes on with the seeds', async () => {
    const killed = prepare({});
    await killInTheThird(killed, ['--seeds', '5']);
    const { status, printed } = await train(killed.repository, ['--seeds', '5']);
    expect(status).toBe(0);
    expect(printed).toMatch(/Seed 4 is not trained again: the run \S+ was made of the same inputs\.\nSeed 5 is not/);
    expect(killed.starts()).toEqual(['4', '5', '6', '6', '7', '3'].map((seed) => `0 0 ${seed}`));

    const whole = prepare({});
    await train(whole.repository, ['--seeds', '5']);
    expect(result(killed.repository)).toEqual(result(whole.repository));
    expect(result(whole.repository).spread?.values).toHaveLength(5);
  });

  it.each([
    ['with --force', ['--force'], {}],
    ['in a workflow', [], { GITHUB_ACTIONS: 'true' }],
  ])('begins anew %s', async (_, more, env) => {
    const { repository, starts } = prepare({ params: { model: { values: [2, 0] } } });
    await train(repository, ['--sweep']);
    expect(starts()).toHaveLength(3);
    expect((await train(repository, ['--sweep', ...more], env)).status).toBe(0);
    expect(starts()).toHaveLength(6);
  });

  it('trains a try again whose evidence is damaged, that failed, or that was not measured by the metric', async () => {
    const { repository, starts } = prepare({ params: { model: { values: [2, 0, 'none'] } } });
    await train(repository, ['--sweep']);
    expect(starts()).toHaveLength(4);
    const [first] = runsOf(repository).filter(({ purpose, params }) => purpose === 'sweep' && params['model'] === 2);
    repository.write(`.tiltyard/runs/shop/${first.run}/training.json`, '{}');
    const { printed } = await train(repository, ['--sweep']);
    expect(printed).toContain('Of 3 tries one is not trained again');
    expect(starts().slice(4).sort()).toEqual(['0 0 3', '2 0 3', 'none 0 3']);

    const policy = readFileSync(repository.path('models/shop/model.yaml'), 'utf8');
    repository.write(
      'models/shop/model.yaml',
      policy.replace('metric: roc_auc', 'metric: precision_at_recall\n    recall: 0.5'),
    );
    const other = await train(repository, ['--sweep']);
    expect([other.status, other.errors]).toEqual([0, '']);
    expect(starts()).toHaveLength(7 + 4);
  });
});
