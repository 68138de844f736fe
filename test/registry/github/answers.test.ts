import { describe, expect, it } from 'vitest';
import { listActivity } from '#registry/github/activity.ts';
import { getApp, getInstallation, listInstallations, listRepositories } from '#registry/github/apps.ts';
import { listArtifacts } from '#registry/github/artifacts.ts';
import { createCheck, listChecks } from '#registry/github/checks.ts';
import { type GitHub, GitHubError, type Place } from '#registry/github/client.ts';
import { createComment, deleteComment, getComment, listComments, updateComment } from '#registry/github/comments.ts';
import { compareCommits } from '#registry/github/comparisons.ts';
import { listJobs } from '#registry/github/jobs.ts';
import { getPermission } from '#registry/github/permissions.ts';
import { getPullHead, listOpenPulls, listPullCommits, listPullFiles } from '#registry/github/pulls.ts';
import { createReaction, listReactions } from '#registry/github/reactions.ts';
import { getBranchHead, getRepository, listBranches } from '#registry/github/repositories.ts';
import { listReviews } from '#registry/github/reviews.ts';
import { getRun, listRuns, listRunsOf, rerunRun } from '#registry/github/runs.ts';
import { getBlob, getTree } from '#registry/github/trees.ts';
import { writeBlob } from '../../github/git.ts';
import { createScene } from '../../github/scene.ts';

const place: Place = { owner: 'acme', repo: 'models' };
const check = { name: 'tiltyard', conclusion: null, startedAt: new Date(0), title: 't', summary: 's', annotations: [] };

/** A repository with one of everything, and whoever may ask for it. */
function filled() {
  const scene = createScene();
  const { app, client, github, propose, repo } = scene;
  const pull = propose();
  const run = scene.evaluate(
    pull,
    {},
    { jobs: [{ name: 'train', steps: [{ name: 'npm ci', conclusion: 'failure' }] }] },
  );
  repo.review(pull, { author: 'olga', state: 'APPROVED' });
  const { sha } = repo.pull(pull).head;
  return {
    client,
    jwt: github.asJwt(app),
    pull,
    run,
    sha,
    comment: repo.comment(pull, 'ann', 'hello'),
    app: app.id,
    head: repo.head(),
    blob: writeBlob(github.world.objects, 'text'),
  };
}
type Filled = ReturnType<typeof filled>;

