import { createEmulator } from 'emulate';
import { ProbotOctokit } from 'probot';
import { expect, it, onTestFinished } from 'vitest';
import type { Client } from './requests.ts';
import { PERMISSIONS, testGitHub } from './scene.ts';

/**
 * What we do not know of GitHub from its description, asked of two doubles: ours, and one that others wrote (`emulate`).
 * Where they disagree, the list at the end says who is right and where that is written.
 */

const place = { owner: 'acme', repo: 'models' };
const FILE = 'GET /repos/{owner}/{repo}/contents/{path}';
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** A repository with one file on its only branch, and a client of an App that may do everything. */
async function theirs(): Promise<Client> {
  const app = {
    app_id: 7,
    slug: 'tiltyard',
    name: 'tiltyard',
    permissions: { metadata: 'read', ...PERMISSIONS },
    events: [],
  };
  const installations = [{ installation_id: 9, account: 'acme', repository_selection: 'all' }];
  const repos = [{ owner: 'acme', name: 'models', auto_init: true }];
  const seed = {
    github: {
      users: [{ login: 'olga' }],
      orgs: [{ login: 'acme', name: 'acme' }],
      repos,
      apps: [{ ...app, installations }],
    },
  };
  const server = await createEmulator({ service: 'github', port: 0, seed });
  onTestFinished(() => server.close());
  const privateKey = server.generatedSecrets.find(({ kind }) => kind === 'github.app_private_key')?.value;
  const auth = { appId: 7, privateKey, installationId: 9 };
  const octokit = new ProbotOctokit({
    baseUrl: server.url,
    auth,
    log: silent,
    retry: { enabled: false },
    throttle: { enabled: false },
  });
  return { request: async (route, parameters) => octokit.request(route, parameters) as ReturnType<Client['request']> };
}

async function ours(): Promise<Client> {
  const github = testGitHub();
  const app = github.createApp({ slug: 'tiltyard', permissions: PERMISSIONS });
  github.install(app, 'acme');
  github.createRepository('acme/models', { files: { 'README.md': '# models\n' }, by: 'olga' });
  return github.asApp(app, 'acme');
}

/** Goes through a pull request's life by the API alone, and notes down what was answered. */
async function life({ request }: Client): Promise<Record<string, unknown>> {
  const noted: Record<string, unknown> = {};
  const send = async (route: string, parameters: object = {}) => {
    try {
      const { data, status } = await request(route, { ...place, ...parameters });
      return { status, data: Object(data ?? {}) };
    } catch (error) {
      return { status: Number(Object(error).status), data: Object({}) };
    }
  };
  const note = async (
    name: string,
    route: string,
    parameters: object = {},
    of: (data: Record<string, unknown>) => unknown = () => null,
  ) => {
    const { data, status } = await send(route, parameters);
    noted[name] = status < 300 ? [status, of(data)] : [status];
    return data;
  };
  const POST = 'POST /repos/{owner}/{repo}';
  const PULL = '/repos/{owner}/{repo}/pulls/{pull_number}';
  const commitOn = async (parent: string, path: string, content: string) => {
    const base = (await send('GET /repos/{owner}/{repo}/git/commits/{commit_sha}', { commit_sha: parent })).data;
    const tree = (
      await send(`${POST}/git/trees`, {
        base_tree: base.tree.sha,
        tree: [{ path, mode: '100644', type: 'blob', content }],
      })
    ).data;
    const author = { name: 'Ann', email: 'ann@example.org', date: '2026-11-21T12:00:00Z' };
    return {
      tree: tree.sha,
      sha: (await send(`${POST}/git/commits`, { message: `Change ${path}`, tree: tree.sha, parents: [parent], author }))
        .data.sha,
    };
  };

  const main = (await send('GET /repos/{owner}/{repo}/git/ref/{ref}', { ref: 'heads/main' })).data.object.sha;
  await note('a blob', `${POST}/git/blobs`, { content: 'hello\n' }, ({ sha }) => sha);
  const first = await commitOn(main, 'models/a/model.yaml', 'a: 1\n');
  await note('a branch', `${POST}/git/refs`, { ref: 'refs/heads/work', sha: first.sha }, ({ ref }) => ref);
  await note('the same branch again', `${POST}/git/refs`, { ref: 'refs/heads/work', sha: first.sha });
  await note('a branch that is not there', 'GET /repos/{owner}/{repo}/git/ref/{ref}', { ref: 'heads/nowhere' });
  const wanted = { title: 'Work', head: 'work', base: 'main' };
  const pull = await note('a pull request', `${POST}/pulls`, wanted, ({ head, number, user }) => [
    number,
    Object(head).ref,
    Object(user).type,
  ]);
  const at = { pull_number: Number(pull['number']) };
  await note('the same pull request again', `${POST}/pulls`, wanted);
  await note('its files', `GET ${PULL}/files`, at, (files) =>
    Object.values(files).map((file) => [Object(file).filename, Object(file).status]),
  );
  await note(
    'what is compared',
    'GET /repos/{owner}/{repo}/compare/{basehead}',
    { basehead: 'main...work' },
    ({ ahead_by, behind_by, files, status }) => [
      status,
      ahead_by,
      behind_by,
      Object.values(Object(files)).map((file) => Object(file).filename),
    ],
  );

  const comment = await note(
    'a comment',
    `${POST}/issues/{issue_number}/comments`,
    { issue_number: at.pull_number, body: 'hello' },
    ({ body, user }) => [body, Object(user).login, Object(user).type],
  );
  const COMMENT = '/repos/{owner}/{repo}/issues/comments/{comment_id}';
  const same = { comment_id: Number(comment['id']) };
  await note('a comment that is changed', `PATCH ${COMMENT}`, { ...same, body: 'bye' }, ({ body }) => body);
  await note('a comment that goes', `DELETE ${COMMENT}`, same);
  await note('a comment that is gone', `GET ${COMMENT}`, same);

  const checks = { check_run_id: 0 };
  const check = await note(
    'a check',
    `${POST}/check-runs`,
    { name: 'tiltyard', head_sha: first.sha, status: 'in_progress' },
    (it) => [it['status'], it['conclusion']],
  );
  checks.check_run_id = Number(check['id']);
  const CHECK = 'PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}';
  await note('a conclusion completes it', CHECK, { ...checks, conclusion: 'neutral' }, (it) => [
    it['status'],
    it['conclusion'],
  ]);
  await note('a completed check begins again', CHECK, { ...checks, status: 'in_progress' }, (it) => [
    it['status'],
    it['conclusion'],
  ]);
  await note('a check on no commit', `${POST}/check-runs`, { name: 'tiltyard', head_sha: '0'.repeat(40) });
  await note(
    'whose check it is',
    'GET /repos/{owner}/{repo}/commits/{ref}/check-runs',
    { ref: first.sha },
    ({ check_runs }) => Object.values(Object(check_runs)).map((one) => Object(Object(one).app).slug ?? null),
  );

  const second = await commitOn(first.sha, 'models/a/model.yaml', 'a: 2\n');
  await note(
    'a branch moves',
    'PATCH /repos/{owner}/{repo}/git/refs/{ref}',
    { ref: 'heads/work', sha: second.sha },
    ({ object }) => Object(object).sha === second.sha,
  );
  await note('backwards', 'PATCH /repos/{owner}/{repo}/git/refs/{ref}', { ref: 'heads/work', sha: main });
  await note('the head follows its branch', `GET ${PULL}`, at, ({ head }) => Object(head).sha === second.sha);
  const beside = await commitOn(main, 'models/b/model.yaml', 'b: 1\n');
  await note('the base moves on', 'PATCH /repos/{owner}/{repo}/git/refs/{ref}', { ref: 'heads/main', sha: beside.sha });
  await note('a merge of another head', `PUT ${PULL}/merge`, { ...at, sha: first.sha });
  await note('a merge', `PUT ${PULL}/merge`, { ...at, sha: second.sha }, ({ merged }) => merged);
  await note('a merge once more', `PUT ${PULL}/merge`, { ...at, sha: second.sha });
  await note('what was merged', `GET ${PULL}`, at, ({ merged, state }) => [state, merged]);
  await note('a file of the head', FILE, { path: 'models/a/model.yaml' }, ({ content }) =>
    Buffer.from(String(content), 'base64').toString(),
  );
  await note('a file that only the base had', FILE, { path: 'models/b/model.yaml' }, ({ content }) =>
    Buffer.from(String(content), 'base64').toString(),
  );
  await note(
    'who may write',
    'GET /repos/{owner}/{repo}/collaborators/{username}/permission',
    { username: 'olga' },
    ({ permission }) => typeof permission,
  );
  return noted;
}

