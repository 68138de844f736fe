import { copyFile, cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { monthFile } from './prepare.ts';

const root = import.meta.dirname;
const MODEL = join('models', 'flight-delay');

/** What a checkout has otherwise than the repository. */
export interface Changes {
  /** Where the prepared months lie. */
  data: string;
  /** Files of training rows; by default the version's own months. A path, or a glob. */
  train?: string;
  /** Params of the training program that differ from model.yaml's. */
  params?: Record<string, unknown>;
}

/**
 * Writes the repository into `folder` as it is now (the candidate), or as it was when the version in production was
 * trained (the champion: January alone, three features, one fitted table). What Tiltyard keeps there stays.
 */
export async function checkOut(version: 'champion' | 'candidate', folder: string, changes: Changes): Promise<void> {
  await rm(join(folder, MODEL), { recursive: true, force: true });
  await mkdir(join(folder, 'models'), { recursive: true });
  await cp(join(root, MODEL), join(folder, MODEL), { recursive: true });
  for (const file of ['package.json', 'package-lock.json']) await copyFile(join(root, file), join(folder, file));
  if (version === 'champion') {
    await rm(join(folder, MODEL, 'state'), { recursive: true });
    await cp(join(root, 'champion'), join(folder, MODEL), { recursive: true });
  }
  // The pins are those of the version's own months.
  if (changes.train !== undefined) await rm(join(folder, MODEL, 'data.lock.yaml'));
  const path = join(folder, MODEL, 'model.yaml');
  const document = parseDocument(await readFile(path, 'utf8'));
  const months = version === 'champion' ? monthFile(1) : 'flights-2001-0[1-3].parquet';
  document.setIn(['data', 'train', 'uri'], changes.train ?? join(changes.data, months));
  for (const [name, value] of Object.entries(changes.params ?? {})) document.setIn(['train', 'params', name], value);
  await writeFile(path, document.toString());
}
