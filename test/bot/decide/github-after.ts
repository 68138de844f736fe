import type { Action, Plan } from '../../../bot/decide/plan.ts';
import type { Check, Pull, Snapshot } from '../../../bot/snapshot/snapshot.ts';
import { APP, bot, now } from './snapshot.ts';

/** What GitHub would hold after a plan, as the next look reads it: the simplest thing that a comment and a check are. */
export function after(snapshot: Snapshot, { actions }: Plan): Snapshot {
  let next = 1 + Math.max(0, ...snapshot.pulls.flatMap(({ comments }) => comments.map(({ id }) => id)));
  const pulls = structuredCloneOf(snapshot.pulls);
  const pushes = snapshot.pushes.map((push) => ({ ...push, checks: [...push.checks] }));
  for (const action of actions) {
    for (const pull of pulls) next += perform(pull, action, next);
    if (action.kind === 'check') for (const push of pushes) next += check(push, push.sha, action, next);
  }
  return { ...snapshot, pulls, pushes };
}

/** Where functions are (the lines of a model), a structured clone has no place for them. */
function structuredCloneOf(pulls: readonly Pull[]): Pull[] {
  return pulls.map((pull) => ({
    ...pull,
    comments: pull.comments.map((one) => ({ ...one })),
    checks: [...pull.checks],
    runs: [...pull.runs],
  }));
}

function perform(pull: Pull, action: Action, id: number): number {
  if (action.kind === 'check') return check(pull, pull.head.sha, action, id);
  if (action.pull !== pull.number) return 0;
  switch (action.kind) {
    case 'comment': {
      const there = pull.comments.find((one) => one.id === action.id);
      if (there !== undefined) Object.assign(there, { body: action.body, updatedAt: now });
      else {
        const times = { createdAt: now, updatedAt: now };
        pull.comments.push({
          id,
          author: bot,
          app: APP,
          body: action.body,
          ...times,
          permission: null,
          answered: null,
        });
      }
      return 1;
    }
    case 'remove_comment':
      pull.comments = pull.comments.filter((one) => one.id !== action.id);
      return 0;
    case 'react':
      for (const one of pull.comments) {
        if (one.id !== action.comment) continue;
        one.answered = action.content === '+1' ? 'done' : 'refused';
        one.permission = null;
      }
      return 0;
    case 'rerun':
      pull.runs = pull.runs.map((run) =>
        run.id === action.run
          ? { ...run, attempt: run.attempt + 1, completed: false, conclusion: null, startedAt: now, evidence: [] }
          : run,
      );
      return 0;
  }
}

type CheckAction = Extract<Action, { kind: 'check' }>;

/** The newest of a name takes the place of others, on the commit that it is about. */
function check(on: { checks: Check[] }, commit: string, action: CheckAction, id: number): number {
  if (commit !== action.head) return 0;
  const { conclusion, name, since, summary, title } = action;
  const status = conclusion === null ? 'in_progress' : 'completed';
  const made = { id, name, app: APP, status, conclusion, title, summary, startedAt: since };
  on.checks = [made, ...on.checks.filter((one) => one.name !== name)];
  return 1;
}
