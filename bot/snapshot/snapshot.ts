import type { DataLock } from '#registry/data-lock.ts';
import type { Evaluation } from '#registry/evidence/evaluation.ts';
import type { Where } from '#registry/judge/context.ts';
import type { Model } from '#registry/model.ts';
import type { Settings } from '#registry/settings.ts';

/**
 * All that a decision needs to know of a repository, read in one look. It is data: `decide` reaches for nothing else.
 * Whatever could not be read says so in place of its value; nothing is left out silently.
 */
export interface Snapshot {
  now: Date;
  /** Who we are: the App (or, in starter mode, the workflow's token); comments and checks of others are not ours. */
  us: { app: number; login: string; starter: boolean };
  repository: { owner: string; repo: string; id: number; defaultBranch: string };
  pulls: Pull[];
}

/** What a branch says at one commit. */
export interface Tree {
  sha: string;
  settings: Settings;
  models: Record<string, ModelAt>;
}

/** models/<name>/ at one commit; `problem` says in a sentence why model.yaml can't be read. */
export type ModelAt =
  | { model: Model; where: Where; lock: DataLock | null; features: string | null; problem: null }
  | { model: null; problem: string };

export interface Person {
  login: string;
  id: number;
  type: string;
}

export interface Pull {
  number: number;
  author: Person;
  draft: boolean;
  title: string;
  head: { sha: string; branch: string; owner: string; repositoryId: number | null };
  base: { sha: string; branch: string };
  /** Its head lies in another repository (or in one that is gone). */
  fork: boolean;
  updatedAt: Date;
  /** Paths that differ between merge base and head; null where GitHub cut the list. */
  files: { path: string; status: 'added' | 'removed' | 'modified' | 'renamed' | 'other' }[] | null;
  /** The policy that decides. */
  atBase: Tree;
  /** The policy that the pull request proposes; it informs. */
  atHead: Tree;
  /** Runs of the policy's workflow on this head, newest first. */
  runs: Run[];
  comments: Comment[];
  /** Ours, on this head, newest of a name first. */
  checks: Check[];
}

/** One run of the workflow that `tiltyard.yaml` names. */
export interface Run {
  id: number;
  attempt: number;
  completed: boolean;
  conclusion: string | null;
  startedAt: Date;
  url: string;
  event: string;
  /** Where it failed, and its last lines. */
  failure: { job: string; step: string | null; lines: string[] } | null;
  evidence: Evidence[];
}

/** What a run uploaded for one model; hostile until it was parsed. */
export type Evidence = { model: string; url: string } & (
  | { evaluation: Evaluation; digest: string; problem: null }
  | { evaluation: null; digest: null; problem: string }
);

/** A comment on a pull request: one of ours, or one that gives us a command. */
export interface Comment {
  id: number;
  author: Person;
  /** The App that wrote it; null for a person. */
  app: number | null;
  body: string;
  createdAt: Date;
  updatedAt: Date;
}

export interface Check {
  id: number;
  name: string;
  app: number;
  status: string;
  conclusion: string | null;
  /** What we wrote there last: title and summary tell whether it must be written again. */
  title: string | null;
  summary: string | null;
  startedAt: Date | null;
}
