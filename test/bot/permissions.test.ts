import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { repositoryFiles, root } from '../contract/source.ts';
import type { Need } from '../github/route.ts';
import type { Level } from '../github/state.ts';

const metadata: Need[] = [{ permission: 'metadata', level: 'read' }];
const contents: Need[] = [{ permission: 'contents', level: 'read' }];
const pulls: Need[] = [{ permission: 'pull_requests', level: 'read' }];
const actions: Need[] = [{ permission: 'actions', level: 'read' }];
const either = (level: Level): Need[] => [
  { permission: 'issues', level },
  { permission: 'pull_requests', level },
];

/**
 * What the bot asks of GitHub, with the permissions of which one is needed
 * (https://docs.github.com/en/rest/authentication/permissions-required-for-github-apps, November 2026).
 */
const ROUTES: Record<string, Need[] | 'by the App itself' | 'by anybody'> = {
  'GET /app': 'by the App itself',
  'GET /app/installations': 'by the App itself',
  'GET /repos/{owner}/{repo}/installation': 'by the App itself',
  'GET /apps/{app_slug}': 'by anybody',
  'GET /installation/repositories': metadata,
  'GET /repos/{owner}/{repo}': metadata,
  'GET /repos/{owner}/{repo}/collaborators/{username}/permission': metadata,
  'GET /repos/{owner}/{repo}/activity': contents,
  'GET /repos/{owner}/{repo}/compare/{basehead}': contents,
  'GET /repos/{owner}/{repo}/git/blobs/{file_sha}': contents,
  'GET /repos/{owner}/{repo}/git/matching-refs/{ref}': contents,
  'GET /repos/{owner}/{repo}/git/ref/{ref}': contents,
  'GET /repos/{owner}/{repo}/git/trees/{tree_sha}': contents,
  'GET /repos/{owner}/{repo}/pulls': pulls,
  'GET /repos/{owner}/{repo}/pulls/{pull_number}': pulls,
  'GET /repos/{owner}/{repo}/pulls/{pull_number}/commits': pulls,
  'GET /repos/{owner}/{repo}/pulls/{pull_number}/files': pulls,
  'GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews': pulls,
  'GET /repos/{owner}/{repo}/issues/{issue_number}/comments': either('read'),
  'GET /repos/{owner}/{repo}/issues/comments/{comment_id}': either('read'),
  'GET /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions': either('read'),
  'POST /repos/{owner}/{repo}/issues/{issue_number}/comments': either('write'),
  'PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}': either('write'),
  'DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}': either('write'),
  'POST /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions': either('write'),
  'GET /repos/{owner}/{repo}/commits/{ref}/check-runs': [{ permission: 'checks', level: 'read' }],
  'POST /repos/{owner}/{repo}/check-runs': [{ permission: 'checks', level: 'write' }],
  'PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}': [{ permission: 'checks', level: 'write' }],
  'GET /repos/{owner}/{repo}/actions/runs': actions,
  'GET /repos/{owner}/{repo}/actions/runs/{run_id}': actions,
  'GET /repos/{owner}/{repo}/actions/runs/{run_id}/artifacts': actions,
  'GET /repos/{owner}/{repo}/actions/runs/{run_id}/jobs': actions,
  'GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs': actions,
  'GET /repos/{owner}/{repo}/actions/artifacts': actions,
  'GET /repos/{owner}/{repo}/actions/artifacts/{artifact_id}/{archive_format}': actions,
  'GET /repos/{owner}/{repo}/actions/jobs/{job_id}/logs': actions,
  'POST /repos/{owner}/{repo}/actions/runs/{run_id}/rerun': [{ permission: 'actions', level: 'write' }],
};

/** What an App must be allowed to read to hear of an event (https://docs.github.com/en/webhooks/webhook-events-and-payloads). */
const EVENTS: Record<string, string> = {
  check_run: 'checks',
  check_suite: 'checks',
  issue_comment: 'issues',
  pull_request: 'pull_requests',
  pull_request_review: 'pull_requests',
  push: 'contents',
  workflow_run: 'actions',
};

