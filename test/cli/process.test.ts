import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { endlessLoop } from '../fixtures/onnx/hostile.ts';
import { childrenOf, isAlive } from '../fixtures/processes.ts';
import { makeRepository, type Repository, type RepositoryOptions, WEIGHTS } from '../fixtures/repository.ts';

const main = fileURLToPath(new URL('../../actions/main.ts', import.meta.url));
const SECRET = 'hunter2-hunter2';
const { better, worse } = WEIGHTS.binary_classification;

/** Starts the real command in a process of its own, in the repository, with a secret around it. */
function start(repository: Repository, more: string[] = [], environment: Record<string, string> = {}) {
  mkdirSync(repository.path('temporary'), { recursive: true });
  const argv = ['evaluate', '--model', 'shop', '--candidate', 'candidate', '--no-latency', ...more];
  return execa(process.execPath, [main, ...(environment['INPUTS'] === undefined ? argv : ['evaluate'])], {
    cwd: repository.root,
    env: { TMPDIR: repository.path('temporary'), AWS_SECRET_ACCESS_KEY: SECRET, GITHUB_ACTIONS: '', ...environment },
    reject: false,
  });
}

function written(repository: Repository): string[] {
  return readdirSync(repository.root)
    .filter((name) => /evaluation|flips|\.part/.test(name))
    .toSorted();
}

const WRITTEN = ['evaluation.json', 'evaluation.md', 'flips.json'];

describe('tiltyard evaluate, as a process', () => {
  it.each([
    [0, 'pass', {}, WRITTEN],
    [1, 'fail', { candidate: { weights: worse }, champion: { weights: better } }, WRITTEN],
    [2, 'inconclusive', { champion: null }, ['evaluation.json', 'evaluation.md']],
    [
      3,
      'a mistake',
      { candidate: { features: `SELECT row_id, getenv('AWS_SECRET_ACCESS_KEY') AS a FROM source` } },
      [],
    ],
  ] as [number, string, RepositoryOptions, string[]][])(
    'S18 ends with status %i for %s, and tells no secret',
    async (status, said, options, files) => {
      const repository = makeRepository({ count: 300, ...options });
      const result = await start(repository, options.champion === null ? [] : ['--champion', 'champion']);
      expect(result.exitCode, result.stderr).toBe(status);
      expect(written(repository)).toEqual([...files]);
      expect(readdirSync(repository.path('temporary'))).toEqual([]);
      if (status < 3) {
        expect(result.stderr).toBe('');
        expect(result.stdout).toContain(
          `shop ${said === 'pass' ? 'passes' : said === 'fail' ? 'fails' : 'is inconclusive'}`,
        );
      }
      const all = [result.stdout, result.stderr, ...files.map((name) => readFileSync(repository.path(name), 'utf8'))];
      expect(all.join('\n')).not.toContain(SECRET);
      expect(all.join('\n').length).toBeGreaterThan(100);
    },
  );

  it('takes its inputs from the action that runs it, and tells the workflow what came out', async () => {
    const repository = makeRepository({ count: 300 });
    for (const file of ['github-output', 'github-summary']) repository.write(file, '');
    const inputs = {
      model: 'shop',
      candidate: 'candidate',
      champion: 'champion',
      latency: 'false',
      benchmark: '',
      root: '.',
    };
    const result = await start(repository, [], {
      GITHUB_ACTIONS: 'true',
      INPUTS: JSON.stringify(inputs),
      GITHUB_OUTPUT: repository.path('github-output'),
      GITHUB_STEP_SUMMARY: repository.path('github-summary'),
    });
    expect(result.exitCode, result.stderr).toBe(0);
    const outputs = readFileSync(repository.path('github-output'), 'utf8');
    for (const [name, value] of [
      ['verdict', 'pass'],
      ['evidence', 'evaluation.json'],
      ['summary', 'evaluation.md'],
      ['flips', 'flips.json'],
    ]) {
      expect(outputs).toMatch(new RegExp(`^${name}<<(\\S+)\\n${value}\\n\\1$`, 'm'));
    }
    expect(readFileSync(repository.path('github-summary'), 'utf8').trim()).toBe(
      readFileSync(repository.path('evaluation.md'), 'utf8').trim(),
    );
  });

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'is interrupted by %s in the middle: nothing is written, nothing is left',
    async (signal) => {
      const repository = makeRepository({ count: 100, candidate: { onnx: endlessLoop(2) } });
      const running = start(repository, ['--champion', 'champion']);
      const children = await middle(running.pid ?? 0);
      running.kill(signal);
      const result = await running;
      expect(result.exitCode).toBe(130);
      expect(result.stderr).toContain('Interrupted; nothing was written.');
      expect(written(repository)).toEqual([]);
      expect(readdirSync(repository.path('temporary'))).toEqual([]);
      await expect.poll(() => children.filter(isAlive), { timeout: 10_000 }).toEqual([]);
    },
  );

  it('S16 leaves no process behind when it is killed, also not one in a model’s endless loop', async () => {
    const repository = makeRepository({ count: 100, candidate: { onnx: endlessLoop(2) } });
    const running = start(repository, ['--champion', 'champion']);
    const children = await middle(running.pid ?? 0);
    running.kill('SIGKILL');
    await running;
    await expect.poll(() => children.filter(isAlive), { timeout: 20_000 }).toEqual([]);
    expect(written(repository)).toEqual([]);
  });
});

/** Waits until only the endless version still runs beside the reader, and gives the pids of all children. */
async function middle(pid: number): Promise<number[]> {
  const all = new Set<number>();
  const look = () => {
    const now = childrenOf(pid).filter(({ command }) => command.includes('-child.ts'));
    for (const child of now) all.add(child.pid);
    return all.size === 3 && now.filter(({ command }) => command.includes('artifact-child')).length === 1;
  };
  await expect.poll(look, { timeout: 30_000, interval: 50 }).toBe(true);
  return [...all];
}
