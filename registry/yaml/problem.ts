import { UserError } from '../error.ts';

/** The keys and list positions that lead to an entry of a document: `['evaluate', 'guardrails', 0]`. */
export type Entry = readonly (string | number)[];

/** One thing that is wrong with a document. */
export interface Problem {
  entry: Entry;
  /** A finished sentence without its full stop, and without the place. */
  message: string;
  /** What to do about it, in finished sentences. */
  fix: string;
}

export interface Position {
  line: number;
  column: number;
}

/** More would scroll the first ones away. */
const MOST = 10;

/** Throws one error that names every problem with its place, in the order of the document. */
export function refuse(path: string, problems: readonly (Problem & { at: Position })[], cause?: unknown): never {
  const sorted = [...problems].sort((a, b) => a.at.line - b.at.line || a.at.column - b.at.column);
  const shown = sorted.slice(0, MOST);
  const lines = shown.map(({ at, message }) => `${path}:${at.line}:${at.column}: ${message}.`);
  if (sorted.length > MOST) lines.push(`${path}: and ${sorted.length - MOST} more.`);
  const fixes = [...new Set(shown.map((problem) => problem.fix).filter((fix) => fix !== ''))];
  throw new UserError(lines.join('\n'), { fix: fixes.join('\n') || `Correct ${path}.`, cause });
}
