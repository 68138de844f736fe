import { apiUrl, webUrl } from './repositories.ts';
import { counted, integer, notFound, optionalText, type Route, repositoryOf } from './route.ts';
import { READ, runOf } from './runs.ts';
import { isoSeconds, type Job, type Json, nodeId, type Repository, type Run } from './state.ts';

function jobJson(repository: Repository, run: Run, job: Job): Json {
  const url = `${apiUrl(repository)}/actions/jobs/${job.id}`;
  const state = job.conclusion === null ? 'in_progress' : 'completed';
  const at = isoSeconds(job.startedAt);
  return {
    id: job.id,
    node_id: nodeId('Job', job.id),
    run_id: run.id,
    run_url: `${apiUrl(repository)}/actions/runs/${run.id}`,
    run_attempt: job.attempt,
    head_sha: run.sha,
    head_branch: run.branch,
    workflow_name: run.path,
    name: job.name,
    url,
    html_url: `${webUrl(repository)}/actions/runs/${run.id}/job/${job.id}`,
    status: state,
    conclusion: job.conclusion,
    created_at: at,
    started_at: at,
    completed_at: job.conclusion === null ? null : isoSeconds(run.updatedAt),
    check_run_url: `${apiUrl(repository)}/check-runs/${job.id}`,
    labels: ['ubuntu-latest'],
    runner_id: 1,
    runner_name: 'GitHub Actions 1',
    runner_group_id: 0,
    runner_group_name: 'GitHub Actions',
    steps: job.steps.map(({ conclusion, name }, index) => ({
      name,
      number: index + 1,
      status: 'completed',
      conclusion,
      started_at: at,
      completed_at: at,
    })),
  };
}

export const jobRoutes: Route[] = [
  {
    route: 'GET /repos/{owner}/{repo}/actions/runs/{run_id}/jobs',
    needs: READ,
    handle: (call) => {
      const { repository, run } = runOf(call);
      const all = optionalText(call, 'filter') === 'all';
      const jobs = run.jobs.filter(({ attempt }) => all || attempt === run.attempt);
      return counted(call, 'jobs', jobs, (job) => jobJson(repository, run, job));
    },
  },
  {
    // GitHub answers with a redirection, which every client follows.
    route: 'GET /repos/{owner}/{repo}/actions/jobs/{job_id}/logs',
    needs: READ,
    handle: (call) => {
      const jobs = repositoryOf(call).runs.flatMap((run) => run.jobs);
      const log = jobs.find(({ id }) => id === integer(call, 'job_id'))?.log;
      if (log === undefined || log === null) throw notFound();
      return { status: 302, data: log };
    },
  },
];
