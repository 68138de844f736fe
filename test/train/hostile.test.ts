import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { asksForMemory, endlessLoop, notFinite } from '../fixtures/onnx/hostile.ts';
import { linear } from '../fixtures/onnx/linear.ts';
import { isAlive } from '../fixtures/processes.ts';
import type { Repository } from '../fixtures/repository.ts';
import { filesIn, makeTrainable, runsOf, type TrainableOptions, train, trainingWorld } from '../fixtures/trainable.ts';

const main = fileURLToPath(new URL('../../actions/main.ts', import.meta.url));

/** The head of a program; `take()` writes a model as a good program does. */
const HEAD = `
import { copyFileSync, linkSync, mkdirSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
const out = process.env.TILTYARD_OUT;
const root = out.replace(/\\/\\.tiltyard\\/work\\/.*/, '');
const take = (name = 'model.onnx') => copyFileSync('model-0.onnx', out + '/' + name);
`;

/** A process that sleeps for minutes, in the way that `options` say, and tells its pid. */
const SLEEPER = (options: string) => `
const sleeper = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 600000)'], { stdio: 'ignore', ${options} });
sleeper.unref();
console.log('sleeper ' + sleeper.pid);
`;

const bad: [string, string, string, TrainableOptions?][] = [
  ['ends with a status', 'console.error("out of luck"); process.exit(7);', 'ended with status 7'],
  ['throws', 'take(); throw new Error("out of luck");', 'out of luck'],
  ['ends by a signal', 'process.kill(process.pid, "SIGTERM"); setInterval(() => {}, 1000);', 'was ended by SIGTERM'],
  ['writes nothing', '', 'left no model.onnx in its output folder; it wrote nothing there'],
  ['writes a model of another name', 'take("best.onnx");', 'it wrote "best.onnx"'],
  ['writes two models', 'take(); take("second.onnx");', 'wrote 2 models: "model.onnx", "second.onnx"'],
  [
    'writes another file',
    'take(); writeFileSync(out + "/weights.bin", "x");',
    'wrote "weights.bin" into its output folder',
  ],
  ['writes a folder', 'take(); mkdirSync(out + "/deep");', '"deep" into its output folder, which is a folder'],
  [
    'writes a link to a model',
    'symlinkSync(process.cwd() + "/model-0.onnx", out + "/model.onnx");',
    'is a link, or no plain file',
  ],
  [
    'writes a link as metrics',
    'take(); symlinkSync("/etc/passwd", out + "/metrics.json");',
    'is a link, or no plain file',
  ],
  ['removes its output folder', 'rmSync(out, { recursive: true });', 'removed its output folder'],
  ['writes an empty model', 'writeFileSync(out + "/model.onnx", "");', 'wrote an empty model.onnx'],
  ['writes no model as model.onnx', 'writeFileSync(out + "/model.onnx", "no model");', 'model.onnx'],
  [
    'writes a model of other features',
    'copyFileSync("three.onnx", out + "/model.onnx");',
    'takes 3 features',
    { files: { 'models/shop/three.onnx': linear([1, 2, 3], 0) } },
  ],
  [
    'writes a model that never ends',
    'copyFileSync("bad.onnx", out + "/model.onnx");',
    'longer than 4 seconds',
    { files: { 'models/shop/bad.onnx': endlessLoop(2) } },
  ],
  [
    'writes a model that eats memory',
    'copyFileSync("bad.onnx", out + "/model.onnx");',
    'model',
    { files: { 'models/shop/bad.onnx': asksForMemory(2, 'run', 4e9) } },
  ],
  [
    'writes a model that gives no numbers',
    'copyFileSync("bad.onnx", out + "/model.onnx");',
    'gives NaN or infinity for',
    { task: 'regression', files: { 'models/shop/bad.onnx': notFinite(2) } },
  ],
  [
    'writes metrics that are no JSON',
    'take(); writeFileSync(out + "/metrics.json", "{");',
    'metrics.json that is no JSON',
  ],
  [
    'writes metrics that are no numbers',
    'take(); writeFileSync(out + "/metrics.json", \'{ "a": { "b": 1 } }\');',
    'a is no number',
  ],
  [
    'writes metrics that are infinite',
    'take(); writeFileSync(out + "/metrics.json", \'{ "a": 1e999 }\');',
    'a is no number',
  ],
  ['writes a list of metrics', 'take(); writeFileSync(out + "/metrics.json", "[1]");', 'it is no object'],
  [
    'changes a file of the repository',
    'take(); writeFileSync(root + "/models/shop/model.yaml", "name: evil");',
    'outside its folder changed: models/shop/model.yaml',
  ],
  [
    'adds a file to the repository',
    'take(); writeFileSync(root + "/registry.yaml", "x");',
    'outside its folder changed: registry.yaml',
  ],
  [
    'removes a file of the repository',
    'take(); rmSync(root + "/data/benchmark.csv");',
    'outside its folder changed: data/benchmark.csv',
  ],
  [
    'changes data and sets the time back',
    'take(); const at = new Date(0); const data = root + "/data/train.csv"; writeFileSync(data, readFileSync(data)); utimesSync(data, at, at);',
    'outside its folder changed: data/train.csv',
  ],
  [
    'changes the features that it was given',
    'take(); writeFileSync(process.env.TILTYARD_DATA_TRAIN, "x");',
    'train.parquet',
  ],
  [
    'never ends',
    'take(); setInterval(() => {}, 1000);',
    'was stopped after 0.02 minutes',
    { train: { limits: { minutes: 0.02 } } },
  ],
  [
    'takes more memory than it may',
    'take(); const held = []; setInterval(() => held.push(Buffer.alloc(20e6, 1)), 5);',
    'used more than 300 MB',
    { train: { limits: { megabytes: 300 } } },
  ],
  [
    'has its children take the memory',
    'take(); for (let i = 0; i < 4; i++) spawn(process.execPath, ["-e", "const held = Buffer.alloc(100e6, 1); setInterval(() => held[0]++, 1000)"], { detached: true, stdio: "ignore" }); setInterval(() => {}, 1000);',
    'used more than 400 MB',
    { train: { limits: { megabytes: 400 } } },
  ],
];

