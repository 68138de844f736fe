import { finished, refusal, startGit } from './command.ts';
import type { GitRepository } from './repository.ts';

/**
 * Gives the bytes of each object to `onBlob`, one after another, by one git process. `name` is an object's id, or a
 * commit and a path (`<commit>:./registry/…`).
 * @returns the names that git does not have as files.
 */
export async function readBlobs(
  repository: GitRepository,
  names: Iterable<string>,
  onBlob: (name: string, bytes: Buffer) => void,
): Promise<string[]> {
  const wanted = [...new Set(names)].filter((name) => !/[\n\r]/.test(name));
  if (wanted.length === 0) return [];
  const process = startGit(repository, ['cat-file', '--batch']);
  const missing: string[] = [];
  const reader = batchReader((index, bytes) => {
    if (bytes === null) missing.push(wanted[index]);
    else onBlob(wanted[index], bytes);
  });
  process.stdout.on('data', reader.read);
  const end = finished(repository, process);
  process.stdin.end(`${wanted.join('\n')}\n`);
  const { code, said } = await end;
  if (code !== 0) throw refusal(repository.root, 'cat-file', said);
  return missing;
}

/** Reads the answers of `git cat-file --batch`: `<id> <type> <size>\n<bytes>\n`, or `<name> missing\n`. */
function batchReader(onAnswer: (index: number, bytes: Buffer | null) => void): { read: (chunk: Buffer) => void } {
  let held: Buffer[] = [];
  let length = 0;
  /** Bytes that have to be there before anything can be read. */
  let needed = 1;
  let index = 0;
  const read = (chunk: Buffer) => {
    held.push(chunk);
    length += chunk.length;
    if (length < needed) return;
    const all = held.length === 1 ? chunk : Buffer.concat(held);
    let at = 0;
    for (;;) {
      const end = all.indexOf(10, at);
      if (end === -1) {
        needed = 1;
        break;
      }
      const header = all.toString('utf8', at, end);
      const found = /^[0-9a-f]+ (\w+) (\d+)$/.exec(header);
      if (found === null) {
        onAnswer(index++, null);
        at = end + 1;
        continue;
      }
      const size = Number(found[2]);
      if (all.length < end + 2 + size) {
        needed = end + 2 + size - at;
        break;
      }
      onAnswer(index++, found[1] === 'blob' ? all.subarray(end + 1, end + 1 + size) : null);
      at = end + 2 + size;
    }
    const rest = all.subarray(at);
    held = [rest];
    length = rest.length;
  };
  return { read };
}
