import { lstat, readdir, readFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { Artifact } from '#registry/artifact.ts';
import { readDocument } from '#registry/document.ts';
import { UserError } from '#registry/error.ts';
import { sha256 } from '#registry/sha256.ts';
import { digestFile } from '../digest-file.ts';

/** An artifact that lies in a folder: its description, its digest and those of its parts. */
export interface ArtifactFolder {
  path: string;
  description: Artifact;
  /** sha256 over `list`. */
  digest: string;
  /** Its files, sorted, one a line: sha256, two spaces, path. */
  list: string;
  /** sha256 over features.sql and the fitted tables. */
  featuresDigest: string;
  modelBytes: number;
  bytes: number;
  /** Fitted tables: name → path of its Parquet file. */
  state: Record<string, string>;
  /** Path of the sketch of training ids; null without one. */
  sketch: string | null;
}

const REQUIRED = ['artifact.json', 'features.sql', 'model.onnx'];
const STATE = /^state\/([a-z][a-z0-9_]{0,62})\.parquet$/;

/** Whether a path is one that an artifact's folder may hold. */
export function isPart(file: string): boolean {
  return REQUIRED.includes(file) || file === 'training-ids.parquet' || STATE.test(file);
}

/**
 * Reads what an artifact's folder holds, digests it, and refuses what does not belong there: links, other files,
 * missing parts.
 */
export async function readArtifactFolder(path: string, name: string): Promise<ArtifactFolder> {
  const files = await listFiles(path, name);
  const missing = REQUIRED.filter((file) => !files.includes(file));
  if (missing.length > 0) {
    throw new UserError(`${name}: ${path} has no ${missing.join(' and no ')}`, {
      fix: `An artifact's folder holds ${REQUIRED.join(', ')} and, where features.sql joins fitted tables, state/*.parquet.`,
    });
  }
  const state: Record<string, string> = {};
  for (const file of files) {
    const table = STATE.exec(file)?.[1];
    if (table !== undefined) state[table] = join(path, file);
    if (!isPart(file)) {
      throw new UserError(`${name}: ${path} holds ${JSON.stringify(file)}, which is no part of an artifact`, {
        fix: `Leave only ${REQUIRED.join(', ')}, training-ids.parquet and state/<name>.parquet there.`,
      });
    }
  }
  // JSON is YAML too, and our reader refuses what JSON.parse lets through: a key that is given twice.
  const written = join(path, 'artifact.json');
  const { value: description } = readDocument(Artifact, await readFile(written, 'utf8'), written);
  if (description.training.ids !== null && !files.includes(description.training.ids)) {
    throw new UserError(`${name}: artifact.json names ${description.training.ids}, but ${path} has no such file`, {
      fix: 'Build the artifact again, or set training.ids to null if its training rows have no ids.',
    });
  }
  const digests = new Map<string, { sha256: string; bytes: number }>();
  for (const file of files) digests.set(file, await digestFile(join(path, file)));
  const list = listOf(digests, () => true);
  return {
    path,
    description,
    digest: sha256(list),
    list,
    featuresDigest: sha256(listOf(digests, (file) => file === 'features.sql' || file.startsWith('state/'))),
    modelBytes: digests.get('model.onnx')?.bytes ?? 0,
    bytes: [...digests.values()].reduce((sum, { bytes }) => sum + bytes, 0),
    state,
    sketch: description.training.ids === null ? null : join(path, description.training.ids),
  };
}

async function listFiles(path: string, name: string): Promise<string[]> {
  const found: string[] = [];
  async function walk(folder: string): Promise<void> {
    for (const entry of await readdir(join(path, folder), { withFileTypes: true })) {
      const relative = posix.join(folder, entry.name);
      if (entry.isDirectory()) await walk(relative);
      else if (entry.isFile()) found.push(relative);
      else {
        throw new UserError(`${name}: ${join(path, relative)} is neither a file nor a folder (a link, perhaps)`, {
          fix: 'Replace it by the file itself: an artifact must not reach outside its folder.',
        });
      }
    }
  }
  const folder = await lstat(path).catch(() => null);
  if (folder === null || !folder.isDirectory()) {
    throw new UserError(`${name}: there is no folder ${path}`, {
      fix: 'Name the folder that the training wrote, or a registered version.',
    });
  }
  await walk('');
  return found.sort();
}

function listOf(digests: ReadonlyMap<string, { sha256: string }>, which: (file: string) => boolean): string {
  return [...digests]
    .filter(([file]) => which(file))
    .map(([file, { sha256 }]) => `${sha256}  ${file}\n`)
    .join('');
}
