import type { PullRequest } from '#registry/github/pulls.ts';
import { listRuns, listRunsOf, type WorkflowRun } from '#registry/github/runs.ts';
import type { Artifacts } from './artifacts.ts';
import { readEvidence } from './evidence.ts';
import { readFailure } from './failure.ts';
import type { Source } from './memory.ts';
import type { Evidence, Run } from './snapshot.ts';

/** Runs that say something of a head: others check out something else, whatever commit they name. */
const EVENTS = ['pull_request', 'push', 'workflow_dispatch'];

/** Finds the runs of pull requests, with one list for all of them as far as that goes. */
export interface Runs {
  /** The runs of the workflow on a pull request's head, those that began last first. */
  of(pull: PullRequest, workflow: string): Promise<WorkflowRun[]>;
  /** The newest of them that the list has, in a word; null where it has none. */
  newest(pull: PullRequest, workflow: string): Promise<string | null>;
  /** Remembers how far back the next look has to list them; once what is new in them was dealt with. */
  remember(): Promise<void>;
}

/**
 * A job waits for a machine for a day at most, and runs for less on one of GitHub's
 * (https://docs.github.com/en/actions/reference/limits); in milliseconds.
 */
const LONGEST_RUN = 24 * 60 * 60_000;

/** @param oldest when the oldest open pull request was opened: what ran before is not looked for. */
export function findRuns(source: Source, oldest: Date, now: Date): Runs {
  const { github, key, memory, place } = source;
  const lists = new Map<string, ReturnType<typeof listRunsOf>>();
  const isYoung = (run: WorkflowRun) => now.getTime() - startOf(run).getTime() < LONGEST_RUN;

  function list(workflow: string) {
    const known = memory.oldRuns.get(key(workflow));
    const reaches = (runs: readonly WorkflowRun[]) =>
      runs.some(({ created_at, id }) => (known === undefined ? created_at < oldest : id <= known));
    const made = lists.get(workflow) ?? listRunsOf(github, place, workflow.split('/').at(-1) ?? '', reaches);
    lists.set(workflow, made);
    return made;
  }
  const inList = async (pull: PullRequest, workflow: string) =>
    newestFirst((await list(workflow)).items.filter((run) => isOn(run, pull, workflow)));

  return {
    async of(pull, workflow) {
      const found = await inList(pull, workflow);
      const { complete, items } = await list(workflow);
      // It may have begun before all that the list has.
      const mayBeOlder =
        items.every(({ created_at }) => created_at >= pull.created_at) || items.some((run) => isOfBranch(run, pull));
      if (found.length > 0 || complete || !mayBeOlder) return found;
      const all = await listRuns(github, place, pull.head.sha);
      return newestFirst(all.filter((run) => isOn(run, pull, workflow)));
    },
    async newest(pull, workflow) {
      const [run] = await inList(pull, workflow);
      return run === undefined ? null : stateOf(run);
    },
    async remember() {
      for (const [workflow, made] of lists) {
        const { items } = await made;
        const ids = items.map(({ id }) => id);
        const open = items.filter((run) => run.status !== 'completed' && isYoung(run)).map(({ id }) => id - 1);
        if (ids.length > 0) memory.oldRuns.set(key(workflow), Math.min(Math.max(...ids), ...open));
      }
    },
  };
}

/**
 * A run is one of ours only by its file's path, its commit, and the branch and repository of that: GitHub names no pull
 * request in the runs of forks.
 */
function isOn(run: WorkflowRun, { head }: PullRequest, workflow: string): boolean {
  return (
    run.head_sha === head.sha &&
    run.head_branch === head.ref &&
    (run.head_repository?.id ?? null) === (head.repo?.id ?? null) &&
    run.path.split('@')[0] === workflow &&
    EVENTS.includes(run.event)
  );
}

/** Runs that a pull request starts begin after it was opened; where its branch starts them, they may have begun before. */
const isOfBranch = ({ event, head_branch }: WorkflowRun, { base }: PullRequest) =>
  event !== 'pull_request' && EVENTS.includes(event) && head_branch !== base.ref;

/** A run that was started once more is newer than one that was made after it. */
function newestFirst(runs: WorkflowRun[]): WorkflowRun[] {
  return runs.sort((a, b) => startOf(b).getTime() - startOf(a).getTime() || b.id - a.id);
}

const startOf = ({ created_at, run_started_at }: WorkflowRun) => run_started_at ?? created_at;

/** What of a run matters, in a word: whether it waits or runs does not. */
export function stateOf({ conclusion, id, run_attempt, status }: WorkflowRun): string {
  return [id, run_attempt ?? 1, status === 'completed', conclusion].join(' ');
}

/** What is read of a run once it has completed. */
export interface Outcome {
  failure: Run['failure'];
  evidence: Evidence[];
  /** Of the evidence, unpacked. */
  bytes: number;
}

/** GitHub may list what a run left a little later, in milliseconds. */
const LATE = 10 * 60_000;

/** Whether what a run left is all that will ever come of it. What can't be read may only have come by halves. */
export function isFinal(run: Pick<Run, 'completed' | 'evidence'>, endedAt: Date, models: readonly string[], now: Date) {
  if (!run.completed) return false;
  const isRead = (model: string) => run.evidence.some((one) => one.model === model && one.evaluation !== null);
  return models.every(isRead) || now.getTime() - endedAt.getTime() > LATE;
}

const has = (evidence: readonly Evidence[], model: string) => evidence.some((one) => one.model === model);

interface OutcomeLook {
  source: Source;
  artifacts: Artifacts;
  now: Date;
}

/** Runs with what the newest uploaded for some models, or why it failed. */
export async function readRuns(
  look: OutcomeLook,
  runs: readonly WorkflowRun[],
  models: readonly string[],
): Promise<Run[]> {
  const [newest] = runs;
  const outcome = newest?.status === 'completed' ? await outcomeOf(look, newest, models) : null;
  return runs.map((run, index) => ({
    id: run.id,
    attempt: run.run_attempt ?? 1,
    completed: run.status === 'completed',
    conclusion: run.conclusion,
    startedAt: startOf(run),
    url: run.html_url,
    event: run.event,
    failure: index === 0 ? (outcome?.failure ?? null) : null,
    evidence: index === 0 ? (outcome?.evidence ?? []) : [],
  }));
}

async function outcomeOf(
  { artifacts, now, source }: OutcomeLook,
  run: WorkflowRun,
  models: readonly string[],
): Promise<Outcome> {
  const { github, key, memory, place } = source;
  const name = key(stateOf(run), ...models);
  const known = memory.outcomes.get(name);
  if (known !== undefined) return known;
  // Jobs that succeeded before are not repeated when the failed ones are: what they left counts once all is well.
  const since = run.conclusion === 'success' ? null : startOf(run);
  const left = await artifacts.of(run, models);
  const read = await readEvidence(source, { url: run.html_url, since }, models, left);
  const isFailed = run.conclusion !== 'success' && !models.every((model) => has(read.evidence, model));
  const outcome = { ...read, failure: isFailed ? await readFailure(github, place, run.id) : null };
  if (isFinal({ completed: true, evidence: read.evidence }, run.updated_at, models, now))
    memory.outcomes.set(name, outcome);
  return outcome;
}
