import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type DataLock, dataLockPath, parseDataLock } from '#registry/data-lock.ts';

/** `models/<model>/data.lock.yaml` of the repository at `root`; no pins where there is none. */
export async function loadDataLock(root: string, model: string): Promise<DataLock> {
  const path = dataLockPath(model);
  const text = await readFile(join(root, path), 'utf8').catch(() => null);
  return text === null ? {} : parseDataLock(text, path).value;
}
