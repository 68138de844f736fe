import { appById, appJson } from './accounts.ts';
import { resolve } from './commits.ts';
import { apiUrl, repositoryById, webUrl } from './repositories.ts';
import {
  appOfActor,
  type Call,
  counted,
  integer,
  type Need,
  notFound,
  optionalText,
  Refusal,
  type Route,
  repositoryOf,
  text,
  unprocessable,
} from './route.ts';
import {
  type CheckRun,
  isoOrNull,
  isoSeconds,
  type Json,
  newId,
  nodeId,
  type Pull,
  type Repository,
  type Status,
  type World,
} from './state.ts';
import { emit } from './webhooks.ts';

const READ: Need[] = [{ permission: 'checks', level: 'read' }];
const WRITE: Need[] = [{ permission: 'checks', level: 'write' }];

/**
 * Open pull requests with this head. Those of forks are left out: GitHub sees only pushes to the repository of the check
 * (https://docs.github.com/en/rest/checks/runs#create-a-check-run).
 */
export function pullsOn(repository: Repository, sha: string): Pull[] {
  return repository.pulls.filter(
    ({ head, state }) => state === 'open' && head.sha === sha && head.repository === repository.id,
  );
}

export function minimalPullJson(world: World, repository: Repository, pull: Pull): Json {
  const named = ({ id, name }: Repository) => ({ id, name, url: apiUrl(repositoryById(world, id)) });
  return {
    id: pull.id,
    number: pull.number,
    url: `${apiUrl(repository)}/pulls/${pull.number}`,
    head: { ref: pull.head.ref, sha: pull.head.sha, repo: named(repository) },
    base: { ref: pull.base.ref, sha: pull.base.sha, repo: named(repository) },
  };
}

export function checkJson(world: World, repository: Repository, check: CheckRun): Json {
  const url = `${apiUrl(repository)}/check-runs/${check.id}`;
  const { app, sha, name, status, conclusion, title, summary, text, annotations, externalId } = check;
  return {
    id: check.id,
    node_id: nodeId('CheckRun', check.id),
    head_sha: sha,
    name,
    url,
    html_url: `${webUrl(repository)}/runs/${check.id}`,
    details_url: check.detailsUrl ?? `https://${appById(world, app).slug}.example`,
    external_id: externalId ?? '',
    status,
    conclusion,
    started_at: isoSeconds(check.startedAt),
    completed_at: isoOrNull(check.completedAt),
    output: { title, summary, text, annotations_count: annotations.length, annotations_url: `${url}/annotations` },
    check_suite: { id: Number.parseInt(sha.slice(0, 6), 16) * 100_000 + (app % 100_000) },
    app: appJson(world, app),
    pull_requests: pullsOn(repository, sha).map((pull) => minimalPullJson(world, repository, pull)),
  };
}

/** The newest run of each name of each App, newest first. */
export function latestChecks(repository: Repository, sha: string): CheckRun[] {
  const newest = new Map<string, CheckRun>();
  for (const check of repository.checks) if (check.sha === sha) newest.set(`${check.app} ${check.name}`, check);
  return [...newest.values()].sort((a, b) => b.id - a.id);
}

/**
 * What a required check says to a merge. Neutral and skipped satisfy it as success does
 * (https://docs.github.com/en/pull-requests/collaborating-with-pull-requests/collaborating-on-repositories-with-code-quality-features/about-status-checks).
 */
export function checksAllow(repository: Repository, sha: string, name: string, app: number | null) {
  const found = latestChecks(repository, sha).find(
    (check) => check.name === name && (app === null || check.app === app),
  );
  if (found === undefined) return 'expected';
  if (found.status !== 'completed') return 'pending';
  return ['success', 'neutral', 'skipped'].includes(found.conclusion ?? '') ? 'passed' : 'failing';
}

/** Takes from a request what it says of a check run. */
function describe(call: Call, check: CheckRun): void {
  const { world } = call;
  const output = call.parameters['output'];
  if (typeof output === 'object' && output !== null) {
    const said = (field: string): unknown => Object.entries(output).find(([key]) => key === field)?.[1];
    const string = (field: string, before: string | null) =>
      typeof said(field) === 'string' ? String(said(field)) : before;
    check.title = string('title', check.title);
    check.summary = string('summary', check.summary);
    check.text = string('text', check.text);
    const annotations = said('annotations');
    // Every update adds its annotations to those that are there
    // (https://docs.github.com/en/rest/checks/runs#update-a-check-run).
    if (Array.isArray(annotations)) check.annotations.push(...annotations);
  }
  check.name = optionalText(call, 'name') ?? check.name;
  check.externalId = optionalText(call, 'external_id') ?? check.externalId;
  check.detailsUrl = optionalText(call, 'details_url') ?? check.detailsUrl;
  const status = optionalText(call, 'status');
  const conclusion = optionalText(call, 'conclusion');
  if (status === 'completed' && conclusion === undefined)
    throw unprocessable('CheckRun', 'conclusion', 'conclusion is missing');
  // Once completed, neither its status nor its conclusion changes any more, says GitHub's support
  // (https://github.community/t/stale-check-runs/120566); the answer is none the less 200. Others report that some
  // changes do go through: what never relies on it is right either way.
  if (check.status === 'completed') return;
  // A conclusion makes it completed by itself.
  if (conclusion !== undefined) {
    check.status = 'completed';
    check.conclusion = conclusion;
    check.completedAt = world.now;
  } else if (status === 'queued' || status === 'in_progress') check.status = status;
}

