/** What the bot will do, each with its reason in a sentence. Plain data: `apply` performs it, the log shows it. */
export type Action = { reason: string } & (
  | { kind: 'comment'; pull: number; head: string; model: string; id: number | null; body: string }
  | { kind: 'remove_comment'; pull: number; id: number }
  | {
      kind: 'check';
      /** Null on a commit of the default branch. */
      pull: number | null;
      head: string;
      name: string;
      /** Null while it is not known yet. Never neutral: GitHub lets that satisfy a required check. */
      conclusion: 'success' | 'failure' | 'action_required' | null;
      /** Since when the head waits for evidence: what a check run says of its start, so that the next look knows. */
      since: Date;
      title: string;
      summary: string;
      annotations: Annotation[];
      /** A check run that a person asked for anew: another takes its place, even to say the same. Null for none. */
      replaces: number | null;
    }
  /** Runs a whole run once more, with the privileges that it had. */
  | { kind: 'rerun'; pull: number; head: string; run: number; attempt: number }
  /** Tells a command's author that it was seen. */
  | {
      kind: 'react';
      pull: number;
      comment: number;
      content: '+1' | 'confused';
      /** The run that has to be run once more before; null where nothing has. */
      rerun: number | null;
    }
);

/** A remark on lines of a file of the head. */
export interface Annotation {
  path: string;
  line: number;
  level: 'notice' | 'warning' | 'failure';
  message: string;
}

export interface Plan {
  actions: Action[];
}
