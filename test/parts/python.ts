import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../contract/source.ts';

/** What is installed; `.ci/run` names the folder by the digest of these. */
const REQUIREMENTS = ['test/parts/requirements.txt', 'examples/flights-python/requirements.txt'];

/** The Python with the packages of requirements.txt, which `.ci/run` installs. */
export function python(): string {
  const given = process.env['PARTS_PYTHON'];
  if (given !== undefined) return given;
  const digest = createHash('sha256');
  for (const file of REQUIREMENTS) digest.update(readFileSync(join(root, file)));
  const folder = join(root, '.tiltyard/parts', `venv-${digest.digest('hex').slice(0, 12)}`);
  if (existsSync(join(folder, 'complete'))) return join(folder, 'bin/python');
  throw new Error('These tests need Python packages: run .ci/run once, which installs them.');
}
