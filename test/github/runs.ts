import { accountOf, userJson } from './accounts.ts';
import { minimalPullJson, pullsOn } from './checks.ts';
import { commitOf } from './commits.ts';
import { apiUrl, minimalRepositoryJson, webUrl } from './repositories.ts';
import {
  type Call,
  counted,
  integer,
  type Need,
  notFound,
  optionalText,
  Refusal,
  type Route,
  repositoryOf,
} from './route.ts';
import { isoSeconds, type Json, newId, nodeId, type Repository, type Run, type World } from './state.ts';
import { emit } from './webhooks.ts';

export const READ: Need[] = [{ permission: 'actions', level: 'read' }];
const WRITE: Need[] = [{ permission: 'actions', level: 'write' }];

/** Workflows are numbered by their files' paths. */
export const workflowId = (path: string): number =>
  [...path].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 1_000_003, 7);

export function runJson(world: World, repository: Repository, run: Run): Json {
  const url = `${apiUrl(repository)}/actions/runs/${run.id}`;
  const { author, committer, message, tree } = commitOf(world, run.sha);
  const head = world.repositories.find(({ id }) => id === run.headRepository);
  const suite = run.id + 500_000;
  return {
    id: run.id,
    node_id: nodeId('WorkflowRun', run.id),
    name: run.path
      .split('/')
      .at(-1)
      ?.replace(/\.ya?ml$/, ''),
    display_title: message.split('\n')[0],
    run_number: run.number,
    run_attempt: run.attempt,
    event: run.event,
    path: run.path,
    head_branch: run.branch,
    head_sha: run.sha,
    status: run.status,
    conclusion: run.conclusion,
    workflow_id: workflowId(run.path),
    check_suite_id: suite,
    check_suite_node_id: nodeId('CheckSuite', suite),
    url,
    html_url: `${webUrl(repository)}/actions/runs/${run.id}`,
    // Empty for the runs of forks, as with checks.
    pull_requests:
      run.headRepository === repository.id
        ? pullsOn(repository, run.sha).map((pull) => minimalPullJson(world, repository, pull))
        : [],
    created_at: isoSeconds(run.createdAt),
    updated_at: isoSeconds(run.updatedAt),
    run_started_at: isoSeconds(run.startedAt),
    actor: userJson(accountOf(world, run.actor)),
    triggering_actor: userJson(accountOf(world, run.actor)),
    jobs_url: `${url}/jobs`,
    logs_url: `${url}/logs`,
    check_suite_url: `${apiUrl(repository)}/check-suites/${suite}`,
    artifacts_url: `${url}/artifacts`,
    cancel_url: `${url}/cancel`,
    rerun_url: `${url}/rerun`,
    previous_attempt_url: run.attempt === 1 ? null : `${url}/attempts/${run.attempt - 1}`,
    workflow_url: `${apiUrl(repository)}/actions/workflows/${workflowId(run.path)}`,
    head_commit: {
      id: run.sha,
      tree_id: tree,
      message,
      timestamp: isoSeconds(committer.date),
      author: { name: author.name, email: author.email },
      committer: { name: committer.name, email: committer.email },
    },
    repository: minimalRepositoryJson(world, repository),
    head_repository: head === undefined ? null : minimalRepositoryJson(world, head),
  };
}

export interface NewRun {
  sha: string;
  branch: string;
  event: string;
  path: string;
  headRepository: number;
  actor: string;
}

export function addRun(world: World, repository: Repository, wanted: NewRun): Run {
  const at = world.now;
  const run: Run = {
    id: newId(world),
    number: repository.runs.length + 1,
    attempt: 1,
    ...wanted,
    status: 'queued',
    conclusion: null,
    createdAt: at,
    startedAt: at,
    updatedAt: at,
    jobs: [],
  };
  repository.runs.push(run);
  sendRun(world, repository, run, 'requested');
  run.status = 'in_progress';
  sendRun(world, repository, run, 'in_progress');
  return run;
}

export function sendRun(world: World, repository: Repository, run: Run, action: string): void {
  const json = runJson(world, repository, run);
  const page = `${webUrl(repository)}/actions/workflows/${run.path.split('/').at(-1)}`;
  const at = isoSeconds(repository.createdAt);
  const workflow = {
    id: json['workflow_id'],
    node_id: nodeId('Workflow', run.path),
    name: json['name'],
    path: run.path,
    state: 'active',
    created_at: at,
    updated_at: at,
    url: json['workflow_url'],
    html_url: `${webUrl(repository)}/blob/${repository.defaultBranch}/${run.path}`,
    badge_url: `${page}/badge.svg`,
  };
  emit(world, repository, { event: 'workflow_run', action, by: run.actor, body: { workflow_run: json, workflow } });
}

export function runOf(call: Call): { repository: Repository; run: Run } {
  const repository = repositoryOf(call);
  const run = repository.runs.find(({ id }) => id === integer(call, 'run_id'));
  if (run === undefined) throw notFound();
  return { repository, run };
}

function matching(call: Call, repository: Repository): Run[] {
  const wanted = (name: string, value: string | null) => [undefined, value].includes(optionalText(call, name));
  return repository.runs
    .filter((run) => wanted('head_sha', run.sha) && wanted('branch', run.branch) && wanted('event', run.event))
    .filter((run) => wanted('status', run.status) || wanted('status', run.conclusion))
    .reverse();
}

/** Both routes list at most so many of a search: https://docs.github.com/en/rest/actions/workflow-runs#list-workflow-runs-for-a-repository */
const MOST_RUNS = 1000;

export const runRoutes: Route[] = [
  {
    route: 'GET /repos/{owner}/{repo}/actions/runs',
    needs: READ,
    handle: (call) => {
      const repository = repositoryOf(call);
      return counted(call, 'workflow_runs', matching(call, repository).slice(0, MOST_RUNS), (run) =>
        runJson(call.world, repository, run),
      );
    },
  },
  {
    route: 'GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs',
    needs: READ,
    handle: (call) => {
      const repository = repositoryOf(call);
      const wanted = call.parameters['workflow_id'];
      const found = matching(call, repository).filter(
        ({ path }) => wanted === workflowId(path) || wanted === path.split('/').at(-1),
      );
      return counted(call, 'workflow_runs', found.slice(0, MOST_RUNS), (run) => runJson(call.world, repository, run));
    },
  },
  {
    route: 'GET /repos/{owner}/{repo}/actions/runs/{run_id}',
    needs: READ,
    handle: (call) => {
      const { repository, run } = runOf(call);
      return { status: 200, data: runJson(call.world, repository, run) };
    },
  },
  {
    // The same run with the same commit and the rights of whoever started it first
    // (https://docs.github.com/en/actions/managing-workflow-runs/re-running-workflows-and-jobs).
    route: 'POST /repos/{owner}/{repo}/actions/runs/{run_id}/rerun',
    needs: WRITE,
    handle: (call) => {
      const { repository, run } = runOf(call);
      if (run.status !== 'completed') throw new Refusal(403, 'This workflow is already running');
      run.attempt += 1;
      run.status = 'queued';
      run.conclusion = null;
      run.startedAt = call.world.now;
      run.updatedAt = call.world.now;
      sendRun(call.world, repository, run, 'requested');
      return { status: 201, data: {} };
    },
  },
];
