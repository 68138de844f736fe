import { type Actor, newId, type World } from './state.ts';

/** Gives out a token that stands for an actor until it expires; made up, and in the form of GitHub's. */
export function issueToken(world: World, actor: Actor, expires: Date): string {
  const kind = actor.kind === 'person' ? 'ghp' : 'ghs';
  const token = `${kind}_${String(newId(world)).padStart(36, '0')}`;
  world.tokens.set(token, { actor, expires });
  return token;
}

/** Whom a token stands for; null where it never did, or does no longer. */
export function actorOfToken(world: World, token: string): Actor | null {
  const known = world.tokens.get(token);
  return known === undefined || known.expires <= world.now ? null : known.actor;
}
