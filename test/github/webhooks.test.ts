import { createRequire } from 'node:module';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { EVENTS } from './described.ts';
import { checkPayload } from './openapi.ts';
import { createScene } from './scene.ts';

it('sends what GitHub sends, to Apps that are installed and subscribed', async () => {
  const { client, evaluate, github, propose, repo } = createScene();
  const other = github.createApp({ slug: 'other', permissions: {}, events: ['push'] });
  github.install(other, 'somebody-else');
  github.suspend(other, 'somebody-else', true);
  github.suspend(other, 'somebody-else', false);
  expect(github.takeDeliveries().map(({ app: to, event, payload }) => [to, event, payload['action']])).toEqual([
    [other.id, 'installation', 'created'],
    [other.id, 'installation', 'suspend'],
    [other.id, 'installation', 'unsuspend'],
  ]);
  const pull = propose();
  repo.push('better', { 'README.md': 'more' });
  evaluate(pull);
  const { sha } = repo.pull(pull).head;
  const place = { owner: 'acme', repo: 'models' };
  await client.request('POST /repos/{owner}/{repo}/check-runs', { ...place, name: 'tiltyard', head_sha: sha });
  const [made] = repo.checks(sha);
  const done = { check_run_id: made?.id, conclusion: 'success' };
  await client.request('PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}', { ...place, ...done });
  const comment = repo.comment(pull, 'ben', 'hello');
  repo.editComment(comment, 'ben', 'hello!');
  repo.deleteComment(comment, 'ben');
  const review = repo.review(pull, { author: 'ben', state: 'APPROVED' });
  repo.dismissReview(pull, review);
  const [check] = repo.checks(sha);
  repo.rerequest(check?.id ?? 0, 'ben');
  await client.request('PATCH /repos/{owner}/{repo}/pulls/{pull_number}', {
    ...place,
    pull_number: pull,
    title: 'Better',
  });
  const draft = repo.push('draft', { 'b.txt': 'b' });
  repo.ready(repo.openPull({ head: 'draft', by: 'ann', draft: true }), 'ann');
  expect(repo.checks(draft)).toEqual([]);
  repo.merge(pull, 'olga');
  const deliveries = github.takeDeliveries();
  expect(deliveries.every(({ app }) => app !== other.id)).toBe(true);
  expect(deliveries.map(({ event, payload }) => `${event} ${payload['action'] ?? ''}`.trim())).toEqual([
    'push',
    'pull_request opened',
    'push',
    'pull_request synchronize',
    'workflow_run requested',
    'workflow_run in_progress',
    'workflow_run completed',
    'check_run created',
    'check_run completed',
    'issue_comment created',
    'issue_comment edited',
    'issue_comment deleted',
    'pull_request_review submitted',
    'pull_request_review dismissed',
    'check_run rerequested',
    'pull_request edited',
    'push',
    'pull_request opened',
    'pull_request ready_for_review',
    'pull_request closed',
    'push',
  ]);
  expect(new Set(deliveries.map(({ id }) => id)).size).toBe(deliveries.length);
  for (const { payload } of deliveries) expect(payload).toMatchObject({ installation: { id: expect.any(Number) } });
  expect(github.takeDeliveries()).toEqual([]);
});

it('describes webhooks as GitHub has sent them to others', () => {
  const Recorded = z.array(z.object({ name: z.string(), examples: z.array(z.record(z.string(), z.unknown())) }));
  const recorded = Recorded.parse(createRequire(import.meta.url)('@octokit/webhooks-examples'));
  const known: readonly string[] = EVENTS;
  const problems: string[] = [];
  let fitting = 0;
  for (const { examples, name } of recorded) {
    for (const payload of examples) {
      const event = [name, ...(typeof payload['action'] === 'string' ? [payload['action']] : [])].join('-');
      if (!known.includes(event.replaceAll('_', '-'))) continue;
      try {
        checkPayload(name, payload);
        fitting += 1;
      } catch (error) {
        problems.push(String(error));
      }
    }
  }
  // Some were recorded before GitHub added a property; nothing of what they have is of another type.
  expect(problems.filter((text) => !/: \S+ must have required property '\w+' \{[^;]*$/.test(text))).toEqual([]);
  expect(fitting).toBeGreaterThanOrEqual(20);
});
