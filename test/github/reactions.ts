import { accountOf, userJson } from './accounts.ts';
import { isoSeconds, type Json, nodeId, type Reaction, type World } from './state.ts';

const CONTENTS = ['+1', '-1', 'laugh', 'confused', 'heart', 'hooray', 'eyes', 'rocket'];

/** How many of each there are. */
export function reactionsJson(url: string, reactions: readonly Reaction[]): Json {
  const counts = CONTENTS.map((content) => [content, reactions.filter((one) => one.content === content).length]);
  return { url, total_count: reactions.length, ...Object.fromEntries(counts) };
}

export function reactionJson(world: World, reaction: Reaction): Json {
  return {
    id: reaction.id,
    node_id: nodeId('Reaction', reaction.id),
    user: userJson(accountOf(world, reaction.author)),
    content: reaction.content,
    created_at: isoSeconds(reaction.createdAt),
  };
}
