import { z } from 'zod';
import { ask, askIfThere, type GitHub, type Place } from './client.ts';

export const Repository = z.object({ id: z.int(), default_branch: z.string(), archived: z.boolean().optional() });
export type Repository = z.infer<typeof Repository>;

export async function getRepository(github: GitHub, place: Place): Promise<Repository> {
  return ask(github, 'GET /repos/{owner}/{repo}', { ...place }, Repository);
}

/** The commit that a branch points to; null where it is gone. */
export async function getBranchHead(github: GitHub, place: Place, branch: string): Promise<string | null> {
  const Ref = z.object({ object: z.object({ sha: z.string() }) });
  const route = 'GET /repos/{owner}/{repo}/git/ref/{ref}';
  const found = await askIfThere(github, route, { ...place, ref: `heads/${branch}` }, Ref);
  return found?.object.sha ?? null;
}

/** The branches whose names begin so, and the commits that they point to. */
export async function listBranches(
  github: GitHub,
  place: Place,
  prefix: string,
): Promise<{ branch: string; sha: string }[]> {
  const Refs = z.array(z.object({ ref: z.string(), object: z.object({ sha: z.string() }) }));
  const route = 'GET /repos/{owner}/{repo}/git/matching-refs/{ref}';
  const found = await ask(github, route, { ...place, ref: `heads/${prefix}` }, Refs);
  return found.map(({ object, ref }) => ({ branch: ref.replace(/^refs\/heads\//, ''), sha: object.sha }));
}
