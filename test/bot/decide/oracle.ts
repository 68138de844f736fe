import type { Model } from '#registry/model.ts';
import type { Pull, Snapshot } from '../../../bot/snapshot/snapshot.ts';
import { oracle as verdictOf } from '../../registry/judge-oracle.ts';

/** What stands between a head and a green check. */
interface Against {
  /** It fails. */
  broken: boolean;
  /** Nobody can tell, or a person must do something. */
  open: boolean;
  /** It will be known. */
  pending: boolean;
}

/**
 * What the required check of a head has to say, written from the promises alone: it names what speaks against each pull
 * request with that head, where the bot goes through states. It knows only what the generator makes: one model under
 * `models/`, and changes of the registry of which the generator knows whether they are legal.
 */
export function expected(
  snapshot: Snapshot,
  head: string,
  legal: (pull: Pull) => 'legal' | 'illegal' | 'unknown' | null,
) {
  const all = snapshot.pulls.filter((pull) => pull.head.sha === head);
  // A maintainer pushed the fork's commits to a branch, for the same target: that is how a fork becomes trusted.
  const here = all.filter(
    (pull) => !pull.fork || !all.some((other) => !other.fork && other.base.branch === pull.base.branch),
  );
  const against: Against = { broken: false, open: false, pending: false };
  for (const pull of here) {
    if (touchesModel(pull)) evaluation(snapshot, pull, against);
    const change = legal(pull);
    if (change === 'illegal') against.broken = true;
    if (change === 'unknown') against.open = true;
    // A fork changes no registry; a person's change stands on approvals of this head (S8, S11).
    if (change !== null && (pull.fork || !approved(pull))) against.open = true;
  }
  if (against.broken) return 'failure';
  if (against.open) return 'action_required';
  return against.pending ? null : 'success';
}

function touchesModel({ atBase, atHead, files }: Pull): boolean {
  const exists = Object.keys(atBase.models).length + Object.keys(atHead.models).length > 0;
  const all = files === null || files.some(({ path }) => path === 'tiltyard.yaml');
  return exists && (all || files.some(({ path }) => path.startsWith('models/flight-delay/')));
}

const readable = (tree: Pull['atBase']): Model | null => tree.models['flight-delay']?.model ?? null;

function evaluation({ now, pulls }: Snapshot, pull: Pull, against: Against): void {
  const head = readable(pull.atHead);
  if (head === null) {
    // Gone: nothing to judge by. Not readable: certainly wrong.
    if ('flight-delay' in pull.atHead.models) against.broken = true;
    else against.open = true;
    return;
  }
  const newest = pull.runs.at(0);
  if (newest === undefined || !newest.completed) {
    const seen = pulls.filter((one) => one.head.sha === pull.head.sha).map(({ updatedAt }) => Number(updatedAt));
    const since = newest?.startedAt ?? new Date(Math.min(...seen));
    if (now.getTime() - since.getTime() > 60 * 60_000) against.open = true;
    else against.pending = true;
    return;
  }
  const found = newest.evidence.at(0);
  if (found === undefined) {
    // Held back until a maintainer lets it run: nothing is known yet, and a person must act.
    if (newest.conclusion === 'action_required') against.open = true;
    else against.broken = true;
    return;
  }
  if (pull.fork || found.evaluation === null) {
    against.open = true;
    return;
  }
  // S6: the base's policy decides; where there is none, nothing passes (S4), though what is plainly broken fails.
  const base = readable(pull.atBase);
  const verdict = verdictOf(base ?? head, found.evaluation);
  if (verdict === 'fail') against.broken = true;
  else if (verdict === 'inconclusive' || base === null) against.open = true;
  // S3: the workflow that measures is the base's; of files that nobody listed, any may be changed.
  const { workflow } = pull.atBase.settings.bot;
  if (verdict === 'pass' && (pull.files === null || pull.files.some(({ path }) => path === workflow)))
    against.open = true;
  // S3: at most 2 minutes in the future.
  if (!(Date.parse(found.evaluation.timing.measured_at) - now.getTime() <= 120_000) && verdict === 'pass')
    against.open = true;
}

/** S8, for people with write access: the last review of a person, on this head, by nobody who had a hand in it. */
function approved({ author, commits, head, reviews }: Pull): boolean {
  const hands = [author.id, ...(commits ?? []).flatMap((one) => [one.author?.id, one.committer?.id])];
  if (commits === null || hands.includes(undefined)) return false;
  return reviews.some(
    (one, i) =>
      one.state === 'APPROVED' &&
      one.commit === head.sha &&
      one.author.type === 'User' &&
      one.permission === 'write' &&
      !hands.includes(one.author.id) &&
      !reviews.slice(i + 1).some((later) => later.author.id === one.author.id),
  );
}
