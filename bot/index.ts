import type { Probot } from 'probot';
import { z } from 'zod';
import type { Place } from '#registry/github/client.ts';
import type { Hint } from './snapshot/memory.ts';
import { QUEUE } from './snapshot/queue.ts';

/** The name of a repository, or of whose it is: it becomes a part of a path. */
const Name = z.string().regex(/^(?!\.{1,2}$)[\w.-]+$/);
const Repository = z.object({ name: Name, owner: z.object({ login: Name }) });
const Named = z.object({
  full_name: z
    .string()
    .transform((name) => name.split('/'))
    .pipe(z.tuple([Name, Name])),
});

const OnHead = z.object({ head_sha: z.string(), name: z.string().optional() }).optional().catch(undefined);
const Numbered = z.object({ number: z.int() }).optional().catch(undefined);
const Pull = z
  .object({ number: z.int(), head: z.object({ sha: z.string() }) })
  .optional()
  .catch(undefined);
/** What an event is about, in the places where GitHub says it. */
const About = z.object({
  pull_request: Pull,
  issue: Numbered,
  workflow_run: z
    .object({ head_sha: z.string(), id: z.int().optional(), run_attempt: z.int().optional() })
    .optional()
    .catch(undefined),
  check_run: OnHead,
  check_suite: OnHead,
});

/** A comment on a pull request. Bots give no commands, and our own comments must not wake us. */
const OfPerson = z.object({
  issue: z.object({ pull_request: z.object({}) }),
  sender: z.object({ type: z.string().refine((type) => type !== 'Bot') }),
});
const Paths = z.array(z.string());
const ToBranch = z.object({
  ref: z.string().startsWith('refs/heads/'),
  forced: z.boolean().catch(true),
  commits: z.array(z.object({ added: Paths, removed: Paths, modified: Paths })).catch([]),
  repository: z.object({ default_branch: z.string().optional().catch(undefined) }),
});

/** GitHub names so many commits of a push (https://docs.github.com/en/webhooks/webhook-events-and-payloads#push). */
const MOST_COMMITS = 2048;

/** Whether a push may have changed the registry on the default branch. */
function mayTouchRegistry({ commits, forced, ref, repository }: z.infer<typeof ToBranch>): boolean {
  if (ref !== `refs/heads/${repository.default_branch}`) return false;
  if (forced || commits.length === 0 || commits.length >= MOST_COMMITS) return true;
  const paths = commits.flatMap(({ added, modified, removed }) => [...added, ...modified, ...removed]);
  return paths.some((path) => path === 'registry' || path.startsWith('registry/'));
}

/**
 * Which event wakes which repository, and which pull request may have changed. What an event tells may be old, or a
 * repetition: a look reads afresh.
 */
export function wakeOn(probot: Probot, wake: (place: Place, about?: Hint) => void): void {
  const at = (
    payload: { repository: unknown },
    { isOpen = false, isAsked = false, queue = false, pushed = false } = {},
  ) => {
    const { data } = Repository.safeParse(payload.repository);
    if (data === undefined) return;
    const { check_run, check_suite, issue, pull_request, workflow_run: run } = About.parse(payload);
    const { id, run_attempt: attempt } = run ?? {};
    const about: Hint = {
      pull: (pull_request ?? issue)?.number,
      // Checks speak for all pull requests with one head: what becomes of one of them concerns the others.
      head: pull_request?.head.sha ?? (run ?? check_run ?? check_suite)?.head_sha,
      rerequested: isAsked ? (check_run?.name ?? null) : undefined,
      queue,
      pushed,
      open: isOpen && id !== undefined && attempt !== undefined ? { id, attempt } : undefined,
    };
    wake({ owner: data.owner.login, repo: data.name }, about);
  };
  const all = (repositories: unknown) => {
    for (const repository of z.array(z.unknown()).safeParse(repositories).data ?? []) {
      const { data } = Named.safeParse(repository);
      if (data === undefined) continue;
      const [owner, repo] = data.full_name;
      wake({ owner, repo });
    }
  };

  probot.on(
    [
      'pull_request.opened',
      'pull_request.closed',
      'pull_request.reopened',
      'pull_request.synchronize',
      // The base may have changed.
      'pull_request.edited',
      'pull_request.ready_for_review',
      'pull_request_review.submitted',
      'pull_request_review.dismissed',
      'workflow_run.requested',
      'workflow_run.completed',
    ],
    ({ payload }) => at(payload),
  );
  probot.on(['check_run.rerequested', 'check_suite.rerequested'], ({ payload }) => at(payload, { isAsked: true }));
  probot.on('workflow_run.in_progress', ({ payload }) => at(payload, { isOpen: true }));
  probot.on(['issue_comment.created', 'issue_comment.edited', 'issue_comment.deleted'], ({ payload }) => {
    if (OfPerson.safeParse(payload).success) at(payload);
  });
  probot.on('push', ({ payload }) => {
    // Any branch may be some pull request's base, whose policy decides, or wait in a merge queue for our check; to the default
    // branch nobody should push.
    const { data } = ToBranch.safeParse(payload);
    if (data === undefined) return;
    at(payload, { queue: data.ref.startsWith(`refs/heads/${QUEUE}`), pushed: mayTouchRegistry(data) });
  });
  probot.on(
    ['installation.created', 'installation.unsuspend', 'installation.new_permissions_accepted'],
    ({ payload: { repositories } }) => all(repositories),
  );
  probot.on('installation_repositories.added', ({ payload: { repositories_added } }) => all(repositories_added));
}