/** Each of the adapter's questions, and fields without which it has no answer. */
const CALLS: Record<string, [(github: GitHub, filled: Filled) => Promise<unknown>, string[], 'jwt'?]> = {
  getApp: [(github) => getApp(github), ['id'], 'jwt'],
  getInstallation: [(github) => getInstallation(github, place), ['id'], 'jwt'],
  listInstallations: [(github) => listInstallations(github), ['0.id'], 'jwt'],
  listRepositories: [
    (github) => listRepositories(github),
    ['repositories', 'repositories.0.name', 'repositories.0.owner.login'],
  ],
  getRepository: [(github) => getRepository(github, place), ['id', 'default_branch']],
  getBranchHead: [(github) => getBranchHead(github, place, 'main'), ['object.sha']],
  listActivity: [
    (github) => listActivity(github, place, 'main'),
    ['0.id', '0.before', '0.after', '0.timestamp', '0.activity_type'],
  ],
  listBranches: [(github) => listBranches(github, place, 'ma'), ['0.ref', '0.object.sha']],
  listOpenPulls: [
    (github) => listOpenPulls(github, place),
    [
      '0.number',
      '0.head.sha',
      '0.head.ref',
      '0.head.repo',
      '0.base.ref',
      '0.base.sha',
      '0.base.repo.id',
      '0.updated_at',
    ],
  ],
  getPullHead: [(github, { pull }) => getPullHead(github, place, pull), ['head.sha']],
  listPullFiles: [(github, { pull }) => listPullFiles(github, place, pull), ['0.filename', '0.status']],
  listPullCommits: [(github, { pull }) => listPullCommits(github, place, pull), ['0.sha', '0.commit']],
  listReviews: [(github, { pull }) => listReviews(github, place, pull), ['0.id', '0.state']],
  compareCommits: [
    (github, { head, sha }) => compareCommits(github, place, head, sha),
    ['merge_base_commit.sha', 'files.0.filename'],
  ],
  getPermission: [(github) => getPermission(github, place, 'ann'), []],
  listComments: [(github, { pull }) => listComments(github, place, pull), ['0.id', '0.created_at', '0.updated_at']],
  getComment: [(github, { comment }) => getComment(github, place, comment), ['id', 'created_at', 'updated_at']],
  createComment: [(github, { pull }) => createComment(github, place, pull, 'x'), ['id']],
  updateComment: [(github, { comment }) => updateComment(github, place, comment, 'x'), ['id']],
  createReaction: [(github, { comment }) => createReaction(github, place, comment, '+1'), ['content']],
  listReactions: [(github, { comment }) => listReactions(github, place, comment), ['0.content']],
  listChecks: [
    (github, { app, sha }) => listChecks(github, place, sha, app),
    ['check_runs', 'check_runs.0.id', 'check_runs.0.app', 'check_runs.0.status', 'check_runs.0.conclusion'],
  ],
  createCheck: [(github, { sha }) => createCheck(github, place, sha, check), ['id', 'status', 'app']],
  listRuns: [
    (github, { sha }) => listRuns(github, place, sha),
    [
      'workflow_runs',
      'workflow_runs.0.id',
      'workflow_runs.0.head_sha',
      'workflow_runs.0.path',
      'workflow_runs.0.event',
    ],
  ],
  listRunsOf: [
    (github) => listRunsOf(github, place, 'tiltyard.yml', () => false),
    ['workflow_runs', 'workflow_runs.0.created_at'],
  ],
  getRun: [(github, { run }) => getRun(github, place, run), ['id', 'status', 'conclusion', 'head_branch']],
  rerunRun: [(github, { run }) => rerunRun(github, place, run), []],
  listJobs: [
    (github, { run }) => listJobs(github, place, run),
    ['jobs', 'jobs.0.id', 'jobs.0.conclusion', 'jobs.0.steps.0.name'],
  ],
  listArtifacts: [
    (github, { run }) => listArtifacts(github, place, run),
    [
      'artifacts',
      'artifacts.0.id',
      'artifacts.0.name',
      'artifacts.0.size_in_bytes',
      'artifacts.0.expired',
      'artifacts.0.created_at',
    ],
  ],
  getTree: [
    (github, { sha }) => getTree(github, place, sha, true),
    ['tree', 'truncated', 'tree.0.path', 'tree.0.sha', 'tree.0.mode', 'tree.0.type'],
  ],
  getBlob: [(github, { blob }) => getBlob(github, place, blob), ['content', 'encoding']],
  deleteComment: [(github, { comment }) => deleteComment(github, place, comment), []],
};

interface Asked {
  route: string;
  parameters: Record<string, unknown>;
  data: unknown;
}

/** What a question sends, and what the double answers. */
async function askOf(name: string): Promise<{ asked: Asked[]; ask: (github: GitHub) => Promise<unknown> }> {
  const found = CALLS[name];
  if (found === undefined) throw new Error(`there is no ${name}`);
  const [call, , as] = found;
  const scene = filled();
  await createCheck(scene.client, place, scene.sha, check);
  await createReaction(scene.client, place, scene.comment, 'confused');
  const by = as === 'jwt' ? scene.jwt : scene.client;
  const asked: Asked[] = [];
  const kept: GitHub = {
    request: async (route, parameters = {}) => {
      const answer = await by.request(route, parameters);
      asked.push({ route, parameters, data: structuredClone(answer.data) });
      return answer;
    },
  };
  await call(kept, scene);
  return { asked, ask: (github) => call(github, scene) };
}

