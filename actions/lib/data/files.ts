import { existsSync, globSync, statSync } from 'node:fs';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { UserError } from '#registry/error.ts';

export const FORMATS = ['csv', 'parquet', 'jsonl'] as const;
export type Format = (typeof FORMATS)[number];

export interface DataFiles {
  uri: string;
  /** Absolute paths, sorted by code units of the path below the root, so that the order is the same everywhere. */
  files: string[];
  format: Format;
}

/**
 * The local files that a dataset's `uri` names: one file, or a glob with `*`, `**` and `?`, relative to the repository's
 * root. A relative uri can't climb out of the repository: it would mean another file on another machine. An absolute path
 * is taken as it stands, because the policy that names it is read from the base branch, never from the change under
 * judgement. Of a bucket's objects the local copies are named, which `fetchData` makes.
 */
export function locate(uri: string, options: { root: string; format?: Format | undefined }): DataFiles {
  const mirror = mirrorOf(uri);
  if (mirror === null && /^[a-z][a-z0-9+.-]*:\/\//i.test(uri)) {
    throw new UserError(`the data at ${uri} is not on this machine, and it can't be read from there yet`, {
      fix: 'Download it before the run, and name the local path in model.yaml.',
    });
  }
  const root = resolve(options.root);
  if (uri.includes('\0')) throw new UserError('a data uri holds a zero byte', { fix: 'Write a plain path.' });
  const local = mirror ?? uri;
  const path = resolve(root, local);
  if (!isAbsolute(local) && path !== root && !path.startsWith(root + sep)) {
    throw new UserError(`the data uri ${uri} leaves the repository`, {
      fix: 'Use a path inside the repository, or an absolute path.',
    });
  }
  const files = isGlob(local) && !existsSync(path) ? glob(local, root) : [path];
  if (files.length === 0) {
    throw new UserError(`no file matches the data uri ${uri}`, { fix: `Files are looked for below ${root}.` });
  }
  for (const file of files) requireFile(file, uri);
  return { uri, files, format: options.format ?? formatOf(files, uri) };
}

/** Where the copies of a bucket's objects lie, from the root, as `uri` names them; null for what lies in no bucket. */
export function mirrorOf(uri: string): string | null {
  const path = /^s3:\/\/(.+)$/.exec(uri)?.[1];
  return path === undefined ? null : `.tiltyard/cache/data/s3/${path}`;
}

export function isGlob(uri: string): boolean {
  return /[*?[]/.test(uri);
}

function glob(uri: string, root: string): string[] {
  const found = globSync(uri, { cwd: root })
    .map((name) => resolve(root, name))
    .filter((file) => statSync(file).isFile());
  return found.toSorted((a, b) => compare(relative(root, a), relative(root, b)));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function requireFile(file: string, uri: string): void {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat === undefined) {
    throw new UserError(`the data file ${uri} does not exist`, { fix: `It was looked for at ${file}.` });
  }
  if (!stat.isFile()) {
    throw new UserError(`the data uri ${uri} is a folder`, {
      fix: `Name the files in it, for example ${uri}/*.parquet.`,
    });
  }
}

const ENDINGS: [RegExp, Format][] = [
  [/\.(csv|tsv)(\.gz|\.zst)?$/i, 'csv'],
  [/\.(jsonl|ndjson)(\.gz|\.zst)?$/i, 'jsonl'],
  [/\.parquet$/i, 'parquet'],
];

function formatOf(files: string[], uri: string): Format {
  const formats = new Set(files.map((file) => ENDINGS.find(([ending]) => ending.test(file))?.[1]));
  const [format] = formats;
  if (formats.size > 1) {
    throw new UserError(`the data uri ${uri} matches files of several formats`, {
      fix: 'Narrow the glob to one ending, or set format: beside it.',
    });
  }
  if (format === undefined) {
    throw new UserError(`the format of the data file ${uri} can't be told from its ending`, {
      fix: 'Use .csv, .parquet or .jsonl (also .csv.gz, .jsonl.zst), or set format: beside it.',
    });
  }
  return format;
}
