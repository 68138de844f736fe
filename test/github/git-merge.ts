import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { commitFiles, type Files, type GitFile, mergeBase, type Objects, writeBlob } from './git.ts';

/**
 * The files of a merge of `theirs` into `ours`, or null where git finds a conflict. A renamed file is one that went and one
 * that came: what git carries over to its new name is a conflict here.
 */
export function mergeFiles(objects: Objects, ours: string, theirs: string): Files | null {
  const root = mergeBase(objects, ours, theirs);
  const base = root === null ? new Map<string, GitFile>() : commitFiles(objects, root);
  const mine = commitFiles(objects, ours);
  const yours = commitFiles(objects, theirs);
  const merged = new Map<string, GitFile>();
  for (const path of new Set([...base.keys(), ...mine.keys(), ...yours.keys()])) {
    const [before, left, right] = [base.get(path), mine.get(path), yours.get(path)];
    const result = same(left, right) || same(before, right) ? left : same(before, left) ? right : 'both';
    if (result === undefined) continue;
    if (result !== 'both') merged.set(path, result);
    else if (before === undefined || left === undefined || right === undefined) return null;
    else {
      const sha = mergeBlobs(objects, before.sha, left.sha, right.sha);
      if (sha === null) return null;
      merged.set(path, { mode: left.mode === before.mode ? right.mode : left.mode, sha });
    }
  }
  // One side made a file where the other made a folder.
  for (const path of merged.keys()) {
    const folders = path.split('/').slice(0, -1);
    if (folders.some((_, depth) => merged.has(folders.slice(0, depth + 1).join('/')))) return null;
  }
  return merged;
}

const same = (a: GitFile | undefined, b: GitFile | undefined) => a?.sha === b?.sha && a?.mode === b?.mode;

/** Both sides changed a file: git itself merges its lines. */
function mergeBlobs(objects: Objects, base: string, ours: string, theirs: string): string | null {
  if (ours === theirs || base === theirs) return ours;
  if (base === ours) return theirs;
  const folder = mkdtempSync(join(tmpdir(), 'tiltyard-merge-'));
  try {
    const [a, b, c] = Object.entries({ ours, base, theirs }).map(([name, sha]) => {
      writeFileSync(join(folder, name), objects.blobs.get(sha) ?? '');
      return join(folder, name);
    });
    return writeBlob(objects, execFileSync('git', ['merge-file', '-p', '-q', a ?? '', b ?? '', c ?? '']));
  } catch (error) {
    // Its status is the number of conflicts; negative (255) for binary files.
    if (z.object({ status: z.int().positive() }).safeParse(error).success) return null;
    throw error;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
