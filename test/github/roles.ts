import { accountOf, userJson } from './accounts.ts';
import { type Route, repositoryOf, text } from './route.ts';
import type { Repository, Role } from './state.ts';

/** What somebody may do in a repository; a public one everybody may read. */
export function roleOf(repository: Repository, login: string): Role {
  if (repository.owner === login) return 'admin';
  const [, role] = [...repository.collaborators].find(([name]) => name.toLowerCase() === login.toLowerCase()) ?? [];
  return role ?? (repository.private ? 'none' : 'read');
}

export const roleRoutes: Route[] = [
  {
    // `permission` knows only admin, write, read and none: maintain is shown as write, triage as read; `role_name` has the
    // exact one (https://docs.github.com/en/rest/collaborators/collaborators#get-repository-permissions-for-a-user).
    route: 'GET /repos/{owner}/{repo}/collaborators/{username}/permission',
    needs: [{ permission: 'metadata', level: 'read' }],
    handle: (call) => {
      const repository = repositoryOf(call);
      const account = accountOf(call.world, text(call, 'username'));
      const role = roleOf(repository, account.login);
      const coarse = { none: 'none', read: 'read', triage: 'read', write: 'write', maintain: 'write', admin: 'admin' };
      return {
        status: 200,
        data: { permission: coarse[role], role_name: role, user: { ...userJson(account), role_name: role } },
      };
    },
  },
];
