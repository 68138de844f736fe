import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseSettings, type Settings } from '#registry/settings.ts';

/** tiltyard.yaml of the repository at `root`; its defaults where there is none. */
export async function loadSettings(root: string): Promise<Settings> {
  const text = await readFile(join(root, 'tiltyard.yaml'), 'utf8').catch(() => null);
  return parseSettings(text ?? '{}', 'tiltyard.yaml').value;
}
