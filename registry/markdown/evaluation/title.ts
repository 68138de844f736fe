import type { Finding } from '../../verdict.ts';
import { code, prose } from '../escape.ts';

/** What the evidence itself does not know of the evaluation it is about. */
export interface Title {
  /** Said after the verdict, such as "These numbers come from a pull request: they inform, they merge nothing." */
  note?: string;
  /** Where files of the commit whose policy this is are shown, to be followed by a path: rules are linked then. */
  files?: string;
  /** Where the whole evidence is, GitHub's own address. */
  evidence?: string;
}

/** "the evidence", linked where its address is known. */
export function theEvidence({ evidence }: Title): string {
  return evidence === undefined ? 'the evidence' : `[the evidence](${evidence})`;
}

/** Where a rule stands, as code; a link, where it is known at which address files are shown. */
export function atLine(where: string, title: Title): string {
  const address = addressOf(where, title);
  return address === null ? code(where) : `[${code(where)}](${address})`;
}

/** A rule as the policy spells it; linked to its line. Code that is a link is too faint on the grey rows of a table. */
export function linkedRule({ rule, where }: Pick<Finding, 'rule' | 'where'>, title: Title): string {
  const address = addressOf(where ?? '', title);
  return address === null ? code(rule) : `[${prose(rule)}](${address})`;
}

function addressOf(where: string, { files }: Title): string | null {
  const [, path, line] = /^(models\/[a-z0-9-]{1,63}\/model\.yaml):(\d{1,7})$/.exec(where) ?? [];
  return files === undefined || path === undefined ? null : `${files}${path}#L${line}`;
}
