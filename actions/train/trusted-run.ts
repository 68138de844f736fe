import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { runGit } from '#lib/git/command.ts';
import { openRepository, resolveCommit } from '#lib/git/repository.ts';
import { loadSettings } from '#lib/load-settings.ts';
import type { World } from '#lib/world.ts';
import { UserError } from '#registry/error.ts';
import { quoted } from '#registry/judge/context.ts';
import type { WorkflowRun } from '#registry/lineage.ts';

/** Events that start a workflow as it stands on the branch, with nobody else's code. */
const EVENTS = ['push', 'schedule', 'workflow_dispatch'];

const Event = z.object({ repository: z.object({ default_branch: z.string().min(1) }) });

/**
 * Why the run that a manifest names does not count inside of a workflow, as the middle of a sentence; null where it does:
 * its event is one of a branch, its repository this one, its workflow the one that tiltyard.yaml names, and its commit lies
 * in the default branch's history. What the manifest says of the run was reviewed when it was merged; nobody asks GitHub.
 */
export async function whyNotTrusted(run: WorkflowRun, root: string, world: World): Promise<string | null> {
  if (!EVENTS.includes(run.event)) return `its run was started by ${quoted(run.event)}`;
  const { GITHUB_REPOSITORY_ID: ours } = world.env;
  if (run.repository_id === undefined) return 'the number of its run’s repository is not written down';
  if (ours === undefined || String(run.repository_id) !== ours) return 'its run was one of another repository';
  const { bot } = await loadSettings(root);
  if (run.workflow.split('@')[0] !== `${run.repository}/${bot.workflow}`) {
    return `its run was of the workflow ${quoted(run.workflow)}, and bot.workflow in tiltyard.yaml is ${bot.workflow}`;
  }
  const branch = await defaultBranch(world.env);
  if (branch === null) return 'which branch is the default one is not known';
  return (await isIn(branch, run.sha, root, world))
    ? null
    : `the commit of its run is not found in the history of ${branch} (check out with fetch-depth: 0)`;
}

/** As the event that started this workflow tells of its repository; a schedule runs on the default branch alone. */
async function defaultBranch(env: World['env']): Promise<string | null> {
  const text = await readFile(env['GITHUB_EVENT_PATH'] ?? '', 'utf8').catch(() => '');
  const told = Event.safeParse(jsonOf(text)).data;
  if (told !== undefined) return told.repository.default_branch;
  const ref = env['GITHUB_REF'] ?? '';
  return env['GITHUB_EVENT_NAME'] === 'schedule' && ref.startsWith(BRANCHES) ? ref.slice(BRANCHES.length) : null;
}

const BRANCHES = 'refs/heads/';

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Whether a commit is one that the branch has had; never where git does not know it. */
async function isIn(branch: string, commit: string, root: string, world: World): Promise<boolean> {
  if (!/^[0-9a-f]{40}([0-9a-f]{24})?$/.test(commit)) return false;
  try {
    const repository = await openRepository({ root, env: world.env, signal: world.signal });
    // A workflow's own commit is the tip where it runs on the branch itself; else the clone may know the branch.
    const own = world.env['GITHUB_REF'] === `${BRANCHES}${branch}` ? world.env['GITHUB_SHA'] : undefined;
    const tip = await resolveCommit(repository, own ?? `refs/remotes/origin/${branch}`);
    if (tip === null) return false;
    const args = ['merge-base', '--is-ancestor', '--end-of-options', commit, tip];
    return (await runGit(repository, args, { expected: [0, 1, 128] })).status === 0;
  } catch (error) {
    if (error instanceof UserError) return false;
    throw error;
  }
}
