import type { Probot } from 'probot';
import { z } from 'zod';
import type { Place } from '#registry/github/client.ts';
import type { Hint } from './snapshot/memory.ts';

const Repository = z.object({ name: z.string(), owner: z.object({ login: z.string() }) });
const Named = z.array(z.object({ full_name: z.string().regex(/^[^/]+\/[^/]+$/) }));

const OnHead = z.object({ head_sha: z.string() }).optional().catch(undefined);
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

/**
 * Which event wakes which repository, and which pull request may have changed. What an event tells may be old, or a
 * repetition: a look reads afresh.
 */
export function wakeOn(probot: Probot, wake: (place: Place, about?: Hint) => void): void {
  const at = (payload: { repository: unknown }, isOpen = false) => {
    const { data } = Repository.safeParse(payload.repository);
    if (data === undefined) return;
    const { check_run, check_suite, issue, pull_request, workflow_run: run } = About.parse(payload);
    const { id, run_attempt: attempt } = run ?? {};
    const about: Hint = {
      pull: (pull_request ?? issue)?.number,
      // Checks speak for all pull requests with one head: what becomes of one of them concerns the others.
      head: pull_request?.head.sha ?? (run ?? check_run ?? check_suite)?.head_sha,
      open: isOpen && id !== undefined && attempt !== undefined ? { id, attempt } : undefined,
    };
    wake({ owner: data.owner.login, repo: data.name }, about);
  };
  const all = (repositories: unknown) => {
    for (const { full_name } of Named.safeParse(repositories).data ?? []) {
      const [owner = '', repo = ''] = full_name.split('/');
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
      'check_run.rerequested',
      'check_suite.rerequested',
    ],
    ({ payload }) => at(payload),
  );
  probot.on('workflow_run.in_progress', ({ payload }) => at(payload, true));
  probot.on(['issue_comment.created', 'issue_comment.edited', 'issue_comment.deleted'], ({ payload }) => {
    // Bots give no commands, and our own comments must not wake us.
    if (payload.issue.pull_request !== undefined && payload.sender.type !== 'Bot') at(payload);
  });
  probot.on('push', ({ payload }) => {
    // Any branch may be some pull request's base, whose policy decides.
    if (payload.ref.startsWith('refs/heads/')) at(payload);
  });
  probot.on(
    ['installation.created', 'installation.unsuspend', 'installation.new_permissions_accepted'],
    ({ payload: { repositories } }) => all(repositories),
  );
  probot.on('installation_repositories.added', ({ payload: { repositories_added } }) => all(repositories_added));
}
