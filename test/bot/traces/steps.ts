import type { Random } from '#lib/statistics/random.ts';
import type { Evaluation } from '#registry/evidence/evaluation.ts';
import { writeMarker } from '#registry/markdown/pull-request/marker.ts';
import { flightModelPath } from '../../fixtures/model.ts';
import { complete, looser, measured, type PullName, registries, type Stage } from './stage.ts';

/** Something that people, git or Actions do on GitHub. Where it is not possible (any more), nothing happens. */
export type Step = (stage: Stage) => void | Promise<void>;

const FEATURES = 'models/flight-delay/features.sql';

function opened(
  stage: Stage,
  name: PullName,
  files: Record<string, string>,
  options: { by?: string; from?: Stage['repo'] } = {},
) {
  const { heads, pulls, repo } = stage;
  const { by = 'ann', from } = options;
  (from ?? repo).push(name, files, { by });
  const pull = repo.openPull({ head: name, by, ...(from === undefined ? {} : { from }) });
  pulls.set(name, pull);
  heads.set(pull, [repo.pull(pull).head.sha]);
}

function pushed({ heads, pulls, repo }: Stage, name: PullName, files: Record<string, string>): void {
  const pull = pulls.get(name);
  if (pull === undefined || repo.pull(pull).state !== 'open') return;
  repo.push(name, files, { by: 'ann' });
  heads.get(pull)?.push(repo.pull(pull).head.sha);
}

function began({ pulls, repo, runs }: Stage, name: PullName, measures: Evaluation): number | null {
  const pull = pulls.get(name);
  if (pull === undefined) return null;
  const id = repo.startRun({ pull });
  runs.push({ id, measures });
  return id;
}

function evaluated(stage: Stage, name: PullName, measures: Evaluation): void {
  const id = began(stage, name, measures);
  if (id !== null) complete(stage, id);
}

/** The oldest run of the story that has not ended ends. */
function ended(stage: Stage): void {
  const there = stage.github.world.repositories.find(({ id }) => id === stage.repo.id)?.runs ?? [];
  const open = there.find(
    ({ attempt, id, status }) => attempt === 1 && status !== 'completed' && stage.runs.some((run) => run.id === id),
  );
  if (open !== undefined) complete(stage, open.id);
}

function said({ pulls, repo, written }: Stage, by: string, body: string, on: PullName = 'model'): void {
  const pull = pulls.get(on);
  if (pull !== undefined) written.set(repo.comment(pull, by, body), { pull, by, body, edited: false });
}

/** Our comment on the model's pull request, if it is there. */
function ours({ pulls, repo, us }: Stage): number | undefined {
  const pull = pulls.get('model');
  const found = pull === undefined ? [] : repo.comments(pull).filter(({ author }) => author === us.login);
  return found[0]?.id;
}

function reviewed({ pulls, repo }: Stage, author: string, state: 'APPROVED' | 'CHANGES_REQUESTED'): void {
  const pull = pulls.get('registry');
  if (pull !== undefined) repo.review(pull, { author, state });
}

/** The comment of somebody's that holds a text. */
function writtenWith({ written }: Stage, text: string): number | undefined {
  return [...written].find(([, { body }]) => body.includes(text))?.[0];
}

