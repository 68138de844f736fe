import { describe, expect, it } from 'vitest';
import type { WorkflowRun } from '#registry/lineage.ts';
import { whyNotTrusted } from '../../actions/train/trusted-run.ts';
import { commitOnMain, makeTrainable, trainingWorld } from '../fixtures/trainable.ts';
import { workflowRun } from '../fixtures/workflow-run.ts';

const repository = makeTrainable();
const { env: main, sha, git } = commitOnMain(repository);
git('checkout', '-qb', 'side');
git('commit', '-q', '--allow-empty', '-m', 'not merged');
git('tag', 'main');
const side = git('rev-parse', 'side');

const RUN = workflowRun({ sha });

type Env = Record<string, string>;
const PULL: Env = { GITHUB_REF: 'refs/pull/1/merge', GITHUB_SHA: side, GITHUB_EVENT_NAME: 'pull_request' };

const doubt = (run: Partial<WorkflowRun>, env: Env) =>
  whyNotTrusted({ ...RUN, ...run }, repository.root, trainingWorld(repository, { ...main, ...env }));

describe('the run of a manifest', () => {
  it.each<[string, Partial<WorkflowRun>, Env]>([
    ['push', {}, {}],
    ['workflow_dispatch', { event: 'workflow_dispatch' }, {}],
    [
      'schedule, in a workflow whose event names no branch',
      { event: 'schedule' },
      { GITHUB_EVENT_NAME: 'schedule', GITHUB_EVENT_PATH: '/nowhere' },
    ],
    [
      'push under an older name of the repository',
      { repository: 'acme/old', workflow: 'acme/old/.github/workflows/tiltyard.yml@refs/heads/main' },
      {},
    ],
  ])('S3 can be trusted on main: %s', async (_, run, env) => {
    expect(await doubt(run, env)).toBeNull();
  });

  it.each<[string, Partial<WorkflowRun>, Env, string]>([
    ['a pull request', { event: 'pull_request' }, {}, 'its run was started by “pull_request”'],
    ['an event of a fork', { event: 'pull_request_target' }, {}, 'started by “pull_request_target”'],
    ['an older manifest without the number of the repository', { repository_id: undefined }, {}, 'is not written down'],
    ['another repository', { repository_id: 4712 }, {}, 'its run was one of another repository'],
    ['a repository that does not say which', {}, { GITHUB_REPOSITORY_ID: '' }, 'its run was one of another repository'],
    [
      'another workflow',
      { workflow: 'acme/shop/.github/workflows/mine.yml@refs/heads/main' },
      {},
      'bot.workflow in tiltyard.yaml is .github/workflows/tiltyard.yml',
    ],
    [
      'a workflow of another repository',
      { workflow: 'evil/shop/.github/workflows/tiltyard.yml@refs/heads/main' },
      {},
      'its run was of the workflow',
    ],
    ['a commit of a branch', { sha: side }, {}, 'is not found in the history of main'],
    ['a commit that nobody knows', { sha: 'c'.repeat(40) }, {}, 'is not found in the history of main'],
    ['what is no commit', { sha: 'main' }, {}, 'is not found in the history of main'],
    [
      'a tag that is called as main, in a run on that tag',
      { ref: 'refs/tags/main', sha: side },
      { GITHUB_REF: 'refs/tags/main', GITHUB_SHA: side },
      'is not found in the history of main',
    ],
    ['main, where the clone does not know main', {}, PULL, '(check out with fetch-depth: 0)'],
    [
      'main, where nobody says which branch that is',
      {},
      { GITHUB_EVENT_PATH: '' },
      'which branch is the default one is not known',
    ],
  ])('S3 can’t be trusted where it is one of %s', async (_, run, env, why) => {
    expect(await doubt(run, env)).toContain(why);
  });

  it('can be trusted in a pull request once the clone knows main', async () => {
    expect(await doubt({}, PULL)).toContain('(check out with fetch-depth: 0)');
    git('update-ref', 'refs/remotes/origin/main', 'refs/heads/main');
    expect(await doubt({}, PULL)).toBeNull();
    expect(await doubt({ sha: side }, PULL)).toContain('is not found in the history of main');
  });
});
