import { appById } from './accounts.ts';
import { roleOf } from './roles.ts';
import { type Call, type Need, notFound, Refusal, type Route, repositoryOf } from './route.ts';
import type { Repository, Role } from './state.ts';

const WRITERS: Role[] = ['write', 'maintain', 'admin'];

/**
 * Whether an actor may send a request at all. What a token lacks is answered with 403, what it can't see with 404
 * (https://docs.github.com/en/rest/authentication/permissions-required-for-github-apps,
 * https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api).
 * Stricter than GitHub in one way: a public repository's resources need the permission for reading, too.
 * @throws Refusal
 */
export function authorize(call: Call, { needs, route }: Route): void {
  const { actor, world } = call;
  if (needs === 'nothing') return;
  if (needs === 'jwt') {
    if (actor.kind !== 'jwt') throw new Refusal(401, 'A JSON web token could not be decoded');
    return;
  }
  if (actor.kind === 'jwt') throw new Refusal(403, 'Resource not accessible by integration');
  const writes = !route.startsWith('GET ');
  if (actor.kind === 'app') {
    const installation = appById(world, actor.app).installations.find(({ id }) => id === actor.installation);
    if (installation === undefined) throw new Refusal(401, 'Bad credentials');
    // https://docs.github.com/en/apps/maintaining-github-apps/suspending-a-github-app-installation
    if (installation.suspendedAt !== null) throw new Refusal(403, 'This installation has been suspended');
    const repository = route.includes('{repo}') ? repositoryOf(call) : null;
    if (repository !== null && repository.owner !== installation.account) throw notFound();
    holds(needs, { metadata: 'read', ...actor.permissions });
    if (repository !== null && writes) open(repository);
    return;
  }
  if (!route.includes('{repo}')) throw new Refusal(403, 'Resource not accessible by integration');
  const repository = repositoryOf(call);
  if (actor.kind === 'token') {
    if (repository.id !== actor.repository)
      throw repository.private ? notFound() : new Refusal(403, 'Resource not accessible by integration');
    holds(needs, { metadata: 'read', ...actor.permissions });
  } else {
    const role = roleOf(repository, actor.login);
    if (role === 'none') throw notFound();
    const talk = needs.every(({ permission }) => ['issues', 'pull_requests', 'metadata'].includes(permission));
    if (writes && !talk && !WRITERS.includes(role)) throw new Refusal(403, 'Must have write access to the repository.');
  }
  if (writes) open(repository);
}

function holds(needs: Need[], permissions: Partial<Record<string, string>>): void {
  const enough = needs.some(({ level, permission }) => {
    const granted = permissions[permission];
    return granted === 'write' || granted === level;
  });
  if (!enough) throw new Refusal(403, 'Resource not accessible by integration');
}

/** https://docs.github.com/en/repositories/archiving-a-github-repository/archiving-repositories */
function open(repository: Repository): void {
  if (repository.archived) throw new Refusal(403, 'Repository was archived so is read-only.');
}
