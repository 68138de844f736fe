import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '#registry/error.ts';
import { type Version, VersionNumber } from '#registry/version.ts';
import { listVersions, readVersion } from './working-tree.ts';

/** A version that something was found in, and what it is there: `the artifact`, `the training data`, … */
export interface Found {
  version: Version;
  path: string;
  as: string;
}

/** At least so much of a digest must be given. */
const SHORTEST = 7;

/** The models that have a registry in the working tree. */
export async function listModels(root: string): Promise<string[]> {
  const entries = await readdir(join(root, 'registry'), { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory() && /^[a-z0-9-]+$/.test(entry.name))
    .map(({ name }) => name)
    .sort();
}

/**
 * The versions of the working tree that a version's number or a digest (or the beginning of one) names.
 * @throws UserError where there is none.
 */
export async function findVersions(root: string, what: string, model: string | undefined): Promise<Found[]> {
  const models = (await listModels(root)).filter((one) => model === undefined || one === model);
  const isNumber = VersionNumber.safeParse(what).success;
  if (!isNumber && (!/^[0-9a-f]+$/.test(what) || what.length < SHORTEST || what.length > 64)) {
    throw new UserError(`${JSON.stringify(what)} is neither a version nor a digest`, {
      fix: `Give a version as 1.4.0, or at least ${SHORTEST} digits of a digest or a commit.`,
    });
  }
  const found: Found[] = [];
  for (const one of models) {
    for (const number of await listVersions(root, one)) {
      if (isNumber && number !== what) continue;
      const { value: version, path } = await readVersion(root, one, number);
      const as = isNumber ? 'the version' : roleOf(version, what);
      if (as !== null) found.push({ version, path, as });
    }
  }
  if (found.length > 0) return found;
  throw new UserError(`no version in ${model === undefined ? 'registry/' : `registry/${model}`} has ${what}`, {
    fix:
      models.length === 0
        ? 'Run it in the root of your repository, or give --root.'
        : `Models there: ${models.join(', ')}.`,
  });
}

/** What of a version a digest is; null where it is nothing of it. */
function roleOf({ artifact, evidence, lineage }: Version, digest: string): string | null {
  const roles: [string, string | null][] = [
    ['the artifact', artifact.digest],
    ['the training evidence', evidence.training],
    ['the evaluation evidence', evidence.evaluation],
    ['the training data', lineage.data.train.digest],
    ['the features and fitted tables', artifact.features_digest],
    ['features.sql', lineage.features.sql],
    ['the training program', lineage.program.digest],
    ['all its inputs', lineage.input_digest],
    ['the commit that it was trained from', lineage.commit],
  ];
  return roles.find(([, value]) => value?.startsWith(digest))?.[0] ?? null;
}
