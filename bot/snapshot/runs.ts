import type { GitHub, Place } from '#registry/github/client.ts';
import { getLog, listJobs, listRuns, type WorkflowRun } from '#registry/github/runs.ts';
import { readEvidence } from './evidence.ts';
import type { Run } from './snapshot.ts';

const LAST_LINES = 20;

/**
 * The runs of the policy's workflow on a head, newest first, with what the newest uploaded or why it failed. A run is one
 * of ours only by its file's path, its commit and the repository of the head: GitHub names no pull request in the runs of
 * forks.
 */
export async function readRuns(
  github: GitHub,
  place: Place,
  wanted: { head: string; repositoryId: number | null; workflow: string },
): Promise<Run[]> {
  const runs = (await listRuns(github, place, wanted.head)).filter(
    (run) =>
      run.head_sha === wanted.head &&
      run.path.split('@')[0] === wanted.workflow &&
      run.head_repository?.id === wanted.repositoryId,
  );
  const sorted = runs.sort((a, b) => b.created_at.getTime() - a.created_at.getTime() || b.id - a.id);
  return Promise.all(sorted.map((run, index) => readRun(github, place, run, index === 0)));
}

async function readRun(github: GitHub, place: Place, run: WorkflowRun, newest: boolean): Promise<Run> {
  const completed = run.status === 'completed';
  const evidence = newest && completed ? await readEvidence(github, place, run) : [];
  const failed = newest && completed && run.conclusion !== 'success' && evidence.length === 0;
  return {
    id: run.id,
    attempt: run.run_attempt ?? 1,
    completed,
    conclusion: run.conclusion,
    startedAt: run.run_started_at ?? run.created_at,
    url: run.html_url,
    event: run.event,
    failure: failed ? await readFailure(github, place, run.id) : null,
    evidence,
  };
}

async function readFailure(github: GitHub, place: Place, run: number): Promise<Run['failure']> {
  const job = (await listJobs(github, place, run)).find(({ conclusion }) => conclusion === 'failure');
  if (job === undefined) return null;
  const step = job.steps?.find(({ conclusion }) => conclusion === 'failure')?.name ?? null;
  const log = await getLog(github, place, job.id).catch(() => '');
  return { job: job.name, step, lines: lastLines(log) };
}

/** Without the time that GitHub puts before each line, and without its colours. */
function lastLines(log: string): string[] {
  return log
    .trimEnd()
    .split('\n')
    .slice(-LAST_LINES)
    .map((line) => line.replace(/^\d{4}-\d\d-\d\dT[\d:.]+Z /, '').replace(/\u001b\[[0-9;]*m/g, ''))
    .filter((line) => line.trim() !== '');
}
