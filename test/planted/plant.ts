import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { z } from 'zod';
import { repositoryPaths, root } from '../contract/source.ts';
import type { TestName } from './planted.ts';

/** A copy of the repository as it stands, in which bugs can be planted. */
export interface Copy {
  /** Changes it by a patch. */
  plant(patch: string): Promise<void>;
  /** Runs tests, and gives what became of each: `passed`, or the first line of why not. */
  run(tests: readonly TestName[]): Promise<Map<string, string>>;
  remove(): void;
}

/** Vitest's report, as far as it is looked at (https://vitest.dev/guide/reporters#json-reporter). */
const Report = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      message: z.string().optional(),
      assertionResults: z.array(
        z.object({ title: z.string(), status: z.string(), failureMessages: z.array(z.string()).nullish() }),
      ),
    }),
  ),
});

/** What differs from what was expected, and nothing else: an error of another kind is no test that noticed something. */
const NOTICED = /^(AssertionError|Error: (?:Property failed|Snapshot))/;

export const nameOf = ({ file, title }: TestName): string => `${file} ${title}`;

export function copyRepository(): Copy {
  const folder = mkdtempSync(join(tmpdir(), 'tiltyard-planted-'));
  for (const path of repositoryPaths()) {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    cpSync(root + path, join(folder, path));
  }
  symlinkSync(`${root}node_modules`, join(folder, 'node_modules'));
  // Without what this process was started with: it may itself be a worker of Vitest.
  const { HOME = '', PATH = '' } = process.env;
  const options = {
    cwd: folder,
    env: { HOME, PATH, TMPDIR: tmpdir(), NO_COLOR: '1' },
    extendEnv: false,
    reject: false,
  };

  return {
    async plant(patch) {
      const { exitCode, stderr } = await execa('git', ['apply', join(root, patch)], options);
      if (exitCode !== 0) throw new Error(`${patch} does not fit the code any more; write it anew:\n${stderr}`);
    },
    async run(tests) {
      // Without a name, Vitest would run all that there are.
      if (tests.length === 0) throw new Error('there is no test to run');
      const files = [...new Set(tests.map(({ file }) => file))];
      const titles = tests.map(({ title }) => title.replaceAll(/[$()*+./?[\\\]^{|}-]/g, '\\$&'));
      const vitest = join(root, 'node_modules/vitest/vitest.mjs');
      const chosen = [...files, '-t', `(${titles.join('|')})$`, '--maxWorkers=1'];
      const report = ['--reporter=json', '--outputFile=report.json'];
      const { stderr } = await execa(process.execPath, [vitest, 'run', ...chosen, ...report], options);
      return outcomes(folder, tests, stderr);
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function outcomes(folder: string, tests: readonly TestName[], said: string): Map<string, string> {
  const { testResults } = Report.parse(JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8')));
  return new Map(
    tests.map((test) => {
      const file = testResults.find(({ name }) => name.endsWith(`/${test.file}`));
      const found = file?.assertionResults.filter(({ title }) => title === test.title) ?? [];
      const [one, ...others] = found;
      if (one === undefined) return [nameOf(test), `there is no such test: ${file?.message ?? said}`.slice(0, 2000)];
      if (others.length > 0) return [nameOf(test), 'several tests have this title'];
      const [failure = one.status] = one.failureMessages ?? [];
      return [nameOf(test), one.status === 'passed' ? 'passed' : failure.slice(0, 2000)];
    }),
  );
}

/** Whether a test failed because it noticed something, by what `run` says of it. */
export const isRed = (outcome: string | undefined): boolean => outcome !== undefined && NOTICED.test(outcome);