/** Where the two differ: ours, theirs. GitHub's pages decide. */
const DIFFERENCES: Record<string, [ours: unknown, theirs: unknown]> = {
  // One open pull request from a branch to another: https://docs.github.com/en/rest/pulls/pulls#create-a-pull-request (422).
  'the same pull request again': [[422], [201, null]],
  // https://docs.github.com/en/rest/pulls/pulls#list-pull-requests-files; theirs is a stub.
  'its files': [
    [200, [['models/a/model.yaml', 'added']]],
    [200, []],
  ],
  // "Providing conclusion will automatically set the status parameter to completed":
  // https://docs.github.com/en/rest/checks/runs#update-a-check-run
  'a conclusion completes it': [
    [200, ['completed', 'neutral']],
    [200, ['in_progress', null]],
  ],
  // What GitHub's support says of completed check runs: https://github.community/t/stale-check-runs/120566
  'a completed check begins again': [
    [200, ['completed', 'neutral']],
    [200, ['in_progress', null]],
  ],
  // A check is of a commit: https://docs.github.com/en/rest/checks/runs#create-a-check-run
  'a check on no commit': [[422], [201, null]],
  // Every check run names its App: https://docs.github.com/en/rest/checks/runs#list-check-runs-for-a-git-reference
  'whose check it is': [
    [200, ['tiltyard']],
    [200, [null]],
  ],
  // A push to the branch is a push to the pull request:
  // https://docs.github.com/en/pull-requests/collaborating-with-pull-requests/proposing-changes-to-your-work-with-pull-requests/about-pull-requests
  'the head follows its branch': [
    [200, true],
    [200, false],
  ],
  // So that theirs still takes the first head for the right one, and then has nothing more to merge. Both statuses by
  // https://docs.github.com/en/rest/pulls/pulls#merge-a-pull-request
  'a merge of another head': [[409], [200, null]],
  'a merge': [[200, true], [422]],
  'a merge once more': [[405], [422]],
  'a file of the head': [
    [200, 'a: 2\n'],
    [200, 'a: 1\n'],
  ],
  // A merge joins both sides; theirs takes the head's tree.
  'a file that only the base had': [[200, 'b: 1\n'], [404]],
  // Everybody may read a public repository:
  // https://docs.github.com/en/rest/collaborators/collaborators#get-repository-permissions-for-a-user
  'who may write': [[200, 'string'], [404]],
};

it('says the same as a double that others wrote, but for what is listed', async () => {
  const [mine, others] = [await life(await ours()), await life(await theirs())];
  const differing = Object.keys(mine).filter((name) => JSON.stringify(mine[name]) !== JSON.stringify(others[name]));
  expect(Object.fromEntries(differing.map((name) => [name, [mine[name], others[name]]]))).toEqual(DIFFERENCES);
});
