import { accountOf, installationJson, userJson } from './accounts.ts';
import { checkPayload } from './openapi.ts';
import { repositoryJson } from './repositories.ts';
import { type App, type Installation, type Json, newId, nodeId, type Repository, type World } from './state.ts';

export interface Event {
  event: string;
  action: string | null;
  /** Who caused it. */
  by: string;
  body: Json;
  /** The one App that is told, if not all. */
  only?: number;
}

/**
 * Queues a webhook for every App that is installed at the repository's owner and subscribed to the event. One id for all:
 * GitHub gives the same delivery id to several Apps, which is why it makes no key for idempotence.
 */
export function emit(world: World, repository: Repository, { action, body, by, event, only }: Event): void {
  const id = `00000000-0000-4000-8000-${String(newId(world)).padStart(12, '0')}`;
  for (const app of world.apps) {
    const installation = app.installations.find(({ account }) => account === repository.owner);
    if (installation === undefined || installation.suspendedAt !== null || !app.events.includes(event)) continue;
    if (only !== undefined && only !== app.id) continue;
    const payload = {
      ...(action === null ? {} : { action }),
      ...body,
      repository: repositoryJson(world, repository),
      sender: userJson(accountOf(world, by)),
      installation: { id: installation.id, node_id: nodeId('Installation', installation.id) },
    };
    const sent: Json = JSON.parse(JSON.stringify(payload));
    checkPayload(event, sent);
    world.deliveries.push({ id, app: app.id, event, payload: sent });
  }
}

/** Tells an App of its own installation, which it always hears of. */
export function emitInstallation(world: World, app: App, installation: Installation, action: string): void {
  const there = world.repositories.filter(({ owner }) => owner === installation.account);
  const repositories = there.map(({ id, name, owner, private: hidden }) => ({
    id,
    node_id: nodeId('Repository', id),
    name,
    full_name: `${owner}/${name}`,
    private: hidden,
  }));
  const payload = {
    action,
    installation: installationJson(world, app, installation),
    repositories,
    requester: null,
    sender: userJson(accountOf(world, installation.account)),
  };
  const sent: Json = JSON.parse(JSON.stringify(payload));
  checkPayload('installation', sent);
  const id = `00000000-0000-4000-8000-${String(newId(world)).padStart(12, '0')}`;
  world.deliveries.push({ id, app: app.id, event: 'installation', payload: sent });
}
