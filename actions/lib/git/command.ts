import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import { UserError } from '#registry/error.ts';
import type { World } from '../world.ts';

/** Where git runs, and what of the outside it is given. */
export interface GitContext extends Pick<World, 'env' | 'signal'> {
  /** Root of the user's repository: the folder that holds registry/. */
  root: string;
}

/** Settings that could change what git prints or runs, and what hooks leave behind to point git elsewhere. */
const FIXED = ['-c', 'core.fsmonitor=false', '-c', 'log.showSignature=false', '-c', 'log.follow=false'];
const FOREIGN = /^GIT_(DIR|WORK_TREE|INDEX_FILE|PREFIX|NAMESPACE|EXTERNAL_DIFF|TRACE.*)$/;

/** Starts git with arguments as they are, no shell; nothing of it asks, writes, or looks through replaced objects. */
export function startGit({ root, env, signal }: GitContext, args: readonly string[]): GitProcess {
  const own = Object.fromEntries(Object.entries(env).filter(([name]) => !FOREIGN.test(name)));
  return spawn('git', ['-C', root, ...FIXED, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    signal,
    windowsHide: true,
    env: {
      ...own,
      GIT_NO_REPLACE_OBJECTS: '1',
      GIT_OPTIONAL_LOCKS: '0',
      GIT_TERMINAL_PROMPT: '0',
      LC_ALL: 'C',
    },
  });
}

export type GitProcess = ChildProcessByStdio<Writable, Readable, Readable>;

/** What git printed, and its exit status. */
export interface GitResult {
  status: number;
  stdout: Buffer;
}

/**
 * Runs git to its end. `input` is what it reads; `aside` lets what we do meanwhile go first.
 * @throws UserError where git is missing, refuses the folder, or ends with a status other than those expected.
 */
export async function runGit(
  context: GitContext,
  args: readonly string[],
  { aside = false, expected = [0], input = '' }: { aside?: boolean; expected?: readonly number[]; input?: string } = {},
): Promise<GitResult> {
  const process = startGit(context, args);
  if (aside) giveWay(process);
  const chunks: Buffer[] = [];
  process.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const ended = finished(context, process);
  process.stdin.end(input);
  const status = await ended;
  if (!expected.includes(status.code)) throw refusal(context.root, args[0] ?? '', status.said);
  return { status: status.code, stdout: Buffer.concat(chunks) };
}

/** On a machine with few cores, what we read out of git's other answers would else wait for this one. */
function giveWay({ pid }: GitProcess): void {
  try {
    if (pid !== undefined) setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // It has ended, or the system has no such thing: it only takes longer.
  }
}

/** Waits for the end of a process. @throws UserError where there is no git. */
export async function finished(context: GitContext, process: GitProcess): Promise<{ code: number; said: string }> {
  const errors: Buffer[] = [];
  process.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
  // Who writes to a process that has ended learns of it by its end.
  process.stdin.on('error', () => {});
  const code = await new Promise<number>((resolve, reject) => {
    process.on('error', (error) => reject(asMissing(error)));
    process.on('close', (status) => resolve(status ?? 1));
  });
  context.signal.throwIfAborted();
  return { code, said: Buffer.concat(errors).toString('utf8').trim() };
}

function asMissing(error: Error): Error {
  if (!('code' in error && error.code === 'ENOENT')) return error;
  return new UserError('git can’t be run', {
    fix: 'Install git, so that the command `git` is found, and check that --root is a folder.',
    cause: error,
  });
}

/** What git says when it ends badly, as the user's error with what to do about it. */
export function refusal(root: string, verb: string, said: string): UserError {
  if (said.includes('dubious ownership')) {
    return new UserError(`git does not trust ${root}, which belongs to another user`, {
      fix: `Run git config --global --add safe.directory with that folder, if you trust it.`,
    });
  }
  if (/not a git repository/i.test(said)) {
    return new UserError(`${root} is in no git repository, and the registry’s history lies in git`, {
      fix: 'Run it in a clone of your repository, or give its root with --root.',
    });
  }
  if (said.includes('must be run in a work tree')) {
    return new UserError(`${root} is a bare repository, without files`, { fix: 'Run it in a clone that has files.' });
  }
  const [first = 'it gave no reason'] = said.split('\n');
  return new UserError(`git ${verb} failed in ${root}: ${first}`, { fix: 'Check the repository with git fsck.' });
}