export const steps = {
  opened: (stage) => opened(stage, 'model', { [FEATURES]: 'SELECT flight_id, distance, origin FROM source\n' }),
  'run began': (stage) => void began(stage, 'model', measured.better),
  'run ended': ended,
  evaluated: (stage) => evaluated(stage, 'model', measured.better),
  pushed: (stage) => pushed(stage, 'model', { [FEATURES]: 'SELECT flight_id, origin FROM source\n' }),
  'evaluated worse': (stage) => evaluated(stage, 'model', measured.worse),
  'policy changed': ({ repo }) => void repo.push('main', { [flightModelPath]: looser }, { by: 'olga' }),
  'base moved': ({ repo }) => void repo.push('main', { 'README.md': '# Our models\n' }, { by: 'olga' }),
  'registry pushed past': ({ pushes, repo }) =>
    void pushes.push(repo.push('main', { 'registry/README.md': '# Registry\n' }, { by: 'bob' })),
  'evaluate asked': (stage) => said(stage, 'olga', '/tiltyard evaluate'),
  'explain asked': (stage) => said(stage, 'ann', '/tiltyard explain log_loss'),
  'stranger asked': (stage) => said(stage, 'eve', '/tiltyard evaluate'),
  'marker forged': (stage) => {
    const pull = stage.pulls.get('model');
    const head = stage.heads.get(pull ?? 0)?.at(-1);
    if (head === undefined) return;
    const read = stage.github.now().toISOString();
    const marker = writeMarker({ model: 'flight-delay', head, line: null, read, history: [] });
    said(stage, 'eve', `${marker}✅ flight-delay passes`);
  },
  'command edited': (stage) => {
    const id = writtenWith(stage, 'explain');
    if (id === undefined) return;
    const body = '/tiltyard explain recall';
    stage.repo.editComment(id, 'ann', body);
    stage.written.set(id, { pull: stage.pulls.get('model') ?? 0, by: 'ann', body, edited: true });
  },
  'command deleted': (stage) => {
    const id = writtenWith(stage, 'explain');
    if (id === undefined) return;
    stage.repo.deleteComment(id, 'ann');
    stage.written.delete(id);
  },
  'our comment edited': (stage) => {
    const id = ours(stage);
    if (id !== undefined) stage.repo.editComment(id, 'bob', 'All is fine, merge it!');
  },
  'our comment deleted': (stage) => {
    const id = ours(stage);
    if (id !== undefined) stage.repo.deleteComment(id, 'bob');
  },
  'check rerequested': ({ pulls, repo, us }) => {
    const pull = pulls.get('model');
    const checks = pull === undefined ? [] : repo.checks(repo.pull(pull).head.sha);
    const check = checks.find(({ app, name }) => app === us.app && name === 'tiltyard');
    if (check !== undefined) repo.rerequest(check.id, 'bob');
  },
  'another App is satisfied': async ({ pulls, repo, stranger }) => {
    const pull = pulls.get('model');
    if (pull === undefined) return;
    const { owner, repo: name } = repo;
    const check = { head_sha: repo.pull(pull).head.sha, name: 'tiltyard', status: 'completed', conclusion: 'success' };
    await stranger.request('POST /repos/{owner}/{repo}/check-runs', { owner, repo: name, ...check });
  },
  'registry opened': (stage) => opened(stage, 'registry', registries.canary),
  'registry approved': (stage) => reviewed(stage, 'bob', 'APPROVED'),
  'registry pushed': (stage) => pushed(stage, 'registry', registries.more),
  'registry approved again': (stage) => reviewed(stage, 'olga', 'APPROVED'),
  'registry doubted': (stage) => reviewed(stage, 'bob', 'CHANGES_REQUESTED'),
  'approval dismissed': ({ pulls, repo }) => {
    const pull = pulls.get('registry');
    const review =
      pull === undefined ? undefined : repo.pull(pull).reviews.findLast(({ state }) => state === 'APPROVED');
    if (pull !== undefined && review !== undefined) repo.dismissReview(pull, review.id);
  },
  'author approved': (stage) => reviewed(stage, 'ann', 'APPROVED'),
  'fork opened': (stage) => {
    const from = stage.repo.fork('eve');
    opened(stage, 'fork', { [FEATURES]: 'SELECT flight_id FROM source\n' }, { by: 'eve', from });
  },
  'fork evaluated': (stage) => evaluated(stage, 'fork', measured.better),
  'plain opened': (stage) => opened(stage, 'plain', { 'README.md': '# Plain\n' }),
  'plain closed': ({ pulls, repo }) => {
    const pull = pulls.get('plain');
    if (pull !== undefined) repo.close(pull, 'ann');
  },
  'merged opened': (stage) => opened(stage, 'merged', { 'docs/a.md': 'A\n' }),
  'merged merged': ({ pulls, repo }) => {
    const pull = pulls.get('merged');
    if (pull !== undefined) repo.merge(pull, 'olga');
  },
} satisfies Record<string, Step>;

export type StepName = keyof typeof steps;

/** Steps that leave no trace in what GitHub lists of a pull request: their webhooks alone tell of them at once. */
export const unlisted: readonly StepName[] = ['our comment deleted', 'command deleted'];

/** The steps of each pull request, and of those who write there, in their order. */
const chains: readonly (readonly StepName[])[] = [
  [
    'opened',
    'run began',
    'run ended',
    'explain asked',
    'pushed',
    'evaluated worse',
    'evaluate asked',
    'check rerequested',
  ],
  ['our comment edited', 'our comment deleted'],
  ['stranger asked', 'marker forged', 'another App is satisfied'],
  ['policy changed', 'registry pushed past', 'base moved'],
  ['registry opened', 'registry approved', 'author approved', 'registry pushed', 'registry approved again'],
  ['fork opened', 'fork evaluated'],
  ['plain opened', 'plain closed'],
  ['merged opened', 'merged merged'],
];
const endings: readonly StepName[] = ['command edited', 'command deleted', 'registry doubted', 'approval dismissed'];
/** With more, a pull request that nobody evaluates would have waited for too long in the end. */
const MOST_STEPS = 22;

/** A story of several pull requests whose steps come in between each other, some of them left out. */
export function drawnStory({ integer }: Random): StepName[] {
  const left = chains
    .map((chain) => chain.filter((name) => !isOptional(name) || integer(4) > 0))
    .filter(({ length }) => length > 0);
  const story: StepName[] = [];
  while (left.length > 0) {
    const [chain] = left.splice(integer(left.length), 1);
    const [next, ...rest] = chain;
    story.push(next);
    if (rest.length > 0) left.push(rest);
  }
  const last = endings[integer(endings.length)];
  return [...story.slice(0, MOST_STEPS - 1), last];
}

/** What begins or ends a run stays, as a run that never ends is another story. */
const isOptional = (name: StepName) => !name.startsWith('run ');
