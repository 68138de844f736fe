import { z } from 'zod';
import { ask, type GitHub, isGone, type Place } from './client.ts';
import { askAll, type Listed } from './lists.ts';
import { Time } from './time.ts';

const WorkflowRun = z.object({
  id: z.int(),
  path: z.string(),
  event: z.string(),
  status: z.string().nullable(),
  conclusion: z.string().nullable(),
  head_sha: z.string(),
  head_branch: z.string().nullable(),
  head_repository: z.object({ id: z.int() }).nullish(),
  run_attempt: z.int().optional(),
  run_started_at: Time.optional(),
  created_at: Time,
  updated_at: Time,
  html_url: z.string(),
});
export type WorkflowRun = z.infer<typeof WorkflowRun>;

const LIST = { item: WorkflowRun, under: 'workflow_runs' };

/** What begins between two pages pushes others over to the next page, where they may have gone on meanwhile. */
const once = (runs: readonly WorkflowRun[]) => [...new Map(runs.map((run) => [run.id, run])).values()];

/** All runs on a commit, newest first. */
export async function listRuns(github: GitHub, place: Place, commit: string): Promise<WorkflowRun[]> {
  const { items } = await askAll(
    github,
    'GET /repos/{owner}/{repo}/actions/runs',
    { ...place, head_sha: commit },
    LIST,
  );
  return once(items);
}

/**
 * Runs of the workflow in a file, those that were made last first, until `enough` says so; 1,000 at most. None where there
 * is no such workflow.
 */
export async function listRunsOf(
  github: GitHub,
  place: Place,
  file: string,
  enough: (runs: readonly WorkflowRun[]) => boolean,
): Promise<Listed<WorkflowRun>> {
  const route = 'GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs';
  try {
    const listed = await askAll(github, route, { ...place, workflow_id: file }, { ...LIST, pages: 10 }, enough);
    return { ...listed, items: once(listed.items) };
  } catch (error) {
    if (isGone(error)) return { items: [], complete: true };
    throw error;
  }
}

export async function getRun(github: GitHub, place: Place, run: number): Promise<WorkflowRun> {
  return ask(github, 'GET /repos/{owner}/{repo}/actions/runs/{run_id}', { ...place, run_id: run }, WorkflowRun);
}

/** Runs all jobs of a run again: the same commit, the same workflow file, the same privileges. */
export async function rerunRun(github: GitHub, place: Place, run: number): Promise<void> {
  await ask(github, 'POST /repos/{owner}/{repo}/actions/runs/{run_id}/rerun', { ...place, run_id: run }, z.unknown());
}
