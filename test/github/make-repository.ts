import { accountOf } from './accounts.ts';
import { noteActivity } from './activity.ts';
import { addArtifact } from './artifacts.ts';
import { latestChecks, rerequestCheck, suiteStatus } from './checks.ts';
import { addComment, changeComment, removeComment } from './comments.ts';
import { commitChanges, resolve } from './commits.ts';
import { commitFiles } from './git.ts';
import { mergePull } from './merges.ts';
import { closePull, refMoved, sendPull } from './pull-events.ts';
import { openPull } from './pull-routes.ts';
import { type NewRepository, type Repo, WORKFLOW } from './repo.ts';
import { repositoryById } from './repositories.ts';
import type { Desk } from './requests.ts';
import { addReview, dismissReview } from './reviews.ts';
import { addRun, sendRun } from './runs.ts';
import { newId, type Repository } from './state.ts';

export function makeRepository(desk: Desk, fullName: string, wanted: NewRepository = {}): Repo {
  const { world } = desk;
  const [owner = '', name = ''] = fullName.split('/');
  const { by = owner, defaultBranch = 'main', files = { 'README.md': `# ${name}\n` } } = wanted;
  accountOf(world, owner, 'Organization');
  accountOf(world, by);
  const repository: Repository = {
    id: newId(world),
    owner,
    name,
    defaultBranch,
    private: wanted.private ?? false,
    archived: false,
    parent: null,
    refs: new Map(),
    collaborators: new Map([[by, 'admin']]),
    protection: new Map(),
    lastNumber: 0,
    pulls: [],
    comments: [],
    checks: [],
    resetSuites: new Set(),
    runs: [],
    artifacts: [],
    activities: [],
    createdAt: world.now,
  };
  world.repositories.push(repository);
  const first = commitChanges(world, files, { author: by, message: 'First commit', parents: [] });
  const ref = `refs/heads/${defaultBranch}`;
  repository.refs.set(ref, first);
  noteActivity(world, repository, { ref, before: null, after: first, by });
  return handle(desk, repository.id);
}

