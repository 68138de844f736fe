import { join } from 'node:path';
import { type DataLock, dataLockPath, parseDataLock } from '#registry/data-lock.ts';
import { readTextIfThere } from './read-text.ts';

/** `models/<model>/data.lock.yaml` of the repository at `root`; no pins where there is none. */
export async function loadDataLock(root: string, model: string): Promise<DataLock> {
  const path = dataLockPath(model);
  const text = await readTextIfThere(join(root, path), path);
  return text === null ? {} : parseDataLock(text, path).value;
}
