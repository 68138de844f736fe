import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The commit that is checked out at `root`; null outside of git, or before the first commit. */
export async function headCommit(root: string): Promise<string | null> {
  const head = await run('git', ['-C', root, 'rev-parse', '--verify', '--quiet', 'HEAD']).catch(() => null);
  const commit = head?.stdout.trim() ?? '';
  return /^[0-9a-f]{40,64}$/.test(commit) ? commit : null;
}
