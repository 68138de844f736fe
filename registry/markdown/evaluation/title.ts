import { code } from '../escape.ts';

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

/** `text` as code; a link to where a rule stands, where it is known at which address files are shown. */
export function atLine(text: string, where: string | null, { files }: Title): string {
  const [, path, line] = /^(models\/[a-z0-9-]{1,63}\/model\.yaml):(\d{1,7})$/.exec(where ?? '') ?? [];
  return files === undefined || path === undefined ? code(text) : `[${code(text)}](${files}${path}#L${line})`;
}
