import { mkdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { actionEnvironment, filesIn, makeTrainable, runsOf } from '../fixtures/trainable.ts';

const main = fileURLToPath(new URL('../../actions/main.ts', import.meta.url));

describe('the train action', () => {
  it.each(['train action', 'front door'])('by the %s gives its outputs and the summary of the job', async (door) => {
    const repository = makeTrainable();
    const others = {
      candidate: '',
      evidence: 'evaluation.json',
      summary: 'evaluation.md',
      latency: 'true',
      'fail-on': 'inconclusive',
    };
    const inputs = {
      model: 'shop',
      out: '',
      root: '.',
      force: 'false',
      verify: 'false',
      seeds: '1',
      'allow-changes': 'false',
    };
    const given = door === 'front door' ? { command: 'train', ...others, ...inputs } : inputs;
    const result = await execa(process.execPath, [main, 'train'], {
      cwd: repository.root,
      env: actionEnvironment(repository, given),
      reject: false,
    });
    expect(result.exitCode, result.stderr).toBe(0);
    const outputs = readFileSync(repository.path('github-output'), 'utf8');
    const [run] = runsOf(repository);
    const folder = repository.path('runner/tiltyard-training/shop');
    const expected = {
      digest: run.digest ?? '',
      artifact: `${folder}/artifact`,
      evidence: `${folder}/training.json`,
      recipe: `${folder}/model.yaml`,
      cached: 'false',
    };
    for (const [name, value] of Object.entries(expected)) {
      expect(outputs).toMatch(new RegExp(`^${name}<<(\\S+)\\n${value.replaceAll('.', '\\.')}\\n\\1$`, 'm'));
    }
    expect(filesIn(folder)).toContain('artifact/model.onnx');
    const summary = readFileSync(repository.path('github-summary'), 'utf8');
    expect(summary).toContain('### Training of `shop`');
    expect(summary).toMatch(/\| `roc_auc` \| 0\.\d{4} \|/);
    expect(filesIn(repository.path('temporary'))).toEqual([]);
  });
});

describe('tiltyard train, as a process', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    'is interrupted by %s: the run says so, and nothing is left',
    async (signal) => {
      const repository = makeTrainable({ program: "console.log('here'); setInterval(() => {}, 1000);" });
      mkdirSync(repository.path('temporary'));
      const argv = [main, 'train', '--model', 'shop', '--root', repository.root];
      const running = execa(process.execPath, argv, { env: { TMPDIR: repository.path('temporary') }, reject: false });
      const log = () => filesIn(repository.path('.tiltyard/runs')).filter((file) => file.endsWith('log.txt'));
      const said = () =>
        log()
          .map((file) => readFileSync(repository.path(`.tiltyard/runs/${file}`), 'utf8'))
          .join('');
      await expect.poll(said, { timeout: 30_000 }).toContain('here');
      running.kill(signal);
      const result = await running;
      expect([result.exitCode, result.stderr]).toEqual([130, expect.stringContaining('Interrupted')]);
      expect(runsOf(repository)).toMatchObject([{ state: 'interrupted', why: 'It was interrupted.' }]);
      expect(filesIn(repository.path('.tiltyard/work'))).toEqual([]);
      expect(filesIn(repository.path('temporary'))).toEqual([]);
    },
  );
});
