import { z } from 'zod';
import { ask, type GitHub, type Place } from './client.ts';

const WorkflowRun = z.object({
  id: z.int(),
  path: z.string(),
  event: z.string(),
  status: z.string().nullable(),
  conclusion: z.string().nullable(),
  head_sha: z.string(),
  head_branch: z.string().nullable(),
  head_repository: z.object({ id: z.int() }).nullable(),
  run_attempt: z.int().optional(),
  run_started_at: z.coerce.date().optional(),
  created_at: z.coerce.date(),
  html_url: z.string(),
});
export type WorkflowRun = z.infer<typeof WorkflowRun>;

/** Runs on a commit, newest first. */
export async function listRuns(github: GitHub, place: Place, commit: string): Promise<WorkflowRun[]> {
  const Page = z.object({ workflow_runs: z.array(WorkflowRun) });
  const { workflow_runs } = await ask(
    github,
    'GET /repos/{owner}/{repo}/actions/runs',
    { ...place, head_sha: commit, per_page: 100 },
    Page,
  );
  return workflow_runs;
}

const Artifact = z.object({ id: z.int(), name: z.string(), size_in_bytes: z.int(), expired: z.boolean() });
export type Artifact = z.infer<typeof Artifact>;

export async function listArtifacts(github: GitHub, place: Place, run: number): Promise<Artifact[]> {
  const Page = z.object({ artifacts: z.array(Artifact) });
  const { artifacts } = await ask(
    github,
    'GET /repos/{owner}/{repo}/actions/runs/{run_id}/artifacts',
    { ...place, run_id: run, per_page: 100 },
    Page,
  );
  return artifacts;
}

/** An artifact's zip file. Its size was looked at before: this holds all of it in memory. */
export async function downloadArtifact(github: GitHub, place: Place, id: number): Promise<Buffer> {
  const Bytes = z.union([z.instanceof(ArrayBuffer), z.instanceof(Uint8Array)]);
  const data = await ask(
    github,
    'GET /repos/{owner}/{repo}/actions/artifacts/{artifact_id}/{archive_format}',
    { ...place, artifact_id: id, archive_format: 'zip' },
    Bytes,
  );
  return data instanceof ArrayBuffer ? Buffer.from(data) : Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}

const Job = z.object({
  id: z.int(),
  name: z.string(),
  conclusion: z.string().nullable(),
  steps: z.array(z.object({ name: z.string(), conclusion: z.string().nullable() })).optional(),
});
export type Job = z.infer<typeof Job>;

export async function listJobs(github: GitHub, place: Place, run: number): Promise<Job[]> {
  const Page = z.object({ jobs: z.array(Job) });
  const { jobs } = await ask(
    github,
    'GET /repos/{owner}/{repo}/actions/runs/{run_id}/jobs',
    { ...place, run_id: run, filter: 'latest', per_page: 100 },
    Page,
  );
  return jobs;
}

/** A job's log as text. */
export async function getLog(github: GitHub, place: Place, job: number): Promise<string> {
  return ask(github, 'GET /repos/{owner}/{repo}/actions/jobs/{job_id}/logs', { ...place, job_id: job }, z.string());
}

export async function getRun(github: GitHub, place: Place, run: number): Promise<WorkflowRun> {
  return ask(github, 'GET /repos/{owner}/{repo}/actions/runs/{run_id}', { ...place, run_id: run }, WorkflowRun);
}

/** Runs all jobs of a run again: the same commit, the same workflow file, the same privileges. */
export async function rerunRun(github: GitHub, place: Place, run: number): Promise<void> {
  await ask(github, 'POST /repos/{owner}/{repo}/actions/runs/{run_id}/rerun', { ...place, run_id: run }, z.unknown());
}
