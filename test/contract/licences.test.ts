import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { root } from './source.ts';

/** Licences that let anybody use, change and pass on, without asking for their own sources in return. */
const permissive = [
  'MIT',
  'MIT-0',
  'ISC',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'BlueOak-1.0.0',
  'Unlicense',
  'CC0-1.0',
];

interface Locked {
  version?: string;
  dev?: boolean;
  license?: string;
}

/** Whether an SPDX expression can be met with permissive licences alone. */
function isPermissive(licence: string): boolean {
  const bare = licence.replaceAll(/[()]/g, '');
  if (bare.includes(' OR ')) return bare.split(' OR ').some(isPermissive);
  return bare.split(' AND ').every((one) => permissive.includes(one.trim()));
}

/** One sentence for each production package of a lock file whose licence isn't permissive. */
function violations(packages: Record<string, Locked>): string[] {
  return Object.entries(packages)
    .filter(([path, { dev }]) => path !== '' && dev !== true)
    .map(([path, locked]) => ({ path, licence: locked.license ?? installedLicence(path) }))
    .filter(({ licence }) => !isPermissive(licence))
    .map(({ path, licence }) => `${path}: ${licence}`);
}

function installedLicence(path: string): string {
  const file = `${root}${path}/package.json`;
  if (!existsSync(file)) return 'none in package-lock.json, and not installed here';
  const manifest: { license?: string } = JSON.parse(readFileSync(file, 'utf8'));
  return manifest.license ?? 'none';
}

it('every package that is installed with Tiltyard has a permissive licence', () => {
  const lock: { packages: Record<string, Locked> } = JSON.parse(readFileSync(`${root}package-lock.json`, 'utf8'));
  const production = Object.entries(lock.packages).filter(([path, { dev }]) => path !== '' && dev !== true);
  expect(production.length).toBeGreaterThan(20);
  expect(violations(lock.packages)).toEqual([]);
});

it('a package with another licence goes red', () => {
  const packages = {
    '': { license: 'Apache-2.0' },
    'node_modules/a': { license: 'GPL-3.0-only' },
    'node_modules/b': { license: 'MIT AND LGPL-3.0-or-later' },
    'node_modules/c': { license: '(MIT OR GPL-2.0-only)' },
    'node_modules/d': {},
    'node_modules/e': { license: 'GPL-3.0-only', dev: true },
  };
  expect(violations(packages)).toEqual([
    'node_modules/a: GPL-3.0-only',
    'node_modules/b: MIT AND LGPL-3.0-or-later',
    'node_modules/d: none in package-lock.json, and not installed here',
  ]);
});
