import { readdirSync, readFileSync } from 'node:fs';
import { markdownTable } from 'markdown-table';
import { root } from '../contract/source.ts';

/** A bug that somebody shipped, and a patch that makes the same mistake here. */
export interface Planted {
  /** Where the patch lies, from the root. */
  path: string;
  /** `bors-ng/bors-ng#48`; several where they made the same mistake. */
  bug: string;
  /** What happened there. */
  there: string;
  /** What the patch makes of our code. */
  here: string;
  /** The tests that must fail for it. */
  red: TestName[];
}

export interface TestName {
  /** Its file, from the root. */
  file: string;
  /** Without the names of what surrounds it. */
  title: string;
}

const folder = 'test/planted/';

/** All of them, by the names of their files. */
export function allPlanted(): Planted[] {
  const names = readdirSync(root + folder).filter((name) => name.endsWith('.patch'));
  if (names.length === 0) throw new Error(`${folder} holds no patch`);
  return names.sort().map((name) => readPlanted(folder + name, readFileSync(`${root}${folder}${name}`, 'utf8')));
}

/**
 * A unified diff, with lines `bug:`, `there:`, `here:` and `red:` above it; `red:` names a file and the title of a test,
 * and may come several times.
 */
export function readPlanted(path: string, text: string): Planted {
  const [head = '', ...diff] = text.split(/^(?=--- )/m);
  const lines = head
    .trim()
    .split('\n')
    .map((line) => {
      const [, key, value] = /^(bug|there|here|red): (\S.*)$/.exec(line) ?? [];
      if (key === undefined || value === undefined) throw new Error(`${path}: what does this line say: ${line}`);
      return { key, value };
    });
  const all = (key: string) => lines.filter((line) => line.key === key).map(({ value }) => value);
  const one = (key: string): string => {
    const [value, ...others] = all(key);
    if (value === undefined || others.length > 0) throw new Error(`${path}: one line ${key}: is needed`);
    return value;
  };
  const red = all('red').map((value) => {
    const [, file, title] = /^(test\/\S+\.test\.ts) (.+)$/.exec(value) ?? [];
    if (file === undefined || title === undefined) throw new Error(`${path}: red: names no file and test: ${value}`);
    return { file, title };
  });
  if (red.length === 0 || diff.length === 0) throw new Error(`${path}: it names no test, or changes nothing`);
  return { path, bug: one('bug'), there: one('there'), here: one('here'), red };
}

/** The table in RELIABILITY.md. */
export function plantedTable(planted: readonly Planted[]): string {
  const rows = planted.map(({ bug, here, red, there }) => [bug, there, here, red.map(({ title }) => title).join('; ')]);
  return markdownTable([['bug', 'there', 'planted here', 'what turns red'], ...rows]);
}
