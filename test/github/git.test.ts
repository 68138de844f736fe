import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  ancestors,
  changesBetween,
  commitFiles,
  type GitFile,
  mergeBase,
  newObjects,
  type Objects,
  writeBlob,
  writeCommit,
  writeFiles,
} from './git.ts';
import { mergeFiles } from './git-merge.ts';

const folder = mkdtempSync(join(tmpdir(), 'tiltyard-git-'));
afterAll(() => rmSync(folder, { recursive: true }));
const git = (args: string[], input?: string | Buffer) =>
  execFileSync('git', ['-C', folder, ...args], { input: input ?? '', stdio: ['pipe', 'pipe', 'ignore'] });
git(['init', '--bare', '--quiet', '.']);

/** The same numbers for the same seed. */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (state >>> 8) % below;
  };
}

const PATHS = ['a', 'a.b', 'a/b', 'a-b/c', 'models/x/model.yaml', 'models/x/é.sql', 'models/y/model.yaml', 'z'];

/** A history of merges and branches over few files; each file's versions share most lines, and no two files any. */
function makeHistory(objects: Objects, seed: number): string[] {
  const random = randomOf(seed);
  const commits: string[] = [];
  for (let i = 0; i < 12; i++) {
    const parents = commits.length === 0 ? [] : [commits[random(commits.length)] ?? ''];
    const second = commits[random(commits.length || 1)];
    if (random(4) === 0 && second !== undefined && !parents.includes(second)) parents.push(second);
    const files = new Map<string, GitFile>(parents[0] === undefined ? [] : commitFiles(objects, parents[0]));
    for (let n = 0; n < 3; n++) {
      const path = PATHS[random(PATHS.length)] ?? 'a';
      const clash = [...files.keys()].some((other) => other.startsWith(`${path}/`) || path.startsWith(`${other}/`));
      if (clash) continue;
      if (random(5) === 0) files.delete(path);
      else {
        const lines = Array.from({ length: 12 }, (_, line) =>
          line === random(12) ? `changed ${random(50)}` : `${path} ${line}`,
        );
        files.set(path, {
          mode: random(9) === 0 ? '100755' : '100644',
          sha: writeBlob(objects, `${lines.join('\n')}\n`),
        });
      }
    }
    const person = { name: 'Ann', email: 'ann@example.org', date: new Date(Date.UTC(2026, 10, 21, 12, i)) };
    const commit = {
      tree: writeFiles(objects, files),
      parents,
      author: person,
      committer: person,
      message: `Commit ${i}\n`,
    };
    commits.push(writeCommit(objects, commit));
  }
  return commits;
}

/** Writes all of it into a real repository, by git itself, and compares every digest. */
function intoGit(objects: Objects): void {
  for (const [sha, bytes] of objects.blobs)
    expect(String(git(['hash-object', '-w', '--stdin'], bytes)).trim()).toBe(sha);
  for (const [sha, entries] of objects.trees) {
    const lines = entries.map(
      ({ mode, name, sha: inside }) =>
        `${mode.padStart(6, '0')} ${mode === '40000' ? 'tree' : 'blob'} ${inside}\t${name}\0`,
    );
    expect(String(git(['mktree', '-z', '--missing'], lines.join(''))).trim()).toBe(sha);
  }
  for (const [sha, { message, parents, tree, author }] of objects.commits) {
    const at = `${author.name} <${author.email}> ${author.date.getTime() / 1000} +0000`;
    const text = `tree ${tree}\n${parents.map((one) => `parent ${one}\n`).join('')}author ${at}\ncommitter ${at}\n\n${message}`;
    expect(String(git(['hash-object', '-w', '-t', 'commit', '--stdin'], text)).trim()).toBe(sha);
  }
}

describe.each([1, 2, 3, 4])('history %i', (seed) => {
  const objects = newObjects();
  const commits = makeHistory(objects, seed);

  it('has the digests that git gives, and git agrees on ancestors, merge bases, changes and merges', () => {
    intoGit(objects);
    git(['update-ref', `refs/heads/history-${seed}`, commits.at(-1) ?? '']);
    let [merges, conflicts] = [0, 0];
    for (const a of commits) {
      const theirs = String(git(['rev-list', a]))
        .trim()
        .split('\n');
      expect([...ancestors(objects, a)].sort()).toEqual(theirs.sort());
      for (const b of commits) {
        if (a >= b) continue;
        const bases = baseByGit(a, b);
        const ours = mergeBase(objects, a, b);
        if (bases.length === 0) expect(ours).toBeNull();
        else expect(bases).toContain(ours);
        const changed = changesBetween(commitFiles(objects, a), commitFiles(objects, b));
        expect(changed.flatMap(({ from, path }) => (from === undefined ? [path] : [path, from])).sort()).toEqual(
          changedByGit(a, b),
        );
        // Of several bases git merges those first.
        if (bases.length !== 1) continue;
        const merged = mergeFiles(objects, a, b);
        const byGit = mergeByGit(a, b);
        expect(merged === null ? null : writeFiles(objects, merged)).toBe(byGit);
        if (byGit === null) conflicts += 1;
        else merges += 1;
      }
    }
    expect(Math.min(merges, conflicts)).toBeGreaterThan(0);
  });
});

const linesOf = (output: Buffer | string) =>
  String(output)
    .split(/[\n\0]/)
    .filter((line) => line !== '')
    .sort();

function baseByGit(a: string, b: string): string[] {
  try {
    return linesOf(git(['merge-base', '--all', a, b]));
  } catch {
    return [];
  }
}

const changedByGit = (a: string, b: string) => linesOf(git(['diff', '--name-only', '-z', '--no-renames', a, b]));

/** The merge's tree, or null for a conflict. */
function mergeByGit(a: string, b: string): string | null {
  try {
    return String(git(['-c', 'merge.renames=false', 'merge-tree', '--write-tree', '--name-only', a, b])).trim();
  } catch {
    return null;
  }
}
