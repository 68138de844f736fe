import { join } from 'node:path';
import { parseSettings, type Settings } from '#registry/settings.ts';
import { readTextIfThere } from './read-text.ts';

/** tiltyard.yaml of the repository at `root`; its defaults where there is none. */
export async function loadSettings(root: string): Promise<Settings> {
  const text = await readTextIfThere(join(root, 'tiltyard.yaml'), 'tiltyard.yaml');
  return parseSettings(text ?? '{}', 'tiltyard.yaml').value;
}
