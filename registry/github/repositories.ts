import { z } from 'zod';
import { ask, type GitHub, type Place } from './client.ts';

const Repository = z.object({ id: z.int(), default_branch: z.string(), archived: z.boolean().optional() });

export async function getRepository(github: GitHub, place: Place): Promise<z.infer<typeof Repository>> {
  return ask(github, 'GET /repos/{owner}/{repo}', { ...place }, Repository);
}

/** The commit that a branch points to. */
export async function getBranchHead(github: GitHub, place: Place, branch: string): Promise<string> {
  const Ref = z.object({ object: z.object({ sha: z.string() }) });
  const { object } = await ask(
    github,
    'GET /repos/{owner}/{repo}/git/ref/{ref}',
    { ...place, ref: `heads/${branch}` },
    Ref,
  );
  return object.sha;
}
