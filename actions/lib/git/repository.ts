import { UserError } from '#registry/error.ts';
import { type GitContext, runGit } from './command.ts';

/** A clone with at least one commit. */
export interface GitRepository extends GitContext {
  /** The commit that is checked out. */
  head: string;
  /** The branch that is checked out; null where HEAD is detached. */
  branch: string | null;
  /** Whether the clone's history is cut off. */
  shallow: boolean;
}

/**
 * The repository that holds `root`, which may be a folder in it.
 * @throws UserError where there is no git, no repository, or no commit yet.
 */
export async function openRepository(context: GitContext): Promise<GitRepository> {
  const about = await runGit(context, ['rev-parse', '--is-shallow-repository', '--is-inside-work-tree']);
  const [shallow, inside] = about.stdout.toString('utf8').split('\n');
  if (inside !== 'true') {
    throw new UserError(`${context.root} is no working tree of git`, { fix: 'Run it in a clone that has files.' });
  }
  const [head, symbolic] = await Promise.all([
    resolveCommit(context, 'HEAD'),
    runGit(context, ['symbolic-ref', '--short', '--quiet', 'HEAD'], { expected: [0, 1] }),
  ]);
  if (head === null) {
    throw new UserError(`the repository of ${context.root} has no commit yet`, { fix: 'Commit the registry first.' });
  }
  const branch = symbolic.stdout.toString('utf8').trim();
  return { ...context, head, branch: branch === '' ? null : branch, shallow: shallow === 'true' };
}

/** The commit that a name stands for; null where there is none. */
export async function resolveCommit(context: GitContext, name: string): Promise<string | null> {
  const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`];
  const { stdout } = await runGit(context, args, { expected: [0, 1, 128] });
  const id = stdout.toString('utf8').trim();
  return /^[0-9a-f]{40}([0-9a-f]{24})?$/.test(id) ? id : null;
}
