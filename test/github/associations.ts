import type { Repository } from './state.ts';

/** How GitHub says what somebody is to a repository. */
export function associationOf(repository: Repository, login: string): string {
  if (repository.owner === login) return 'OWNER';
  return repository.collaborators.has(login) ? 'COLLABORATOR' : 'NONE';
}