function send(world: World, repository: Repository, check: CheckRun, action: string): void {
  const by = `${appById(world, check.app).slug}[bot]`;
  emit(world, repository, { event: 'check_run', action, by, body: { check_run: checkJson(world, repository, check) } });
}

const suiteKey = (app: number, sha: string) => `${app} ${sha}`;

/**
 * Where the check suite of an App on a commit is: as far as its newest runs, or back at the start where somebody asked for
 * one of them anew and the App has since made none, and ended none
 * (https://docs.github.com/en/rest/checks/runs#rerequest-a-check-run; what ends this state is said on no page).
 */
export function suiteStatus(repository: Repository, app: number, sha: string): Status {
  const runs = latestChecks(repository, sha).filter((check) => check.app === app);
  if (runs.length === 0 || repository.resetSuites.has(suiteKey(app, sha))) return 'queued';
  return runs.every(({ status }) => status === 'completed') ? 'completed' : 'in_progress';
}

/**
 * Somebody presses "Re-run" beside a check: its suite goes back to the start, the run stays as it is, and the App that made
 * it is told (https://docs.github.com/en/rest/checks/runs#rerequest-a-check-run).
 */
export function rerequestCheck(world: World, repository: Repository, check: CheckRun, by: string): void {
  repository.resetSuites.add(suiteKey(check.app, check.sha));
  const body = { check_run: checkJson(world, repository, check) };
  emit(world, repository, { event: 'check_run', action: 'rerequested', by, body, only: check.app });
}

/** https://docs.github.com/en/rest/checks/runs: only Apps write them. */
function appOf(call: Call): number {
  const app = appOfActor(call.actor);
  if (app === null) throw new Refusal(403, 'You must authenticate via a GitHub App.');
  return app;
}

function checkOf(call: Call): { repository: Repository; check: CheckRun } {
  const repository = repositoryOf(call);
  const check = repository.checks.find(({ id }) => id === integer(call, 'check_run_id'));
  if (check === undefined) throw notFound();
  return { repository, check };
}

export const checkRoutes: Route[] = [
  {
    route: 'GET /repos/{owner}/{repo}/commits/{ref}/check-runs',
    needs: READ,
    handle: (call) => {
      const repository = repositoryOf(call);
      const sha = resolve(call.world, repository, text(call, 'ref'));
      if (sha === null) throw new Refusal(422, `No commit found for SHA: ${text(call, 'ref')}`);
      const all = optionalText(call, 'filter') === 'all';
      const name = optionalText(call, 'check_name');
      const status = optionalText(call, 'status');
      const app = call.parameters['app_id'];
      const found = (all ? repository.checks.filter((one) => one.sha === sha).reverse() : latestChecks(repository, sha))
        .filter((check) => name === undefined || check.name === name)
        .filter((check) => status === undefined || check.status === status)
        .filter((check) => app === undefined || check.app === Number(app));
      return counted(call, 'check_runs', found, (check) => checkJson(call.world, repository, check));
    },
  },
  {
    route: 'POST /repos/{owner}/{repo}/check-runs',
    needs: WRITE,
    handle: (call) => {
      const { world } = call;
      const repository = repositoryOf(call);
      const sha = text(call, 'head_sha');
      if (!world.objects.commits.has(sha)) throw new Refusal(422, `No commit found for SHA: ${sha}`);
      const check: CheckRun = {
        id: newId(world),
        app: appOf(call),
        sha,
        name: text(call, 'name'),
        status: 'queued',
        conclusion: null,
        title: null,
        summary: null,
        text: null,
        annotations: [],
        externalId: null,
        detailsUrl: null,
        startedAt: world.now,
        completedAt: null,
      };
      describe(call, check);
      repository.checks.push(check);
      repository.resetSuites.delete(suiteKey(check.app, sha));
      send(world, repository, check, 'created');
      if (check.status === 'completed') send(world, repository, check, 'completed');
      return { status: 201, data: checkJson(world, repository, check) };
    },
  },
  {
    route: 'GET /repos/{owner}/{repo}/check-runs/{check_run_id}',
    needs: READ,
    handle: (call) => {
      const { check, repository } = checkOf(call);
      return { status: 200, data: checkJson(call.world, repository, check) };
    },
  },
  {
    route: 'PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}',
    needs: WRITE,
    handle: (call) => {
      const { check, repository } = checkOf(call);
      const app = appOf(call);
      if (check.app !== app) {
        throw new Refusal(
          403,
          `Invalid app_id \`${app}\` - check run can only be modified by the GitHub App that created it.`,
        );
      }
      const before = check.status;
      describe(call, check);
      if (before !== 'completed' && check.status === 'completed') {
        repository.resetSuites.delete(suiteKey(app, check.sha));
        send(call.world, repository, check, 'completed');
      }
      return { status: 200, data: checkJson(call.world, repository, check) };
    },
  },
];
