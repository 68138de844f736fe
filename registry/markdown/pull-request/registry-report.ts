import { fitLines } from '../budget.ts';
import { code, prose } from '../escape.ts';

/** What becomes of a pull request's changes of one model's registry. */
export interface RegistryReport {
  /** What it moves: `1.5.0 → canary 5 %`. */
  moves: string[];
  /** Versions that it adds. */
  added: string[];
  /** What may not be; nothing of it is merged before that is mended. */
  faults: { path: string; line: number | null; message: string; fix: string }[];
  /** Why it can't be told yet, in finished sentences. */
  open: string[];
  /** Null for our own pull requests. */
  approvals: { needed: number; by: string[]; notes: string[] } | null;
  /** Whether it comes from a fork. */
  claim: boolean;
}

const MOST = 20;
/** Bytes that the faults, and that the notes take at most. */
const ROOM = 8_000;
const ROOM_FOR_NOTES = 3_000;

/** Whether nothing of it is in the way any more. */
export function registryOutcome({ approvals, claim, faults, open }: RegistryReport): 'pass' | 'fail' | 'inconclusive' {
  if (faults.length > 0) return 'fail';
  const approved = approvals === null || approvals.by.length >= approvals.needed;
  return approved && open.length === 0 && !claim ? 'pass' : 'inconclusive';
}

/** The report in one finished sentence. */
export function registrySentence(report: RegistryReport): string {
  const { added, approvals, claim, faults, moves, open } = report;
  const done = [...moves, ...(added.length === 0 ? [] : [`registers ${added.slice(0, 5).join(', ')}`])];
  const what = done.length === 0 ? 'changes no channel and no version' : done.slice(0, 5).join(', ');
  if (faults.length > 0) {
    const rest = faults.length === 1 ? '' : ` (and ${faults.length - 1} more)`;
    return `The registry may not change like this: ${faults[0].message.replace(/\.$/, '')}${rest}.`;
  }
  if (open.length > 0) return open[0];
  if (claim) return 'The registry changes only from a branch of this repository, not from a fork.';
  if (approvals === null) return `The registry stays sound: ${what}.`;
  const missing = approvals.needed - approvals.by.length;
  if (missing > 0)
    return `The registry stays sound (${what}), and waits for ${missing} more ${missing === 1 ? 'approval' : 'approvals'} of this head.`;
  return `The registry stays sound (${what}), and ${approvals.by.join(', ')} approved this head.`;
}

/** The report as a part of a comment or a check, under its sentence. */
export function registryDetails({ approvals, faults }: RegistryReport): string {
  const lines = faults.map(({ fix, line, message, path }) => {
    const where = code(line === null ? path : `${path}:${line}`);
    return `- ❌ ${where}: ${prose(message)} ${prose(fix)}`;
  });
  const notes = (approvals?.notes ?? []).map((note) => `- ${prose(`Note: ${note}`)}`);
  return [...fitLines(lines, ROOM, MOST), ...fitLines(notes, ROOM_FOR_NOTES, MOST)].join('\n');
}
