import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { promisify } from 'node:util';
import { fileDigest } from '#lib/data/digest.ts';
import { versions } from '#lib/versions.ts';
import type { Environment } from '#registry/lineage.ts';
import { isLockFile } from '#registry/lock-file.ts';
import { sha256 } from '#registry/sha256.ts';
import { findProgram } from './command.ts';

const run = promisify(execFile);

/** The versions around the program that `program` (a found file) starts. */
export async function environmentOf(
  program: string,
  {
    root,
    folder,
    path,
    variables,
    container,
  }: {
    root: string;
    folder: string;
    path: string;
    variables: Record<string, string>;
    /** Digest of the container's image, as the user names it. */
    container: string | null;
  },
): Promise<Environment> {
  const name = basename(program);
  const isNode = /^node(\.exe)?$/.test(name);
  const isPython = /^python[\d.]*(\.exe)?$/.test(name);
  // Of a program that could start either, both count.
  const node = isNode ? program : isPython ? null : await onPath('node', path);
  const python = isPython ? program : isNode ? null : await onPath('python3', path);
  return {
    tiltyard: versions()['tiltyard'] ?? 'unknown',
    node: node === null ? null : await versionOf(node, path),
    python: python === null ? null : await versionOf(python, path),
    lock_files: await lockFiles(root, folder),
    ...(Object.keys(variables).length === 0
      ? {}
      : { variables: Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, sha256(value)])) }),
    container,
    platform: process.platform,
    architecture: process.arch,
  };
}

async function onPath(name: string, path: string): Promise<string | null> {
  return findProgram(name, [], path).catch(() => null);
}

/** `v24.1.0` and `Python 3.12.1` are 24.1.0 and 3.12.1. */
async function versionOf(file: string, path: string): Promise<string | null> {
  const said = await run(file, ['--version'], { env: { PATH: path }, timeout: 30_000 }).catch(() => null);
  return /\d+(\.\d+)+\S*/.exec(said?.stdout ?? '')?.[0] ?? null;
}

/** sha256 of each lock file in the model's folder and above it, up to the root, by its path from there. */
async function lockFiles(root: string, folder: string): Promise<Record<string, string>> {
  const found: [string, string][] = [];
  for (let at = folder; ; at = dirname(at)) {
    const files = await readdir(at).catch(() => []);
    for (const file of files.filter(isLockFile)) {
      const path = join(at, file);
      found.push([relative(root, path).split(sep).join('/'), fileDigest(path).digest]);
    }
    if (at === root || dirname(at) === at) break;
  }
  return Object.fromEntries(found.sort(([a], [b]) => (a < b ? -1 : 1)));
}