describe('a training program that', () => {
  it.each(bad)('S16 %s is refused, and nothing comes of it', async (_, program, message, options = {}) => {
    const repository = makeTrainable({ ...options, program: HEAD + program });
    const { status, errors, runs } = await train(repository, ['--timeout', '4', '--memory-limit', '1500']);
    expect(errors).toContain(message);
    expect(errors).not.toContain('.tiltyard/work');
    expect(status).toBe(3);
    expect(runs).toMatchObject([{ state: 'failed', digest: null, process: null, why: expect.stringContaining('') }]);
    expect(filesIn(repository.path(`.tiltyard/runs/shop/${runs[0].run}`))).toEqual(['log.txt', 'run.json']);
    expect(filesIn(repository.path('.tiltyard/work'))).toEqual([]);
  });

  it('says how it failed with its last words', async () => {
    const program = 'for (let i = 0; i < 100; i++) console.log("line " + i); process.exit(1);';
    const { errors, runs } = await train(makeTrainable({ program }));
    expect(errors).toContain('line 99');
    expect(errors).not.toContain('line 50');
    expect(runs[0].why).toContain('ended with status 1');
  });

  it('S15 talks to the terminal, or to the runner of a workflow, is heard by neither', async () => {
    const program = `
console.log('::add-mask::secret');
console.log('  ::error::no');
console.log('a ##[add-path]/tmp/evil');
console.log('\\u001b[2J\\u001b]0;title\\u0007red \\u001b[31malert\\u001b[0m\\u0008');
process.exit(1);`;
    const { errors, world } = await train(makeTrainable({ program }));
    const said = [errors, ...world.steps, ...world.printed].join('\n');
    expect(world.printed).toContain('  a ## [add-path]/tmp/evil');
    expect(said).toContain('red alert');
    expect(said).not.toMatch(/^\s*::|##\[/m);
    expect(said.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  });

  it('is not there is told before anything runs', async () => {
    const cases: [string, string][] = [
      ['nowhere train.py', 'which is not there'],
      ['./missing.sh', 'which is not there'],
      ['node train.mjs | tee log', 'has |, which only a shell understands'],
      ['node "train.mjs', 'without its end'],
    ];
    for (const [run, message] of cases) {
      const { status, errors, runs } = await train(makeTrainable({ train: { run } }));
      expect([status, errors, runs]).toEqual([3, expect.stringContaining(message), []]);
    }
  });

  it('asks for credentials does not get them', async () => {
    for (const name of ['AWS_SECRET_ACCESS_KEY', 'GITHUB_TOKEN', 'MY_API_KEY', 'HOME', 'TILTYARD_OUT']) {
      const { status, errors } = await train(makeTrainable({ train: { env: [name] } }));
      expect([status, errors]).toEqual([
        3,
        expect.stringContaining(`names ${name}, which the training program does not get`),
      ]);
    }
  });

  it('changes a file while somebody else edits may be let through', async () => {
    const repository = makeTrainable({ program: `${HEAD} take(); writeFileSync(root + "/notes.txt", "x");` });
    expect((await train(repository, ['--allow-changes'])).status).toBe(0);
  });

  it('talks without end does not fill memory or disk', async () => {
    const line = 'take(); const text = "x".repeat(1e6); for (let i = 0; i < 120; i++) process.stdout.write(text);';
    const endless = makeTrainable({ program: HEAD + line });
    expect((await train(endless)).status).toBe(0);
    expect(logOf(endless).length).toBeLessThan(20_000);
    const lines =
      'take(); const text = ("x".repeat(99) + "\\n").repeat(1e4); for (let i = 0; i < 120; i++) process.stdout.write(text);';
    const many = makeTrainable({ program: HEAD + lines });
    expect((await train(many)).status).toBe(0);
    expect(logOf(many).length).toBeLessThan(51_000_000);
    expect(logOf(many)).toContain('What it said after this is not kept.');
  });
});

describe('what a training program starts', () => {
  it.each([
    ['stays in its group', ''],
    ['leaves its group', 'detached: true'],
    ['leaves its group and forgets its environment', 'detached: true, env: {}'],
  ])('and %s ends with it', async (_, options) => {
    const repository = makeTrainable({
      program: `${HEAD}${SLEEPER(options)} take(); setTimeout(() => process.exit(0), 500);`,
    });
    const { status, errors } = await train(repository);
    expect([status, errors]).toEqual([0, '']);
    const pid = Number(/sleeper (\d+)/.exec(logOf(repository))?.[1]);
    await expect.poll(() => isAlive(pid), { timeout: 5_000 }).toBe(false);
  });

  it('and leaves its parents at once, without its environment, ends where it works in the run’s folders', async () => {
    const child = 'console.log("sleeper " + process.pid); setInterval(() => {}, 1000);';
    const parent = `require("node:child_process").spawn(process.execPath, ["-e", ${JSON.stringify(child)}], { detached: true, env: {}, stdio: "inherit" }).unref()`;
    const program = `${HEAD} spawn(process.execPath, ["-e", ${JSON.stringify(parent)}], { detached: true, env: {}, stdio: "inherit" }).unref(); take(); setTimeout(() => process.exit(0), 1500);`;
    const repository = makeTrainable({ program });
    const { status, errors } = await train(repository);
    expect([status, errors]).toEqual([0, '']);
    const pid = Number(/sleeper (\d+)/.exec(logOf(repository))?.[1]);
    await expect.poll(() => isAlive(pid), { timeout: 5_000 }).toBe(false);
  });

  it('and leaves its parents at once, for elsewhere and without its environment, ends where it still has their output', async () => {
    const child = 'console.log("sleeper " + process.pid); setInterval(() => {}, 1000);';
    const away = '{ detached: true, env: {}, cwd: "/", stdio: ["ignore", "inherit", "ignore"] }';
    const parent = `require("node:child_process").spawn(process.execPath, ["-e", ${JSON.stringify(child)}], ${away}).unref()`;
    const program = `${HEAD} spawn(process.execPath, ["-e", ${JSON.stringify(parent)}], ${away}).unref(); take(); setTimeout(() => process.exit(0), 1500);`;
    const repository = makeTrainable({ program });
    const { status, errors } = await train(repository);
    expect([status, errors]).toEqual([0, '']);
    const pid = Number(/sleeper (\d+)/.exec(logOf(repository))?.[1]);
    await expect.poll(() => isAlive(pid), { timeout: 5_000 }).toBe(false);
  });

  it('ends, but nobody who only looks into the folder of the run', async () => {
    const repository = makeTrainable({ program: `${HEAD} take(); setTimeout(() => process.exit(0), 1500);` });
    const training = train(repository);
    await expect.poll(() => runsOf(repository).length, { timeout: 30_000 }).toBe(1);
    const cwd = repository.path(`.tiltyard/runs/shop/${runsOf(repository)[0].run}`);
    const reader = execa('sleep', ['600'], { cwd, reject: false });
    expect((await training).status).toBe(0);
    expect(isAlive(Number(reader.pid))).toBe(true);
    reader.kill();
    expect((await reader).signal).toBe('SIGTERM');
  });

  it('ends with it when it is interrupted', async () => {
    const repository = makeTrainable({ program: `${HEAD}${SLEEPER('detached: true')} setInterval(() => {}, 1000);` });
    const world = trainingWorld(repository);
    world.print = (text) => {
      if (text.trim().startsWith('sleeper')) world.interrupt.abort();
    };
    const { status, runs } = await train(repository, [], {}, world);
    expect([status, runs[0].state]).toEqual([130, 'interrupted']);
    const pid = Number(/sleeper (\d+)/.exec(logOf(repository))?.[1]);
    await expect.poll(() => isAlive(pid), { timeout: 5_000 }).toBe(false);
  });

  it('ends when Tiltyard is killed; what that left is swept by the next training', async () => {
    const program = `${HEAD}${SLEEPER('detached: true')} console.log('program ' + process.pid); if (process.env.LONG !== 'no') setInterval(() => {}, 1000);`;
    const repository = makeTrainable({ program });
    const running = execa(process.execPath, [main, 'train', '--model', 'shop', '--root', repository.root], {
      reject: false,
    });
    const said = () => (runsOf(repository).length === 1 ? logOf(repository) : '');
    await expect.poll(said, { timeout: 30_000 }).toContain('program ');
    const pids = [...said().matchAll(/(?:sleeper|program) (\d+)/g)].map(([, pid]) => Number(pid));
    expect([pids.length, pids.every(isAlive)]).toEqual([2, true]);
    running.kill('SIGKILL');
    await running;
    await expect.poll(() => pids.filter(isAlive), { timeout: 20_000 }).toEqual([]);
    expect(runsOf(repository)[0].state).toBe('running');
    expect(readdirSync(repository.path('.tiltyard/work'))).toHaveLength(1);

    repository.write('models/shop/train.mjs', `${HEAD} take();`);
    // By the machine's clock, as the one before.
    const next = [main, 'train', '--model', 'shop', '--root', repository.root];
    expect((await execa(process.execPath, next, { reject: false })).exitCode).toBe(0);
    expect(runsOf(repository).map(({ state }) => state)).toEqual(['interrupted', 'succeeded']);
    expect(readdirSync(repository.path('.tiltyard/work'))).toEqual([]);
  });
});

describe('a training that is killed at any moment', () => {
  it('leaves no half of a result, and nothing that the next one does not clear away', async () => {
    const repository = makeTrainable({ program: `${HEAD} take(); setTimeout(() => {}, 150);` });
    const argv = [main, 'train', '--model', 'shop', '--root', repository.root, '--force'];
    // One that is let through tells how long it takes, on this machine and now.
    const started = performance.now();
    expect((await execa(process.execPath, argv)).exitCode).toBe(0);
    const whole = performance.now() - started;
    const moments = Array.from({ length: 12 }, (_, i) => ((i + 1) / 13) * whole);
    for (const moment of moments) {
      const running = execa(process.execPath, argv, { reject: false });
      setTimeout(() => running.kill('SIGKILL'), moment);
      await running;
    }
    expect((await train(repository, ['--force'])).status).toBe(0);
    const runs = runsOf(repository);
    expect(new Set(runs.map(({ state }) => state))).toEqual(new Set(['succeeded', 'interrupted']));
    for (const { run, state } of runs) {
      const files = filesIn(repository.path(`.tiltyard/runs/shop/${run}`));
      const results = files.filter((file) => file === 'training.json' || file.startsWith('artifact/'));
      expect([state, results.length]).toEqual([state, state === 'succeeded' ? 5 : 0]);
    }
    expect(filesIn(repository.path('.tiltyard/work'))).toEqual([]);
  });
});

function logOf(repository: Repository): string {
  const [run] = runsOf(repository);
  const path = repository.path(`.tiltyard/runs/shop/${run.run}/log.txt`);
  if (!existsSync(path)) return '';
  expect(statSync(path).size).toBeLessThan(100_000_000);
  return readFileSync(path, 'utf8');
}
