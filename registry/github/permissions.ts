import { z } from 'zod';
import { askIfThere, type GitHub, type Place } from './client.ts';

const Permission = z.enum(['admin', 'write', 'read', 'none']).catch('none');
/** What somebody may do; `maintain` counts as `write`, `triage` as `read`, and what we don't know as nothing. */
export type Permission = z.infer<typeof Permission>;

export async function getPermission(github: GitHub, place: Place, login: string): Promise<Permission> {
  const answer = await askIfThere(
    github,
    'GET /repos/{owner}/{repo}/collaborators/{username}/permission',
    { ...place, username: login },
    z.object({ permission: Permission }),
  );
  return answer?.permission ?? 'none';
}
