import type { Probot } from 'probot';
import type { Place } from '#registry/github/client.ts';

/**
 * Which event wakes which repository; an event says nothing more to us. What it tells may be old, or a repetition: a look
 * reads everything afresh.
 */
export function wakeOn(probot: Probot, wake: (place: Place) => void): void {
  const at = ({ owner, name }: { owner: { login: string } | null; name: string }) => {
    if (owner !== null) wake({ owner: owner.login, repo: name });
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
    ({ payload }) => {
      for (const repository of payload.repositories ?? []) byFullName(repository.full_name);
    },
  );
  probot.on('installation_repositories.added', ({ payload }) => {
    for (const repository of payload.repositories_added) byFullName(repository.full_name);
  });

  function byFullName(name: string): void {
    const [owner, repo] = name.split('/');
    if (owner !== undefined && repo !== undefined) wake({ owner, repo });
  }
}
