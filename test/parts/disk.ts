import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';

/** Needs the rights of root, or sudo without a password. */
function asRoot(...command: [string, ...string[]]): void {
  const [program, ...args] = process.getuid?.() === 0 ? command : ['sudo', '-n', ...command];
  execFileSync(program ?? '', args, { stdio: ['ignore', 'ignore', 'pipe'] });
}

/** A disk of a few megabytes, in memory, at this path. */
export function mountDisk(path: string, megabytes: number): void {
  mkdirSync(path, { recursive: true });
  asRoot('mount', '-t', 'tmpfs', '-o', `size=${megabytes}m,mode=777`, 'tmpfs', path);
}

export function unmountDisk(path: string): void {
  asRoot('umount', path);
}
