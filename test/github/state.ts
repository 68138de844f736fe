import type { Objects } from './git.ts';

/**
 * Everything that the double knows, as plain data: what GitHub keeps in its database. Routes and tests change it; two
 * runs that ought to end alike are compared by it.
 */
export interface World {
  /** GitHub's clock. Every request moves it on. */
  now: Date;
  lastId: number;
  objects: Objects;
  accounts: Map<string, Account>;
  apps: App[];
  repositories: Repository[];
  /** What GitHub has sent, or tried to. */
  deliveries: Delivery[];
  /** Those that were given out over HTTP. */
  tokens: Map<string, { actor: Actor; expires: Date }>;
}

export interface Account {
  id: number;
  login: string;
  type: 'User' | 'Organization' | 'Bot';
}

export type Level = 'read' | 'write';
/** As `app.yml` and a workflow's `permissions` name them: `{ checks: 'write', contents: 'read' }`. */
export type Permissions = Partial<Record<string, Level>>;

export interface App {
  id: number;
  slug: string;
  owner: string;
  permissions: Permissions;
  events: string[];
  installations: Installation[];
  createdAt: Date;
}

export interface Installation {
  id: number;
  account: string;
  suspendedAt: Date | null;
  createdAt: Date;
}

/** Who sends a request. */
export type Actor =
  | { kind: 'app'; app: number; permissions: Permissions; installation: number }
  /** `GITHUB_TOKEN` of a workflow's job. */
  | { kind: 'token'; repository: number; permissions: Permissions }
  | { kind: 'person'; login: string }
  /** An App itself, by its JWT: it can ask for its installations and for tokens, nothing else. */
  | { kind: 'jwt'; app: number };

export type Role = 'none' | 'read' | 'triage' | 'write' | 'maintain' | 'admin';

export interface Repository {
  id: number;
  owner: string;
  name: string;
  private: boolean;
  archived: boolean;
  defaultBranch: string;
  /** The repository that this one was forked from. */
  parent: number | null;
  /** `refs/heads/main` → commit. */
  refs: Map<string, string>;
  collaborators: Map<string, Role>;
  protection: Map<string, Protection>;
  lastNumber: number;
  pulls: Pull[];
  comments: Comment[];
  checks: CheckRun[];
  /** Check suites that were set back, and of which no run has ended since: `suiteKey`. */
  resetSuites: Set<string>;
  runs: Run[];
  artifacts: Artifact[];
  /** Oldest first. */
  activities: Activity[];
  createdAt: Date;
}

/** What became of a branch, as GitHub keeps it beside git. */
export interface Activity {
  id: number;
  type: 'push' | 'force_push' | 'branch_creation' | 'branch_deletion' | 'pr_merge' | 'merge_queue_merge';
  ref: string;
  before: string | null;
  after: string | null;
  by: string;
  at: Date;
}

/** What a branch asks of a merge. */
export interface Protection {
  /** Names of checks, and the App that must have made each; null for any. */
  checks: { name: string; app: number | null }[];
  approvals: number;
}

export interface Pull {
  id: number;
  number: number;
  title: string;
  body: string | null;
  author: string;
  draft: boolean;
  state: 'open' | 'closed';
  /** The head's repository; null once that was deleted. */
  head: { repository: number | null; owner: string; ref: string; sha: string };
  base: { ref: string; sha: string };
  createdAt: Date;
  updatedAt: Date;
  closedAt: Date | null;
  mergedAt: Date | null;
  mergedBy: string | null;
  mergeCommit: string | null;
  /** Head and base for which GitHub has found out whether it can be merged. */
  mergeableFor: string | null;
  reviews: Review[];
}

export interface Review {
  id: number;
  author: string;
  state: 'APPROVED' | 'CHANGES_REQUESTED' | 'COMMENTED' | 'DISMISSED' | 'PENDING';
  body: string;
  commit: string;
  submittedAt: Date;
}

export interface Comment {
  id: number;
  issue: number;
  author: string;
  app: number | null;
  body: string;
  createdAt: Date;
  updatedAt: Date;
  reactions: Reaction[];
}

export interface Reaction {
  id: number;
  author: string;
  content: string;
  createdAt: Date;
}

export type Status = 'queued' | 'in_progress' | 'completed';

export interface CheckRun {
  id: number;
  app: number;
  sha: string;
  name: string;
  status: Status;
  conclusion: string | null;
  title: string | null;
  summary: string | null;
  text: string | null;
  annotations: unknown[];
  externalId: string | null;
  detailsUrl: string | null;
  startedAt: Date;
  completedAt: Date | null;
}

export interface Run {
  id: number;
  number: number;
  attempt: number;
  path: string;
  event: string;
  sha: string;
  branch: string;
  /** The repository that the head lies in. */
  headRepository: number;
  actor: string;
  status: Status | 'pending' | 'requested' | 'waiting';
  conclusion: string | null;
  createdAt: Date;
  startedAt: Date;
  updatedAt: Date;
  jobs: Job[];
}

export interface Job {
  id: number;
  attempt: number;
  name: string;
  conclusion: string | null;
  steps: { name: string; conclusion: string | null }[];
  /** Null where GitHub has none (any more). */
  log: string | null;
  startedAt: Date;
}

export interface Artifact {
  id: number;
  run: number;
  name: string;
  zip: Uint8Array<ArrayBuffer>;
  /** What GitHub says of its size. */
  size: number;
  expired: boolean;
  createdAt: Date;
}

/** A webhook: an App's server should have got it. */
export interface Delivery {
  id: string;
  app: number;
  event: string;
  payload: Record<string, unknown>;
}

export const GITHUB = 'https://github.com';
export const API = 'https://api.github.com';

/** Answers of the API and webhooks' payloads. */
export type Json = Record<string, unknown>;

export function newId(world: World): number {
  world.lastId += 1;
  return world.lastId;
}

/** Ids of GraphQL, which every answer has as well. */
export const nodeId = (kind: string, id: number | string): string => Buffer.from(`${kind}:${id}`).toString('base64url');

/** As GitHub writes a time: whole seconds. */
export const isoSeconds = (date: Date): string => `${date.toISOString().slice(0, 19)}Z`;
export const isoOrNull = (date: Date | null): string | null => (date === null ? null : isoSeconds(date));