const answering = (data: unknown): GitHub => ({ request: async () => ({ status: 200, headers: {}, data }) });

/** The paths of everything in an answer, of lists the first item; `0.head.sha`. */
function paths(value: unknown, depth = 4): string[][] {
  if (typeof value !== 'object' || value === null || depth === 0) return [];
  const entries = Array.isArray(value)
    ? value.slice(0, 1).map((item, i): [string, unknown] => [String(i), item])
    : Object.entries(value);
  return entries.flatMap(([name, inner]) => [[name], ...paths(inner, depth - 1).map((path) => [name, ...path])]);
}

/** An answer with something else, or nothing, at a path. */
function changed(value: unknown, [name = '', ...rest]: readonly string[], to: unknown): unknown {
  const copy = structuredClone(value);
  const inside = Object(copy);
  if (rest.length > 0) inside[name] = changed(inside[name], rest, to);
  else if (to === undefined) delete inside[name];
  else inside[name] = to;
  return copy;
}

describe.each(Object.keys(CALLS))('%s', (name) => {
  it('is sent once, and not sent again by whoever carries it', async () => {
    const { asked } = await askOf(name);
    expect(asked.length).toBe(1);
    expect(asked[0]?.parameters['request']).toMatchObject({ retries: 0 });
  });

  it('takes any answer for what it is, or for an error that names its route', async () => {
    const { ask, asked } = await askOf(name);
    const [{ data, route } = { data: null, route: '' }] = asked;
    expect(route).toMatch(/^(GET|POST|PATCH|DELETE) \//);
    const outcome = async (answer: unknown) => {
      try {
        await ask(answering(answer));
        return 'taken';
      } catch (error) {
        if (!(error instanceof GitHubError)) throw error;
        expect(error.message.startsWith(`${route} answered with something else than expected: `)).toBe(true);
        expect(error.status).toBe(0);
        return 'refused';
      }
    };
    for (const path of paths(data))
      for (const to of [undefined, null, 'x', -1.5, [], {}]) await outcome(changed(data, path, to));
    for (const answer of [undefined, null, '', '<html>', 7, [], {}, [null], [{}]]) await outcome(answer);
    const needed = CALLS[name]?.[1] ?? [];
    for (const path of needed)
      expect([path, await outcome(changed(data, path.split('.'), undefined))]).toEqual([path, 'refused']);
  });
});

describe('a time', () => {
  it.each([
    ['listOpenPulls', '0.created_at'],
    ['listOpenPulls', '0.updated_at'],
    ['listComments', '0.created_at'],
    ['listComments', '0.updated_at'],
    ['listReviews', '0.submitted_at'],
    ['getRun', 'created_at'],
    ['getRun', 'run_started_at'],
    ['getRun', 'updated_at'],
    ['listArtifacts', 'artifacts.0.created_at'],
    ['listChecks', 'check_runs.0.started_at'],
  ])('in the answer to %s, %s, is one, and never made of something else', async (name, path) => {
    const { ask, asked } = await askOf(name);
    for (const to of [7, true, '', 'yesterday', '2026-13-01T00:00:00Z', [], {}])
      await expect(ask(answering(changed(asked[0]?.data, path.split('.'), to)))).rejects.toThrow(GitHubError);
    for (const to of ['2026-11-21T12:00:00Z', '2026-11-21T12:00:00.123Z', '2026-11-21T14:00:00+02:00'])
      await ask(answering(changed(asked[0]?.data, path.split('.'), to)));
  });

  it.each([
    ['listComments', '0.created_at'],
    ['getRun', 'created_at'],
  ])('in the answer to %s, %s, is not null', async (name, path) => {
    const { ask, asked } = await askOf(name);
    await expect(ask(answering(changed(asked[0]?.data, path.split('.'), null)))).rejects.toThrow(GitHubError);
  });
});
