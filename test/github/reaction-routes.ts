import { commentOf, READ, WRITE } from './comments.ts';
import { reactionJson } from './reactions.ts';
import { accountOfActor, listed, type Route, text } from './route.ts';
import { newId } from './state.ts';

export const reactionRoutes: Route[] = [
  {
    route: 'GET /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions',
    needs: READ,
    handle: (call) => listed(call, commentOf(call).comment.reactions, (one) => reactionJson(call.world, one)),
  },
  {
    // 200 where the same account has reacted so before, 201 where it is new.
    route: 'POST /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions',
    needs: WRITE,
    handle: (call) => {
      const { comment } = commentOf(call);
      const author = accountOfActor(call.world, call.actor).login;
      const content = text(call, 'content');
      const before = comment.reactions.find((one) => one.author === author && one.content === content);
      if (before !== undefined) return { status: 200, data: reactionJson(call.world, before) };
      const made = { id: newId(call.world), author, content, createdAt: call.world.now };
      comment.reactions.push(made);
      return { status: 201, data: reactionJson(call.world, made) };
    },
  },
];
