import type { DataLock } from '#registry/data-lock.ts';
import type { Evaluation } from '#registry/evidence/evaluation.ts';
import type { EvidenceFacts } from '#registry/fsck/evidence-facts.ts';
import type { Permission } from '#registry/github/permissions.ts';
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
  /** Open pull requests: of each head that is there, all. A look reads one head after another. */
  pulls: Pull[];
  /** What waits in merge queues; looked at after all heads. */
  queue: Queued[];
  /** What was pushed to the registry on the default branch without a pull request; looked at after all heads. */
  pushes: DirectPush[];
}

/** A push to the default branch, by no pull request, that changed `registry/`. */
export interface DirectPush {
  /** Where the branch was after it, and before. */
  sha: string;
  before: string;
  /** By GitHub's own account, whomever the commits name; and when it came there. */
  by: Person;
  at: Date;
  /** Whether it put aside what was there. */
  forced: boolean;
  /** What it changed: as a pull request from `before` to `sha` would. */
  registry: RegistryChange;
  /** Of `before`: who might have approved it. */
  settings: Settings;
  /** Ours, on `sha`. */
  checks: Check[];
}

/** A branch of a merge queue: the base as it would be with a pull request, and all before it in the queue, merged. */
export interface Queued {
  pull: number;
  base: string;
  /** Of the branch, where the queue demands our check. */
  sha: string;
  /** What lies there, at the base and at the pull request's head, of what we judge. */
  ours: Ours;
  oursAtBase: Ours;
  oursAtHead: Ours;
  /** Ours, on the branch and on the pull request's head. */
  checks: Check[];
  checksOfHead: Check[];
}

/** git's digests of models/, registry/ and tiltyard.yaml in one word; null where they can't be listed. */
export type Ours = string | null;

/** What a branch says at one commit. */
export interface Tree {
  sha: string;
  /** The defaults where there is no tiltyard.yaml, or none that can be read. */
  settings: Settings;
  /** Why tiltyard.yaml can't be read, or the commit's files can't be listed; null where they can. */
  problem: string | null;
  /** Those that the pull request touches, and that are there. */
  models: Record<string, ModelAt>;
  /**
   * The champion of each model by the registry of this commit. At base only, for touched models; where a model has none
   * (null), evidence is not held against it.
   */
  champions?: Record<string, { version: string; digest: string } | 'unreadable' | null>;
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
  /** Paths that differ between merge base and head, of what was renamed both; null where GitHub cut the list. */
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
  /** Those of `checks`, by id, that a person asked for anew. GitHub tells of it in a webhook and nowhere else. */
  rerequested: number[];
  /**
   * For each model whose parsed policy differs between base and head (`changedPolicies`): what was promoted last or is
   * quarantined, by the registry at base; what serves, then the newest versions first, of 20 at most. Evidence that is not
   * there any more, or can't be read, is left out.
   */
  promotions: Record<string, Promotion[]>;
  /** Null where it changes nothing under `registry/`, by the trees of merge base and head. */
  registry: RegistryChange | null;
  /** As GitHub lists them, oldest first. Read only where `registry` is not null. */
  reviews: Review[];
  /** Null where GitHub listed only a part (it ends at 250), or those of another head. Read only where `registry` is not null. */
  commits: PullCommit[] | null;
}

/** A version that is canary, or is or was champion, or is quarantined; with the evaluation that its manifest names. */
export interface Promotion {
  version: string;
  evaluation: Evaluation;
  /** Whether its artifact must not serve now. */
  quarantined: boolean;
}

/**
 * `registry/` at three commits. What merging would give is the base with the changes that the head made since the merge
 * base; so only the blobs of changed files need to be read at head, and at base those of the touched models' manifests
 * and channels.
 */
export interface RegistryChange {
  /** Every entry under `registry/` (and `registry` itself, should it be no folder), of all models. */
  atMergeBase: RegistryEntry[];
  atBase: RegistryEntry[];
  atHead: RegistryEntry[];
  /** Texts of manifests and channels.yaml, by blob: those of touched models at base, and changed ones at head. */
  texts: Record<string, string>;
  /** `evidenceFacts` of evidence files, by blob: the changed ones at head. */
  evidence: Record<string, EvidenceFacts>;
  /** Why it could not be read whole (GitHub cut a list, a file is too large), the end of a sentence; null where it was. */
  problem: string | null;
}

/** What a tree says of a path; by mode 120000 it is a link, by type `commit` a submodule. */
export interface RegistryEntry {
  path: string;
  blob: string;
  kind: 'file' | 'link' | 'submodule';
}

export interface Review {
  id: number;
  author: Person;
  state: string;
  /** The head that it was given on; null where GitHub does not say. */
  commit: string | null;
  submittedAt: Date;
  /** Asked for whoever approved; null where it was not asked. */
  permission: Permission | null;
}

/** A commit of a pull request. A person is null where GitHub knows no account for the address. */
export interface PullCommit {
  sha: string;
  author: Person | null;
  committer: Person | null;
  /** Whether GitHub proved its signature: without it, its author is whoever the committer wrote. */
  verified: boolean;
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
  /** What its author may do; asked only where `isCommand(body)` and we have not answered yet, else null. */
  permission: Permission | null;
  /** Our own reaction to it: `+1` says that we did as it asks, `confused` that we did not. Looked for only at commands. */
  answered: 'done' | 'refused' | null;
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
