import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { findProgram, splitCommand } from '../../actions/train/command.ts';

describe('a command', () => {
  it.each([
    ['node train.ts', ['node', 'train.ts']],
    ['  python   -m\ttrain ', ['python', '-m', 'train']],
    [`python "my script.py" 'a "b" c' d""e ''`, ['python', 'my script.py', 'a "b" c', 'de', '']],
    ['python --name="größe 1" -x=1', ['python', '--name=größe 1', '-x=1']],
    [`run 'a|b;c&d>e<f$g\`h(i)*?~\\'`, ['run', 'a|b;c&d>e<f$g`h(i)*?~\\']],
    ['run #1 a=b {x} [y] ! ^ %', ['run', '#1', 'a=b', '{x}', '[y]', '!', '^', '%']],
  ])('%s is these words', (command, words) => {
    expect(splitCommand(command)).toEqual(words);
  });

  it.each([
    ['', 'names no program'],
    ['   ', 'names no program'],
    ['"" train.py', 'names no program'],
    ['node "train.ts', 'has a " without its end'],
    ["node 'train.ts", "has a ' without its end"],
    ...[...'|&;<>()$`\\*?~\0'].map((character): [string, string] => [
      `node ${character}`,
      'which only a shell understands',
    ]),
  ])('%j is refused', (command, message) => {
    expect(() => splitCommand(command)).toThrow(message);
  });

  it('of any words comes back as they were quoted', () => {
    const word = fc.string().filter((text) => !text.includes("'"));
    fc.assert(
      fc.property(fc.array(word, { minLength: 1 }), (words) => {
        fc.pre(words[0] !== '');
        expect(splitCommand(words.map((text) => `'${text}'`).join(' '))).toEqual(words);
      }),
    );
  });
});

describe('a program', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tiltyard-test-'));
  const file = (name: string, mode = 0o755) => {
    const path = join(folder, name);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, '');
    chmodSync(path, mode);
    return path;
  };
  afterAll(() => rmSync(folder, { recursive: true }));

  it('is found on PATH, the first that may be executed', async () => {
    file('a/tool', 0o644);
    mkdirSync(join(folder, 'b', 'tool'), { recursive: true });
    const tool = file('c/tool');
    file('d/tool');
    const path = ['a', 'b', '', 'missing', 'c', 'd'].map((name) => (name === '' ? '' : join(folder, name))).join(':');
    expect(await findProgram('tool', [], path)).toBe(tool);
    // The folder that one happens to be in is no place to look: an empty entry means it to a shell.
    await expect(findProgram('package.json', [], ':')).rejects.toThrow('which is not there');
  });

  it('with a slash lies in the copy of the model’s folder, or else in the folder itself', async () => {
    const copied = file('copy/run.sh');
    file('original/run.sh');
    const installed = file('original/.venv/bin/python');
    const folders = [join(folder, 'copy'), join(folder, 'original')];
    expect(await findProgram('./run.sh', folders, '')).toBe(copied);
    expect(await findProgram('.venv/bin/python', folders, '')).toBe(installed);
    expect(await findProgram(installed, folders, '')).toBe(installed);
    await expect(findProgram('bin/none', folders, '')).rejects.toThrow('names the program "bin/none"');
  });
});
