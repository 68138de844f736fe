import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The commit that is checked out at `root`; null outside of git, or before the first commit. */
export async function headCommit(root: string): Promise<string | null> {
  const head = await run('git', ['-C', root, 'rev-parse', '--verify', '--quiet', 'HEAD']).catch(() => null);
  const commit = head?.stdout.trim() ?? '';
  return /^[0-9a-f]{40,64}$/.test(commit) ? commit : null;
}

/** Whether files of these paths (from `root`) differ from the commit that is checked out; false outside of git. */
export async function isModified(root: string, paths: readonly string[]): Promise<boolean> {
  const status = await run('git', ['--no-optional-locks', '-C', root, 'status', '--porcelain', '--', ...paths]).catch(
    () => null,
  );
  return status !== null && status.stdout.trim() !== '';
}

/** As whom git would commit at `root`; null where it does not know. */
export async function userName(root: string): Promise<string | null> {
  const name = await run('git', ['-C', root, 'config', 'user.name']).catch(() => null);
  const text = name?.stdout.trim() ?? '';
  return text === '' ? null : text;
}
