import type { Source } from './memory.ts';
import type { Check } from './snapshot.ts';

/** A check by its name, null for all of them; or, once that is known, the check run that another is to follow. */
export type Asked = string | null | number;

/**
 * A person asked for a check on a head anew. GitHub has set its check suite back to queued and leaves the run as it is
 * (https://docs.github.com/en/rest/checks/runs#rerequest-a-check-run): as long as we write none, the suite stays there. No
 * call that we make tells how a suite stands, so that this is all that is known of it.
 */
export function askedAnew({ key, memory }: Pick<Source, 'key' | 'memory'>, head: string, name: string | null): void {
  const before = memory.rerequested.get(key(head)) ?? [];
  memory.rerequested.set(key(head), [...new Set([...before, name])]);
}

/**
 * Which of our newest check runs on a head people asked for anew: the same ones until others have taken their place, so that
 * a request is met once. A run that has not ended is none of them, since it is going to say something new by itself.
 */
export function rerequestedOf({ key, memory }: Source, head: string, checks: readonly Check[]): number[] {
  const asked = memory.rerequested.get(key(head));
  if (asked === undefined) return [];
  const runs = checks
    .filter(({ id, name, status }) => status === 'completed' && [id, name, null].some((one) => asked.includes(one)))
    .map(({ id }) => id);
  if (runs.length === 0) memory.rerequested.delete(key(head));
  else memory.rerequested.set(key(head), runs);
  return runs;
}
