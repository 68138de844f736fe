import type { Probot } from 'probot';
import { z } from 'zod';
import type { Place } from '#registry/github/client.ts';

const Repository = z.object({ name: z.string(), owner: z.object({ login: z.string() }) });
const Named = z.array(z.object({ full_name: z.string().regex(/^[^/]+\/[^/]+$/) }));

/**
 * Which event wakes which repository; an event says nothing more to us. What it tells may be old, or a repetition: a look
 * reads everything afresh.
 */
export function wakeOn(probot: Probot, wake: (place: Place) => void): void {
  const at = (repository: unknown) => {
    const { data } = Repository.safeParse(repository);
    if (data !== undefined) wake({ owner: data.owner.login, repo: data.name });
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
      'pull_request.reopened',
      'pull_request.synchronize',
      // The base may have changed.
      'pull_request.edited',
      'pull_request.ready_for_review',
      'pull_request_review.submitted',
      'pull_request_review.dismissed',
      'workflow_run.requested',
      'workflow_run.in_progress',
      'workflow_run.completed',
      'check_run.rerequested',
      'check_suite.rerequested',
    ],
    ({ payload: { repository } }) => at(repository),
  );
  probot.on(
    ['issue_comment.created', 'issue_comment.edited', 'issue_comment.deleted'],
    ({ payload: { issue, repository, sender } }) => {
      // Bots give no commands, and our own comments must not wake us.
      if (issue.pull_request !== undefined && sender.type !== 'Bot') at(repository);
    },
  );
  probot.on('push', ({ payload: { ref, repository } }) => {
    if (ref === `refs/heads/${repository.default_branch}`) at(repository);
  });
  probot.on(
    ['installation.created', 'installation.unsuspend', 'installation.new_permissions_accepted'],
    ({ payload: { repositories } }) => all(repositories),
  );
  probot.on('installation_repositories.added', ({ payload: { repositories_added } }) => all(repositories_added));
}
