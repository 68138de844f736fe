import type { Person, Pull, PullCommit, Review, Snapshot } from '../snapshot/snapshot.ts';

/** Who let a pull request through, and why others did not. */
export interface Approvals {
  needed: number;
  /** Logins. */
  by: string[];
  /** Why a review, or every one, does not count; finished sentences. */
  notes: string[];
}

/**
 * The approvals that stand on a pull request's head: each by a person who may approve now, who neither opened the pull
 * request nor wrote or committed any of its commits, and whose last review it is. Who may is read at the base.
 */
export function approvalsOf(pull: Pull): Approvals {
  const { approvals: needed, approvers } = pull.atBase.settings.bot;
  const nobody = (why: string): Approvals => ({ needed, by: [], notes: [why] });
  if (pull.atBase.problem !== null)
    return nobody('Who may approve can’t be told: the base branch’s tiltyard.yaml can’t be read.');
  if (pull.commits === null)
    return nobody('The pull request has more commits than GitHub lists, so that nobody can tell who wrote them.');
  const unknown = pull.commits.find((commit) => commit.author === null || commit.committer === null);
  if (unknown !== undefined) {
    return nobody(
      `Nobody can tell who wrote ${unknown.sha.slice(0, 7)}: GitHub knows no account for its author or its committer, who may not approve it.`,
    );
  }
  const hands = new Set([pull.author, ...pull.commits.flatMap(peopleOf)].map(({ id }) => id));
  const allowed = new Set(approvers.map((login) => login.toLowerCase()));
  const by: string[] = [];
  const notes: string[] = [];
  for (const review of lastReviews(pull.reviews)) {
    const why = objection(review, pull, hands, allowed);
    if (why === null) by.push(review.author.login);
    else if (review.state === 'APPROVED') notes.push(`The approval of ${review.author.login} does not count: ${why}.`);
    else if (review.state === 'CHANGES_REQUESTED') notes.push(`${review.author.login} asks for changes.`);
  }
  return { needed, by: by.sort(), notes };
}

function objection(
  { author, commit, permission, state }: Review,
  pull: Pull,
  hands: ReadonlySet<number>,
  allowed: ReadonlySet<string>,
): string | null {
  if (state !== 'APPROVED') return 'it approves nothing';
  if (commit !== pull.head.sha) return 'it was given on another head';
  if (author.type !== 'User') return 'it is not by a person';
  if (hands.has(author.id)) return 'nobody approves what they opened, wrote or committed themselves';
  if (permission !== 'write' && permission !== 'admin') return 'they have no write access';
  if (allowed.size > 0 && !allowed.has(author.login.toLowerCase())) {
    return 'bot.approvers in the base branch’s tiltyard.yaml does not name them';
  }
  return null;
}

/** The last review of each person, whatever it says: who comments after approving has something to add. */
function lastReviews(reviews: readonly Review[]): Review[] {
  const last = new Map<number, Review>();
  const sorted = reviews
    .filter(({ state }) => state !== 'PENDING')
    .sort((a, b) => a.submittedAt.getTime() - b.submittedAt.getTime() || a.id - b.id);
  for (const review of sorted) last.set(review.author.id, review);
  return [...last.values()];
}

function peopleOf({ author, committer }: PullCommit): Person[] {
  return [author, committer].filter((person) => person !== null);
}

/** As whom GitHub commits and signs what others made by its API or its pages (https://api.github.com/users/web-flow). */
const WEB_FLOW = 'web-flow';

/**
 * Whether a pull request is all our own work: opened by us, here, with no commit but ours, which GitHub signed. A signature
 * proves the committer alone: anybody can name us the author of what they sign themselves.
 */
export function isOurs({ us }: Pick<Snapshot, 'us'>, { author, commits, fork }: Pull): boolean {
  const isUs = (person: Person | null) => person?.login === us.login && person.type === 'Bot';
  // The token of workflows is anybody's who may write one.
  if (us.starter || fork || !isUs(author) || commits === null || commits.length === 0) return false;
  const isGitHub = (person: Person | null) => person?.login === WEB_FLOW;
  return commits.every(
    ({ author: by, committer, verified }) => verified && isUs(by) && (isUs(committer) || isGitHub(committer)),
  );
}