const Levels = z.record(z.string(), z.enum(['read', 'write']));
const manifest = z
  .object({ default_permissions: Levels, default_events: z.array(z.string()) })
  .parse(parse(readFileSync(`${root}app.yml`, 'utf8')));

function isAllowed(granted: z.infer<typeof Levels>, needs: (typeof ROUTES)[string]): boolean {
  if (typeof needs === 'string') return true;
  return needs.some(({ level, permission }) => granted[permission] === 'write' || granted[permission] === level);
}

/** What would be refused to whoever has these permissions alone. */
function refused(granted: z.infer<typeof Levels>): string[] {
  const routes = Object.entries(ROUTES).filter(([, needs]) => !isAllowed(granted, needs));
  const events = manifest.default_events.filter((event) => granted[EVENTS[event] ?? ''] === undefined);
  return [...routes.map(([route]) => route), ...events];
}

describe('permissions', () => {
  it('are known of every request that the code has', () => {
    const used = repositoryFiles()
      .filter(({ path }) => /^(bot|registry)\/.*\.ts$/.test(path))
      .flatMap(({ text }) =>
        [...text.matchAll(/\b(?:GET|POST|PUT|PATCH|DELETE) \/[\w/{}.-]+/g)].map(([route]) => route),
      );
    expect([...new Set(used)].sort()).toEqual(Object.keys(ROUTES).sort());
    expect(Object.keys(EVENTS).sort()).toEqual(manifest.default_events.toSorted());
  });

  it('S1 asks for nothing that merges, and could not', () => {
    expect(Object.keys(ROUTES).filter((route) => /\/merge/.test(route))).toEqual([]);
    expect(manifest.default_permissions['contents']).toBe('read');
  });

  it('S7 opens no pull request and writes to no branch', () => {
    const writes = Object.keys(ROUTES).filter((route) => !route.startsWith('GET '));
    const kinds = writes.map((route) => /\/(comments|reactions|check-runs|rerun)(?:\/\{\w+\})?$/.exec(route)?.[1]);
    expect(new Set(kinds)).toEqual(new Set(['comments', 'reactions', 'check-runs', 'rerun']));
  });

  it('of the manifest are enough for all of them', () => {
    expect(refused(manifest.default_permissions)).toEqual([]);
  });

  it('S18 of the manifest are all needed: with any of them less, something is refused', () => {
    for (const [permission, level] of Object.entries(manifest.default_permissions)) {
      const { [permission]: _, ...less } = manifest.default_permissions;
      const granted = level === 'write' ? { ...less, [permission]: 'read' as const } : less;
      expect([permission, refused(granted)]).not.toEqual([permission, []]);
    }
  });

  it('of the workflow with its token are enough for all but to run a workflow again, and all needed', () => {
    const Workflow = z.object({ jobs: z.object({ look: z.object({ permissions: Levels }) }) });
    const file = readFileSync(`${root}examples/flights/.github/workflows/tiltyard-bot.yml`, 'utf8');
    const named = Workflow.parse(parse(file)).jobs.look.permissions;
    const granted = Object.fromEntries(Object.entries(named).map(([name, level]) => [name.replace('-', '_'), level]));
    const routes = (of: z.infer<typeof Levels>) =>
      refused({ metadata: 'read', ...of }).filter((one) => one.includes(' /'));
    const again = ['POST /repos/{owner}/{repo}/actions/runs/{run_id}/rerun'];
    expect(routes(granted)).toEqual(again);
    expect(routes({ ...granted, actions: 'write' })).toEqual([]);
    for (const permission of Object.keys(granted)) {
      const { [permission]: _, ...less } = granted;
      expect([permission, routes(less)]).not.toEqual([permission, again]);
    }
  });
});
