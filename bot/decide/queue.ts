import { ourCheck, saysSame } from '../ours.ts';
import type { Queued, Snapshot } from '../snapshot/snapshot.ts';
import type { Action } from './plan.ts';
import { REQUIRED } from './state.ts';

/**
 * The required check on the branches of merge queues. What lands there may be what nobody has judged, several pull
 * requests at once: it passes only where models, registry and settings are, file by file, as the base has them, or as at
 * the head of a pull request whose own check has passed.
 */
export function queueActions({ now, queue, us }: Pick<Snapshot, 'now' | 'queue' | 'us'>): Action[] {
  const judged = new Map<string, number>();
  for (const { checksOfHead, oursAtHead, pull } of queue) {
    if (oursAtHead !== null && ourCheck(us, checksOfHead, REQUIRED)?.conclusion === 'success')
      judged.set(oursAtHead, pull);
  }
  return queue.flatMap((entry) => {
    const { checks, pull, sha } = entry;
    const there = ourCheck(us, checks, REQUIRED);
    const wanted = saidOf(entry, judged);
    if (there !== undefined && saysSame(there, wanted)) return [];
    const reason = `${REQUIRED} on ${sha.slice(0, 7)} in the merge queue is ${wanted.conclusion}: ${wanted.title}`;
    const about = { pull, head: sha, name: REQUIRED, since: there?.startedAt ?? now, annotations: [], replaces: null };
    return [{ kind: 'check', ...about, ...wanted, reason } satisfies Action];
  });
}

type Said = Pick<Extract<Action, { kind: 'check' }>, 'conclusion' | 'title' | 'summary'>;

function saidOf({ base, ours, oursAtBase }: Queued, judged: ReadonlyMap<string, number>): Said {
  if (ours !== null && ours === oursAtBase) {
    const summary = `Models, registry and settings are as ${base} has them.`;
    return { conclusion: 'success', title: 'No model is touched', summary };
  }
  const pull = ours === null ? undefined : judged.get(ours);
  if (pull !== undefined) {
    const summary = `Models, registry and settings are as at the head of pull request ${pull}, whose check has passed.`;
    return { conclusion: 'success', title: `As judged on pull request ${pull}`, summary };
  }
  const summary = [
    `Merged in this order, the files of models, registry or settings are neither as ${base} has them nor as at the head of a`,
    'pull request in the queue whose check has passed: nobody has evaluated them together. Bring the pull request up to',
    `date with ${base} after what is before it in the queue has been merged, so that it is evaluated as it will be.`,
  ].join(' ');
  return { conclusion: 'action_required', title: 'Nobody has judged these models together', summary };
}
