import { execFile } from 'node:child_process';
import { chmod, copyFile, lstat, mkdir, readdir } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import { promisify } from 'node:util';
import { UserError } from '#registry/error.ts';

const run = promisify(execFile);
const MOST_NAMES = 256 * 1024 * 1024;

/** Folders that hold what was installed or left over, where git does not say what is ignored. */
const NOT_WRITTEN = new Set(['.git', '.tiltyard', '.venv', '__pycache__', 'node_modules']);

/**
 * Files below a folder, as paths from it with slashes, sorted by code units: those that git tracks, and those that it
 * neither tracks nor ignores; outside of git all of them, but for `node_modules` and their like.
 */
export async function writtenFiles(folder: string): Promise<string[]> {
  const listed = await run('git', ['-C', folder, 'ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    maxBuffer: MOST_NAMES,
    encoding: 'utf8',
  }).catch(() => null);
  const known = listed?.stdout.split('\0').filter((name) => name !== '') ?? [];
  // In a folder that git ignores as a whole it knows nothing.
  const files = known.length === 0 ? await walk(folder, '') : known;
  // What we write ourselves counts for nothing, also where nobody has told git to ignore it.
  return [...new Set(files)].filter((file) => !/(^|\/)\.tiltyard\//.test(file)).sort();
}

async function walk(root: string, folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
    if (NOT_WRITTEN.has(entry.name)) continue;
    const path = posix.join(folder, entry.name);
    if (entry.isDirectory()) found.push(...(await walk(root, path)));
    else found.push(path);
  }
  return found;
}

/** What of a model's folder is no part of the program: it counts by itself, or does not change what is trained. */
const OWN = /^(model\.yaml|data\.lock\.yaml|state\/[^/]+\.sql)$/;

/**
 * Copies the training program, which is all of the model's folder but our own documents and SQL, into an empty folder.
 * @returns the files' paths, sorted.
 * @throws UserError for links: they could lead anywhere.
 */
export async function copyProgram(from: string, features: string, to: string): Promise<string[]> {
  const files: string[] = [];
  for (const file of await writtenFiles(from)) {
    if (OWN.test(file) || file === posix.normalize(features)) continue;
    const source = join(from, file);
    const there = await lstat(source).catch(() => null);
    // Git still names a file that was deleted.
    if (there === null) continue;
    if (!there.isFile()) {
      throw new UserError(`${source} is no file (a link, or a submodule), so the training program can't be copied`, {
        fix: 'Put the file itself there.',
      });
    }
    await mkdir(dirname(join(to, file)), { recursive: true });
    await copyFile(source, join(to, file));
    await chmod(join(to, file), there.mode & 0o777);
    files.push(file);
  }
  return files;
}
