import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { platform } from 'node:process';

/** The variable that every process of a run has in its environment, with the run's own mark. */
export const MARK = 'TILTYARD_RUN';

interface Process {
  pid: number;
  parent: number;
  group: number;
  /** When it began, in the system's own unit: with the pid, it tells one process from all others. */
  born: string;
  bytes: number;
}

/** All that a program started, however deep, as far as the system tells. */
export interface ProcessTree {
  /** Resident memory of all of them, in bytes; pages that they share count once where the system tells. */
  memory(limit: number): number;
  /** Ends all of them; what forks while it happens too. */
  kill(): void;
}

/**
 * Watches the tree under `root`, the leader of a process group of its own. Whoever left the group is known by having
 * been somebody's child when it was looked at; on Linux also by `mark` in its environment, by working in the run's work
 * folder, and by the sockets or pipes that `root` was given for its output: only who was started by it has them.
 */
export function watchTree(root: number, mark: string): ProcessTree {
  const known = new Map<number, string>();
  const outputs = new Set([1, 2].map((end) => linkOf(`/proc/${root}/fd/${end}`)).filter((to) => CHANNEL.test(to)));
  const members = (): Process[] => {
    const all = listProcesses();
    const found = new Set<number>();
    for (const one of all) {
      if (one.pid === root || one.group === root || known.get(one.pid) === one.born) found.add(one.pid);
    }
    // Children may be listed before their parents.
    for (let before = -1; before !== found.size; ) {
      before = found.size;
      for (const one of all) if (found.has(one.parent)) found.add(one.pid);
    }
    const ours = all.filter(({ pid }) => found.has(pid));
    for (const { pid, born } of ours) known.set(pid, born);
    return ours;
  };
  return {
    memory(limit) {
      const ours = members();
      const resident = ours.reduce((sum, { bytes }) => sum + bytes, 0);
      // Forked workers share most of their pages; only where it matters is that looked into, as it takes long.
      return resident <= limit ? resident : ours.reduce((sum, one) => sum + ownBytes(one), 0);
    },
    kill() {
      for (let round = 0; round < MOST_ROUNDS; round++) {
        const pids = new Set([...members().map(({ pid }) => pid), ...markedProcesses(mark, outputs)]);
        signal(-root);
        for (const pid of pids) signal(pid);
        if (pids.size === 0) return;
      }
    },
  };
}

/** Something that forks faster than this ends it is given up on. */
const MOST_ROUNDS = 100;

/** Ends whatever has this mark in its environment; returns how many there were. */
export function killMarked(mark: string): number {
  const ended = new Set<number>();
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const pids = markedProcesses(mark);
    if (pids.length === 0) break;
    for (const pid of pids) {
      signal(pid);
      ended.add(pid);
    }
  }
  return ended.size;
}

function signal(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It is gone already.
  }
}

/** What the system calls a socket or a pipe: `socket:[4711]`. */
const CHANNEL = /^(socket|pipe):\[\d+\]$/;

/** Where a link leads; nowhere for one that is not there, or is not ours to read. */
function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

/**
 * Whether a process works in the run's work folder, which is called by the mark: so one is known that emptied its
 * environment. In the folder where the run is kept, which has the same name, people look at its log.
 */
function worksIn(pid: number, mark: string): boolean {
  const names = linkOf(`/proc/${pid}/cwd`).split('/');
  const at = names.lastIndexOf(mark);
  return at > 2 && names[at - 2] === 'work' && names[at - 3] === '.tiltyard';
}

function holds(pid: number, channels: ReadonlySet<string>): boolean {
  if (channels.size === 0) return false;
  try {
    return readdirSync(`/proc/${pid}/fd`).some((end) => channels.has(linkOf(`/proc/${pid}/fd/${end}`)));
  } catch {
    return false;
  }
}

/**
 * Processes with the mark, or with one of these sockets and pipes, but for the dead that nobody has collected. Linux
 * only; elsewhere nobody can look.
 */
function markedProcesses(mark: string, outputs: ReadonlySet<string> = new Set()): number[] {
  if (platform !== 'linux') return [];
  const wanted = `${MARK}=${mark}`;
  return pids().filter((pid) => {
    if (pid === process.pid) return false;
    const environment = read(`/proc/${pid}/environ`);
    const marked = environment.includes(wanted) && environment.split('\0').includes(wanted);
    return (marked || worksIn(pid, mark) || holds(pid, outputs)) && statOf(pid) !== null;
  });
}

function listProcesses(): Process[] {
  if (platform === 'linux') return pids().flatMap((pid) => statOf(pid) ?? []);
  const text = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,pgid=,rss=,lstart='], { encoding: 'utf8' });
  return text.split('\n').flatMap((line) => {
    const [pid, parent, group, kilobytes, ...born] = line.trim().split(/\s+/);
    if (pid === undefined || pid === '') return [];
    const [id, above, leader, size] = [pid, parent, group, kilobytes].map(Number);
    return { pid: id, parent: above, group: leader, bytes: size * 1024, born: born.join(' ') };
  });
}

function pids(): number[] {
  return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? Number(name) : []));
}

const PAGE = 4096;

/** From /proc/<pid>/stat (proc_pid_stat(5)); null for one that is gone, or dead and not collected. */
function statOf(pid: number): Process | null {
  const text = read(`/proc/${pid}/stat`);
  // The name in brackets may hold anything, brackets and spaces too.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, parent, group] = fields;
  if (fields.length < 22 || state === 'Z' || state === 'X') return null;
  return { pid, parent: Number(parent), group: Number(group), born: fields[19], bytes: Number(fields[21]) * PAGE };
}

/** Its share of the pages that it has in memory. */
function ownBytes({ pid, bytes }: Process): number {
  const kilobytes = /^Pss:\s+(\d+) kB/m.exec(platform === 'linux' ? read(`/proc/${pid}/smaps_rollup`) : '')?.[1];
  return kilobytes === undefined ? bytes : Number(kilobytes) * 1024;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
