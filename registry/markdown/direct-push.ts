import { fitLines } from './budget.ts';
import { code, prose } from './escape.ts';
import { named } from './pull-request/named.ts';
import { type RegistryReport, registryDetails, registrySentence } from './pull-request/registry-report.ts';

/** A push that changed the registry, and came by no pull request. */
export interface DirectPush {
  /** Whose account it was. */
  by: string;
  branch: string;
  at: Date;
  /** The commit that was there before, where a force push put it aside; else null. */
  before: string | null;
  files: { path: string; verb: 'adds' | 'removes' | 'changes' }[];
  /** What the rules say of each model's registry; '' for files of no model. */
  rules: ReadonlyMap<string, RegistryReport>;
  /** How many must approve a change of the registry, and who may: nobody named is everybody with write access. */
  approvals: number;
  approvers: readonly string[];
}

const MOST_FILES = 20;
const MOST_MODELS = 10;
/** Bytes that the files, and that all of the rules' sentences take at most. */
const ROOM_FOR_FILES = 8_000;
const ROOM_FOR_RULES = 30_000;

/** Who pushed what, what the rules say of it, and what to do now; Markdown for a check. */
export function directPushSummary(push: DirectPush): string {
  const { at, before, branch, by, files, rules } = push;
  const when = `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  const aside = before === null ? '' : `, and put aside what was there, ${code(before.slice(0, 7))}`;
  const changed = files.map(({ path, verb }) => `- ${verb} ${code(path)}`);
  const parts = [
    `${code(by)} pushed to ${code(branch)} at ${when}, without a pull request${aside}. No approval was asked for what that does to the registry:`,
    fitLines(changed.length === 0 ? ['- its files could not be listed'] : changed, ROOM_FOR_FILES, MOST_FILES).join(
      '\n',
    ),
    'By the rules that hold for pull requests:',
    fitLines([...rules].map(ruled), ROOM_FOR_RULES, MOST_MODELS).join('\n'),
    whatToDo(push),
  ];
  return parts.join('\n\n');
}

function ruled([model, report]: [string, RegistryReport]): string {
  const sentence = prose(registrySentence(report));
  const details = registryDetails(report).replace(/^(?=.)/gm, '  ');
  const line = model === '' ? `- Note: ${sentence}` : `- ${code(model)}: ${sentence}`;
  return details === '' ? line : `${line}\n${details}`;
}

function whatToDo({ approvals, approvers, before }: DirectPush): string {
  const revert = before === null ? 'revert it' : 'put back what was there';
  const who = approvers.length === 0 ? 'people with write access' : named(approvers);
  const needed = approvals === 1 ? 'the approval of one' : `the approvals of ${approvals}`;
  return `What to do: ${revert} by a pull request. What shall stay comes back by another one, which needs ${needed} of ${who}.`;
}
