import { createCheck, listChecks, updateCheck } from '#registry/github/checks.ts';
import { type GitHub, GitHubError, type Place } from '#registry/github/client.ts';
import { createComment, deleteComment, getComment, listComments, updateComment } from '#registry/github/comments.ts';
import { readMarker } from '#registry/markdown/pull-request/marker.ts';
import type { Action, Plan } from './decide/plan.ts';
import type { Snapshot } from './snapshot/snapshot.ts';

/** What became of an action. */
export interface Done {
  action: Action;
  /** `same`: GitHub says it already. `failed`: GitHub refused or did not answer; the next look tries again. */
  outcome: 'written' | 'same' | 'failed';
  error: GitHubError | null;
}

/**
 * Performs a plan, one action at a time: reads, compares, writes once, reads back. What GitHub refuses stays for the next
 * look; the other actions go on.
 */
export async function apply(github: GitHub, place: Place, us: Snapshot['us'], plan: Plan): Promise<Done[]> {
  const done: Done[] = [];
  for (const action of plan.actions) {
    try {
      const outcome = await perform(github, place, us, action);
      done.push({ action, outcome, error: null });
    } catch (error) {
      if (!(error instanceof GitHubError)) throw error;
      done.push({ action, outcome: 'failed', error });
    }
  }
  return done;
}

async function perform(github: GitHub, place: Place, us: Snapshot['us'], action: Action): Promise<'written' | 'same'> {
  switch (action.kind) {
    case 'comment':
      return writeComment(github, place, us, action);
    case 'remove_comment':
      await deleteComment(github, place, action.id);
      return 'written';
    case 'check':
      return writeCheck(github, place, us, action);
  }
}

type CommentAction = Extract<Action, { kind: 'comment' }>;

async function writeComment(
  github: GitHub,
  place: Place,
  us: Snapshot['us'],
  action: CommentAction,
): Promise<'written' | 'same'> {
  const there = action.id === null ? await ours(github, place, us, action) : await getComment(github, place, action.id);
  if (there === null) await createComment(github, place, action.pull, action.body);
  else if (there.body === action.body) return 'same';
  else await updateComment(github, place, there.id, action.body);
  return 'written';
}

/** Another of us may have written it since the snapshot was read. */
async function ours(github: GitHub, place: Place, us: Snapshot['us'], { pull, model }: CommentAction) {
  const comments = await listComments(github, place, pull);
  const mine = comments.filter(
    ({ body, performed_via_github_app: app, user }) =>
      (us.starter ? user?.login === us.login : app?.id === us.app) && readMarker(body)?.model === model,
  );
  return mine.sort((a, b) => a.id - b.id)[0] ?? null;
}

type CheckAction = Extract<Action, { kind: 'check' }>;

/**
 * A check run that is completed stays as it is: GitHub changes neither its status nor its conclusion any more, and adds an
 * update's annotations to those that are there. What is to be said anew is a new check run; the newest of a name counts.
 */
async function writeCheck(
  github: GitHub,
  place: Place,
  us: Snapshot['us'],
  action: CheckAction,
): Promise<'written' | 'same'> {
  const { name, conclusion, title, summary, head } = action;
  const there = (await listChecks(github, place, head, us.app)).find((check) => check.name === name);
  const said = there !== undefined && there.output.title === title && there.output.summary === summary;
  if (said && there.conclusion === conclusion) return 'same';
  const annotations = action.annotations.map(({ path, line, level, message }) => ({
    path,
    start_line: line,
    end_line: line,
    annotation_level: level,
    message,
  }));
  const content = { name, conclusion, title, summary, annotations };
  if (there === undefined || there.status === 'completed') await createCheck(github, place, head, content);
  else await updateCheck(github, place, there.id, content);
  return 'written';
}
