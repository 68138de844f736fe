import type { NewArtifact } from './artifacts.ts';
import type { NewReview } from './reviews.ts';
import type { Artifact, CheckRun, Comment, Job, Protection, Pull, Role, Status } from './state.ts';

export interface NewRepository {
  /** The files of the first commit. */
  files?: Record<string, string | Uint8Array>;
  defaultBranch?: string;
  private?: boolean;
  by?: string;
}

/** A commit on a branch: files with their new content, null for those that go. */
export interface Push {
  by?: string;
  message?: string;
  /** Where a new branch starts (the default branch otherwise), or, with `force`, what the commit replaces the branch by. */
  from?: string;
  force?: boolean;
  /** Whose name the commit bears, if not that of whoever pushes. */
  author?: string;
}

export interface StartRun {
  pull?: number;
  branch?: string;
  sha?: string;
  event?: string;
  path?: string;
  by?: string;
  /** Where the head lies, if not here. */
  from?: Repo;
}

export interface EndRun {
  conclusion?: string;
  artifacts?: NewArtifact[];
  jobs?: (Partial<Job> & { name: string })[];
}

/** A repository as people, workflows and git see it. Ids and numbers stand for what was made. */
export interface Repo {
  id: number;
  owner: string;
  repo: string;
  /** `models/shop/model.yaml` → content, on a branch or at a commit. */
  files(at?: string): Record<string, string>;
  head(branch?: string): string;
  push(branch: string, changes: Record<string, string | Uint8Array | null>, options?: Push): string;
  deleteBranch(branch: string, by?: string): void;
  fork(owner: string): Repo;
  /** Deletes a repository; pull requests from it lose the repository of their head. */
  delete(): void;
  setRole(login: string, role: Role): void;
  protect(branch: string, protection: Partial<Protection>): void;
  archive(archived?: boolean): void;
  openPull(wanted: {
    head: string;
    base?: string;
    by: string;
    title?: string;
    body?: string;
    from?: Repo;
    draft?: boolean;
  }): number;
  pull(number: number): Pull;
  close(number: number, by: string): void;
  /** A draft is one no more. */
  ready(number: number, by: string): void;
  /** Merges as a person does who presses the button, required checks and all. */
  merge(number: number, by: string): string;
  review(number: number, review: NewReview): number;
  dismissReview(number: number, review: number): void;
  comment(number: number, by: string, body: string): number;
  editComment(id: number, by: string, body: string): void;
  deleteComment(id: number, by: string): void;
  comments(number: number): Comment[];
  /** The newest of each name of each App on a commit. */
  checks(sha: string): CheckRun[];
  /** Where the check suite of an App on a commit is. */
  suite(app: number, sha: string): Status;
  rerequest(check: number, by: string): void;
  startRun(wanted: StartRun): number;
  completeRun(run: number, ending?: EndRun): void;
  jobs(run: number): Job[];
  artifacts(run: number): Artifact[];
}

/** Where the workflow lies whose evidence counts, unless `tiltyard.yaml` says otherwise. */
export const WORKFLOW = '.github/workflows/tiltyard.yml';