function handle(desk: Desk, id: number): Repo {
  const { change, world } = desk;
  const own = () => repositoryById(world, id);
  const named = (name: string) => {
    const sha = resolve(world, own(), name);
    if (sha === null) throw new Error(`${own().name} has no ${name}`);
    return sha;
  };
  const find = <T>(found: T | undefined, what: string): T => {
    if (found === undefined) throw new Error(`there is no ${what}`);
    return found;
  };
  const pull = (number: number) =>
    find(
      own().pulls.find((one) => one.number === number),
      `pull request ${number}`,
    );
  const comment = (which: number) =>
    find(
      own().comments.find((one) => one.id === which),
      `comment ${which}`,
    );
  const person = (login: string) => accountOf(world, login).login;
  const { owner, name, defaultBranch } = own();
  return {
    id,
    owner,
    repo: name,
    files: (at = defaultBranch) =>
      Object.fromEntries(
        [...commitFiles(world.objects, named(at))].map(([path, { sha }]) => [
          path,
          String(world.objects.blobs.get(sha)),
        ]),
      ),
    head: (branch = defaultBranch) => named(branch),
    push: (branch, changes, options = {}) =>
      change(() => {
        const {
          by = 'ann',
          author = by,
          force = false,
          from,
          message = `Change ${Object.keys(changes).join(', ')}`,
        } = options;
        const ref = `refs/heads/${branch}`;
        const before = own().refs.get(ref) ?? null;
        const parent = before === null || force ? named(from ?? defaultBranch) : before;
        const after = commitChanges(world, changes, {
          author: person(author),
          committer: person(by),
          message,
          parents: [parent],
        });
        refMoved(world, own(), { ref, before, after, by });
        return after;
      }),
    deleteBranch: (branch, by = 'ann') =>
      change(() =>
        refMoved(world, own(), { ref: `refs/heads/${branch}`, before: named(branch), after: null, by: person(by) }),
      ),
    fork: (account) =>
      change(() => {
        const from = own();
        const made: Repository = {
          ...from,
          id: newId(world),
          owner: person(account),
          parent: from.id,
          lastNumber: 0,
          createdAt: world.now,
          refs: new Map([...from.refs].filter(([ref]) => ref.startsWith('refs/heads/'))),
          collaborators: new Map([[account, 'admin']]),
          protection: new Map(),
          pulls: [],
          comments: [],
          checks: [],
          runs: [],
          artifacts: [],
          activities: [],
        };
        world.repositories.push(made);
        return handle(desk, made.id);
      }),
    delete: () =>
      change(() => {
        const gone = own();
        world.repositories.splice(world.repositories.indexOf(gone), 1);
        for (const { pulls } of world.repositories) {
          for (const one of pulls) if (one.head.repository === gone.id) one.head.repository = null;
        }
      }),
    setRole: (login, role) => void own().collaborators.set(person(login), role),
    protect: (branch, protection) => void own().protection.set(branch, { checks: [], approvals: 0, ...protection }),
    archive: (archived = true) => {
      own().archived = archived;
    },
    openPull: ({ base = defaultBranch, body, by, draft, from, head, title = `Change of ${head}` }) =>
      change(() => {
        const repository = from === undefined ? own() : repositoryById(world, from.id);
        const wanted = {
          title,
          author: person(by),
          base,
          from: repository,
          head,
          draft: draft ?? false,
          body: body ?? null,
        };
        return openPull(world, own(), wanted).number;
      }),
    pull,
    ready: (number, by) =>
      change(() => {
        pull(number).draft = false;
        sendPull(world, own(), pull(number), 'ready_for_review', person(by));
      }),
    close: (number, by) => change(() => closePull(world, own(), pull(number), person(by))),
    merge: (number, by) =>
      change(() => mergePull(world, own(), pull(number), { by: person(by), sha: null, method: 'merge', title: null })),
    review: (number, review) =>
      change(() => addReview(world, own(), pull(number), { ...review, author: person(review.author) }).id),
    dismissReview: (number, review) => change(() => dismissReview(world, own(), pull(number), review)),
    comment: (number, by, body) =>
      change(() => addComment(world, own(), { issue: pull(number).number, author: person(by), body }).id),
    editComment: (which, by, body) => change(() => changeComment(world, own(), comment(which), body, person(by))),
    deleteComment: (which, by) => change(() => removeComment(world, own(), comment(which), person(by))),
    comments: (number) => own().comments.filter(({ issue }) => issue === number),
    checks: (sha) => latestChecks(own(), sha),
    suite: (app, sha) => suiteStatus(own(), app, sha),
    rerequest: (which, by) =>
      change(() =>
        rerequestCheck(
          world,
          own(),
          find(
            own().checks.find((one) => one.id === which),
            `check ${which}`,
          ),
          person(by),
        ),
      ),
    startRun: (wanted) =>
      change(() => {
        const of = wanted.pull === undefined ? null : pull(wanted.pull);
        const branch = wanted.branch ?? of?.head.ref ?? defaultBranch;
        const event = wanted.event ?? (of === null ? 'push' : 'pull_request');
        const sha = wanted.sha ?? of?.head.sha ?? named(branch);
        const headRepository = wanted.from?.id ?? of?.head.repository ?? id;
        return addRun(world, own(), {
          sha,
          branch,
          event,
          headRepository,
          path: wanted.path ?? WORKFLOW,
          actor: person(wanted.by ?? of?.author ?? 'ann'),
        }).id;
      }),
    jobs: (which) =>
      find(
        own().runs.find((one) => one.id === which),
        `run ${which}`,
      ).jobs,
    artifacts: (which) => own().artifacts.filter(({ run }) => run === which),
    completeRun: (which, { artifacts = [], conclusion = 'success', jobs = [] } = {}) =>
      change(() => {
        const run = find(
          own().runs.find((one) => one.id === which),
          `run ${which}`,
        );
        for (const artifact of artifacts) addArtifact(world, own(), run.id, artifact);
        for (const job of jobs) {
          run.jobs.push({
            id: newId(world),
            attempt: run.attempt,
            conclusion: 'success',
            steps: [],
            log: null,
            startedAt: run.startedAt,
            ...job,
          });
        }
        Object.assign(run, { status: 'completed', conclusion, updatedAt: world.now });
        sendRun(world, own(), run, 'completed');
      }),
  };
}
