import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import { UserError } from '#registry/error.ts';

/**
 * The words of `train.run`. Spaces part words; '…' and "…" keep what is between them as one word, spaces too; nothing
 * else means anything, since no shell looks at it: no variables, no globs, no backslashes.
 * @throws UserError for what a shell would be needed for, and for a quote without its end.
 */
export function splitCommand(command: string): string[] {
  const words: string[] = [];
  let word: string | null = null;
  let quote: string | null = null;
  for (const character of command) {
    if (quote !== null) {
      if (character === quote) quote = null;
      else word = (word ?? '') + character;
    } else if (character === '"' || character === "'") {
      quote = character;
      word ??= '';
    } else if (/\s/.test(character)) {
      if (word !== null) words.push(word);
      word = null;
    } else if (SHELL.includes(character)) {
      throw refuse(command, `has ${character}, which only a shell understands, and none runs it`);
    } else word = (word ?? '') + character;
  }
  if (quote !== null) throw refuse(command, `has a ${quote} without its end`);
  if (word !== null) words.push(word);
  if (words.length === 0 || words[0] === '') throw refuse(command, 'names no program');
  return words;
}

const SHELL = '|&;<>()$`\\*?~\0';

function refuse(command: string, what: string): UserError {
  return new UserError(`train.run ${JSON.stringify(command)} ${what}`, {
    fix: 'Write the program and its arguments, and quote what is meant as it stands; put anything more into a script.',
  });
}

/**
 * The file of a program: one that is named with a slash is an absolute path or lies in the first of `folders` that has
 * it, any other is looked for on PATH.
 */
export async function findProgram(name: string, folders: readonly string[], path: string): Promise<string> {
  const candidates =
    name.includes('/') || isAbsolute(name)
      ? [...new Set(folders.map((folder) => resolve(folder, name)))]
      : path.split(delimiter).flatMap((place) => (place === '' ? [] : [join(place, name)]));
  for (const candidate of candidates) if (await isProgram(candidate)) return candidate;
  throw new UserError(`train.run names the program ${JSON.stringify(name)}, which is not there`, {
    fix: name.includes('/')
      ? `It was looked for at ${candidates.join(' and ')}; it must be a file that may be executed.`
      : 'Install it, or correct its name; it was looked for on PATH.',
  });
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
