import { judge } from '#registry/judge.ts';
import type { Answer } from '#registry/markdown/pull-request/answers.ts';
import type { Pull, Snapshot } from '../snapshot/snapshot.ts';
import { type Command, firstLine, parseCommand } from './command.ts';
import { withDoubts } from './doubts.ts';
import { explain } from './explain.ts';
import { soundModel } from './model-at.ts';
import type { Action } from './plan.ts';
import type { State } from './state.ts';
import { withBounds } from './what-if.ts';

type Comment = Pull['comments'][number];

/** A command in a comment, and why we do not do as it asks; null where we do. */
export interface Asked {
  comment: Comment;
  command: Command;
  refusal: string | null;
}

/** So many of those that were done are answered, and of those that were refused; older answers make room. */
const MOST_ANSWERS = 3;
const MOST_REFUSALS = 1;

/**
 * The commands of a pull request, oldest first. People with write access may give them, in comments that were never
 * edited: whoever may edit other people's comments must not speak in their name.
 */
export function commandsOf({ us }: Snapshot, { comments }: Pull): Asked[] {
  return comments
    .filter(({ author }) => author.login !== us.login)
    .sort((a, b) => a.id - b.id)
    .flatMap((comment) => {
      const command = parseCommand(comment.body);
      if (command === null) return [];
      const refusal = refusalOf(comment, command);
      return refusal === 'unknown' ? [] : [{ comment, command, refusal }];
    });
}

/** Why a command is not obeyed; null where it is, and `unknown` where nobody has asked yet what its author may do. */
function refusalOf(comment: Comment, command: Command): string | null {
  const { answered, author, createdAt, permission, updatedAt } = comment;
  if (createdAt.getTime() !== updatedAt.getTime())
    return 'Sorry, this comment was edited, so that nobody can tell who asks: please write it anew.';
  if (author.type !== 'User') return 'Sorry, only people give commands.';
  if (command.kind === 'unknown') return `Sorry, I don’t understand this. ${command.why}`;
  if (command.kind === 'later') return `Sorry, ${command.word} comes with promotion.`;
  if (answered === 'done') return null;
  if (answered === null && permission === null) return 'unknown';
  if (answered === null && (permission === 'write' || permission === 'admin')) return null;
  // Afterwards nothing tells which of these it was; and what is said of a command does not change.
  return command.kind === 'evaluate'
    ? 'Sorry, it is not run again: that takes write access to this repository; and GitHub does it for 30 days only, and where the bot has the permission actions: write.'
    : 'Sorry, commands are for people with write access to this repository.';
}

/** Acknowledges commands, and does what they ask beyond an answer: the same run once more, with the same privileges. */
export function commandActions(pull: Pull, asked: readonly Asked[]): Action[] {
  const [run] = pull.runs;
  return asked.flatMap(({ command, comment, refusal }): Action[] => {
    if (comment.answered !== null) return [];
    const about = { pull: pull.number, reason: `comment ${comment.id} asks: ${command.kind}` };
    const content = refusal === null ? '+1' : 'confused';
    const react = { kind: 'react', ...about, comment: comment.id, content, rerun: null } as const;
    if (command.kind === 'evaluate' && refusal === null && isNewer(comment, pull)) return [];
    // A run that began since is what was asked for: whoever crashed before acknowledging it does not start another.
    const isDone = run === undefined || !run.completed || run.startedAt >= comment.createdAt;
    return refusal === null && command.kind === 'evaluate' && !isDone
      ? [
          { kind: 'rerun', ...about, head: pull.head.sha, run: run.id, attempt: run.attempt },
          { ...react, rerun: run.id },
        ]
      : [react];
  });
}

/** GitHub need not give one moment the same second everywhere, in milliseconds. */
const LAG = 5_000;

/**
 * Whether a comment came after the pull request was listed, and perhaps after its runs were: there may be newer ones, or one
 * may have ended. The next look knows; that one is due, as the comment changed the pull request.
 */
function isNewer({ createdAt }: Comment, { updatedAt }: Pull): boolean {
  return createdAt.getTime() > updatedAt.getTime() + LAG;
}

/** What the comment on a model answers, or, where there is none, the check: that knows of no model, and of no state. */
export function answersFor(pull: Pull, model: string, state: State | null, asked: readonly Asked[]): Answer[] {
  const done = asked.filter(({ refusal }) => refusal === null).slice(-MOST_ANSWERS);
  const refused = asked.filter(({ refusal }) => refusal !== null).slice(-MOST_REFUSALS);
  return asked
    .filter((one) => done.includes(one) || refused.includes(one))
    .map(({ command, comment, refusal }) => ({
      asked: firstLine(comment.body),
      by: comment.author.login,
      lines: refusal === null ? linesFor(pull, model, state, command, comment) : [{ mark: null, sentence: refusal }],
    }));
}

function linesFor(pull: Pull, model: string, state: State | null, command: Command, comment: Comment): Answer['lines'] {
  const say = (...sentences: string[]) => sentences.map((sentence) => ({ mark: null, sentence }));
  switch (command.kind) {
    case 'help':
      return say(
        '/tiltyard evaluate: runs the workflow on this head once more.',
        '/tiltyard explain roc_auc, or origin=ORD: what was found of a metric or a slice.',
        '/tiltyard what-if max_loss=0.004: judges the stored evidence with another bound, and changes nothing.',
      );
    case 'evaluate': {
      const [run] = pull.runs;
      if (run === undefined)
        return say(
          state === null
            ? 'No model is evaluated on this head, so that nothing is run again.'
            : 'There is no run on this head that could be run again.',
        );
      if (!run.completed && run.startedAt < comment.createdAt) return say('A run of the workflow goes on already.');
      return say(run.startedAt >= comment.createdAt ? 'The workflow was run again.' : 'The workflow is run again.');
    }
    case 'explain':
      return state?.kind === 'judged' ? explain(state, command.what) : say(NOTHING);
    case 'what-if': {
      if (state?.kind !== 'judged') return say(NOTHING);
      const at = soundModel(state.policy === 'base' ? pull.atBase : pull.atHead, model);
      if (at === null) return say(NOTHING);
      const other = withBounds(at.model, command.changes);
      if (other.model === null) return say(other.why);
      const judged = judge(other.model, state.evaluation, at.where);
      const { findings, sentence, verdict } = withDoubts(model, judged, state.doubts);
      const troubles = findings.filter(({ status }) => status !== 'pass');
      return [
        { mark: verdict, sentence: `With that, ${sentence} Nothing changes by this: the policy in git decides.` },
        ...troubles.map((one) => ({ mark: one.status, sentence: one.sentence })),
      ];
    }
    case 'later':
    case 'unknown':
      return [];
  }
}

const NOTHING = 'There is no evidence on this head that was judged.';
