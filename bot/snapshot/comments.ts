import { type IssueComment, listComments } from '#registry/github/comments.ts';
import type { Permission } from '#registry/github/permissions.ts';
import { listReactions } from '#registry/github/reactions.ts';
import { isCommand } from '../decide/command.ts';
import type { Source } from './memory.ts';
import { personOf } from './person.ts';
import type { Comment, Snapshot } from './snapshot.ts';

/** So many commands of a pull request that nobody has answered are looked at, the newest; older ones count as refused. */
const MOST_COMMANDS = 20;
/** And so many at all: anybody may write commands, and each costs a call where nothing is remembered. */
const MOST_LOOKED_AT = 100;

/** Reads the comments on a pull request, and of commands, who gave them and whether we have answered. */
export async function readComments(
  source: Source,
  us: Snapshot['us'],
  pull: number,
  permissionOf: (login: string) => Promise<Permission>,
): Promise<Comment[]> {
  const comments = await listComments(source.github, source.place, pull);
  const read: Comment[] = [];
  let open = 0;
  let count = 0;
  for (const comment of comments.toReversed()) {
    const plain = plainComment(comment);
    if (!isCommand(comment.body) || plain.author.login === us.login) read.push(plain);
    else {
      const isSought = open < MOST_COMMANDS && count < MOST_LOOKED_AT;
      const answered = isSought ? await answerTo(source, us, comment) : 'refused';
      count += 1;
      if (answered === null) open += 1;
      // Nobody's permission lets an edited comment through, nor a program's.
      const isAsked = answered === null && isUnedited(comment) && plain.author.type === 'User';
      read.push({ ...plain, answered, permission: isAsked ? await permissionOf(plain.author.login) : null });
    }
  }
  return read.reverse();
}

function plainComment(comment: IssueComment): Comment {
  return {
    id: comment.id,
    author: personOf(comment.user),
    app: comment.performed_via_github_app?.id ?? null,
    body: comment.body,
    createdAt: comment.created_at,
    updatedAt: comment.updated_at,
    permission: null,
    answered: null,
  };
}

const isUnedited = ({ created_at, updated_at }: IssueComment) => created_at.getTime() === updated_at.getTime();

/** Our reaction to a comment; nobody else can take it back. */
async function answerTo(
  { github, key, memory, place }: Source,
  us: Snapshot['us'],
  { id, reactions }: IssueComment,
): Promise<Comment['answered']> {
  const known = memory.answered.get(key(id));
  if (known !== undefined) return known;
  if (reactions !== undefined && reactions['+1'] + reactions.confused === 0) return null;
  const ours = (await listReactions(github, place, id)).filter(({ user }) => user?.login === us.login);
  const contents = ours.map(({ content }) => content);
  const answer = contents.includes('+1') ? 'done' : contents.includes('confused') ? 'refused' : null;
  if (answer !== null) memory.answered.set(key(id), answer);
  return answer;
}
