import { resolve } from 'node:path';
import { type ArtifactFolder, readArtifactFolder } from '#lib/artifact/folder.ts';
import { fetchVersion, locateChampion } from '#lib/registry/registered.ts';
import type { World } from '#lib/world.ts';
import { UserError } from '#registry/error.ts';
import type { Model } from '#registry/model.ts';

/** One of the two versions, before anything of it has run. */
export interface NamedArtifact extends ArtifactFolder {
  role: 'candidate' | 'champion';
  version: string | null;
}

export interface Subjects {
  candidate: NamedArtifact;
  champion: NamedArtifact | null;
  /** Both are the same artifact. */
  identical: boolean;
}

/** The candidate, and the champion where there is one. */
export function versionsOf({ candidate, champion }: Subjects): NamedArtifact[] {
  return champion === null ? [candidate] : [candidate, champion];
}

/**
 * Finds both versions: a folder, a registered version, or (for the champion, by default) what channels.yaml names.
 * @throws UserError where the candidate is the champion itself and no self-test was asked for.
 */
export async function findSubjects(
  model: Model,
  asked: { root: string; candidate: string; champion: string | undefined; selfTest: boolean },
  world: World,
): Promise<Subjects> {
  const candidate = await find('candidate', asked.candidate, asked.root, model, world);
  const named = asked.champion ?? (await locateChampion(asked.root, model.name));
  const champion = named === null ? null : await find('champion', named, asked.root, model, world);
  const identical = champion !== null && champion.digest === candidate.digest;
  if (identical && !asked.selfTest) {
    throw new UserError(`the candidate is the champion itself: both have the digest ${candidate.digest}`, {
      fix: 'Name another candidate; or add --self-test to see that comparing a model with itself finds no difference.',
    });
  }
  if (asked.selfTest && !identical) {
    throw new UserError('--self-test compares a model with itself, but candidate and champion differ', {
      fix: 'Give the same folder or version to both, or leave --self-test out.',
    });
  }
  return { candidate, champion, identical };
}

async function find(
  role: NamedArtifact['role'],
  name: string,
  root: string,
  model: Model,
  world: World,
): Promise<NamedArtifact> {
  const registered = await fetchVersion(root, model.name, name, world);
  const folder = registered ?? (await readArtifactFolder(resolve(name), `the ${role}`));
  if (folder.description.model !== model.name || folder.description.task !== model.task) {
    throw new UserError(
      `the ${role} in ${folder.path} was made for ${folder.description.model} (${folder.description.task}), not for ${model.name} (${model.task})`,
      { fix: 'Name an artifact of this model.' },
    );
  }
  return { ...folder, role, version: registered === null ? null : name };
}
