import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../contract/source.ts';

/** The Python with the packages of requirements.txt, which `.ci/run` installs. */
export function python(): string {
  const folder = join(root, '.tiltyard/parts');
  const installed = existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name, 'bin/python')) : [];
  const found = process.env['PARTS_PYTHON'] ?? installed.find((path) => existsSync(path));
  if (found === undefined) throw new Error('These tests need Python packages: run .ci/run once, which installs them.');
  return found;
}
