import type { Evaluation } from '#registry/evidence/evaluation.ts';
import { parseModel } from '#registry/parse-model.ts';
import { Settings } from '#registry/settings.ts';
import type { Comment, ModelAt, Person, Pull, Run, Snapshot, Tree } from '../../../bot/snapshot/snapshot.ts';
import { evaluationOf } from '../../fixtures/evaluation.ts';
import { flightModelPath, flightModelText } from '../../fixtures/model.ts';

export const APP = 4711;
export const now = new Date('2026-11-21T09:00:00Z');
/** Minutes before `now`. */
export const ago = (minutes: number) => new Date(now.getTime() - minutes * 60_000);
/** A commit's sha out of one digit. */
export const sha = (digit: string) => digit.repeat(40);
export const person = (login: string, id: number, type = 'User'): Person => ({ login, id, type });
export const alice = person('alice', 1);
export const bob = person('bob', 2);
export const eve = person('eve', 3);
export const bot = person('tiltyard[bot]', 99, 'Bot');

/** models/flight-delay, with parts of its text replaced. */
export function modelAt(...edits: [from: string, to: string][]): ModelAt {
  const text = edits.reduce((before, [from, to]) => {
    if (!before.includes(from)) throw new Error(`the model has no ${from}`);
    return before.replace(from, to);
  }, flightModelText);
  return { ...parseModel(text, flightModelPath), lock: null, features: 'SELECT 1', problem: null };
}

export function treeOf(digit: string, edits: Partial<Tree> = {}): Tree {
  return {
    sha: sha(digit),
    settings: Settings.parse({}),
    problem: null,
    models: { 'flight-delay': modelAt() },
    ...edits,
  };
}

export function runOf(edits: Partial<Run> = {}, evaluation: Evaluation = evaluationOf()): Run {
  const url = 'https://github.com/acme/flights/actions/runs/17';
  return {
    id: 17,
    attempt: 1,
    completed: true,
    conclusion: 'success',
    startedAt: ago(30),
    url,
    event: 'pull_request',
    failure: null,
    evidence: [{ model: 'flight-delay', url: `${url}/artifacts/5`, evaluation, digest: 'd'.repeat(64), problem: null }],
    ...edits,
  };
}

export function commentOf(body: string, edits: Partial<Comment> = {}): Comment {
  return {
    id: 1000,
    author: alice,
    app: null,
    body,
    createdAt: ago(10),
    updatedAt: edits.createdAt ?? ago(10),
    permission: null,
    answered: null,
    ...edits,
  };
}

/** A pull request of Alice's that changes features.sql of flight-delay, evaluated and passing. */
export function pullOf(edits: Partial<Pull> = {}): Pull {
  return {
    number: 12,
    author: alice,
    draft: false,
    title: 'Better features',
    head: { sha: sha('1'), branch: 'better', owner: 'acme', repositoryId: 7 },
    base: { sha: sha('0'), branch: 'main' },
    fork: false,
    updatedAt: ago(40),
    files: [{ path: 'models/flight-delay/features.sql', status: 'modified' }],
    atBase: treeOf('0'),
    atHead: treeOf('1'),
    runs: [runOf()],
    comments: [],
    checks: [],
    rerequested: [],
    promotions: {},
    registry: null,
    reviews: [],
    commits: [],
    ...edits,
  };
}

export function snapshotOf(pulls: Pull[], edits: Partial<Snapshot> = {}): Snapshot {
  return {
    now,
    us: { app: APP, login: 'tiltyard[bot]', starter: false },
    repository: { owner: 'acme', repo: 'flights', id: 7, defaultBranch: 'main' },
    pulls,
    queue: [],
    pushes: [],
    ...edits,
  };
}
