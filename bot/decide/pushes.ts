import type { FileChange } from '#registry/history/commit.ts';
import { directPushSummary } from '#registry/markdown/direct-push.ts';
import { checkTitle } from '#registry/markdown/pull-request/check.ts';
import { ourCheck, saysSame } from '../ours.ts';
import type { Check, DirectPush, Snapshot } from '../snapshot/snapshot.ts';
import type { Action } from './plan.ts';
import { mergedRegistry, registryChanges } from './registry-change.ts';
import { registryOf, reportsOf } from './registry-reports.ts';
import { REQUIRED } from './state.ts';

/**
 * The check that tells of a push. Not the required one: the commit may be the head of a pull request into another branch as
 * well, about which that one speaks. No model can have such a name.
 */
export const DIRECT_PUSH = `${REQUIRED} / direct push`;

/** Whether a push was told of: its commit bears our check. */
export function isReported({ us }: Pick<Snapshot, 'us'>, checks: readonly Check[]): boolean {
  return ourCheck(us, checks, DIRECT_PUSH)?.conclusion === 'failure';
}

/**
 * Tells of each push that changed the registry on the default branch without a pull request, on the pushed commit. What an
 * App pushes under our own name is ours; the token of workflows is anybody's who may write one.
 */
export function pushActions({ pushes, repository, us }: Pick<Snapshot, 'pushes' | 'repository' | 'us'>): Action[] {
  return pushes.flatMap((push) => {
    const { at, by, checks, sha } = push;
    if (!us.starter && by.type === 'Bot' && by.login === us.login) return [];
    const wanted = saidOf(push, repository.defaultBranch);
    const there = ourCheck(us, checks, DIRECT_PUSH);
    if (there !== undefined && saysSame(there, wanted)) return [];
    const reason = `${DIRECT_PUSH} on ${sha.slice(0, 7)} is ${wanted.conclusion}: ${wanted.title}`;
    const about = { pull: null, head: sha, name: DIRECT_PUSH, since: at, annotations: [], replaces: null };
    return [{ kind: 'check', ...about, ...wanted, reason } satisfies Action];
  });
}

type Said = Pick<Extract<Action, { kind: 'check' }>, 'conclusion' | 'title' | 'summary'>;

function saidOf(push: DirectPush, branch: string): Said {
  const { at, before, by, forced, settings, sha } = push;
  const files = registryChanges(push);
  const models = [...new Set(files.map(({ path }) => registryOf(path)))].sort();
  // By the day of the push, so that the words stay the same.
  const merged = mergedRegistry({ now: at }, { ...push, base: { sha: before }, head: { sha } });
  const summary = directPushSummary({
    by: by.login,
    branch,
    at,
    before: forced ? before : null,
    files: files.map((file) => ({ path: file.path, verb: verbOf(file) })),
    rules: reportsOf(merged, models.length === 0 ? [''] : models, { approvals: null, claim: false }),
    approvals: settings.bot.approvals,
    approvers: settings.bot.approvers,
  });
  return { conclusion: 'failure', title: checkTitle(`${by.login} pushed to registry/ directly`), summary };
}

function verbOf({ after, before }: FileChange): 'adds' | 'removes' | 'changes' {
  if (before === null) return 'adds';
  return after === null ? 'removes' : 'changes';
}
