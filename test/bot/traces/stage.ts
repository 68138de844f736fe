import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Evaluation } from '#registry/evidence/evaluation.ts';
import { root } from '../../contract/source.ts';
import { comparisonOf, evaluationOf } from '../../fixtures/evaluation.ts';
import { flightModelPath, flightModelText } from '../../fixtures/model.ts';
import { createGitHub, type GitHubDouble } from '../../github/github.ts';
import type { Repo } from '../../github/repo.ts';
import type { Client } from '../../github/requests.ts';
import type { App } from '../../github/state.ts';
import { zipOf } from '../../github/zip.ts';
import { channelsFile, registered } from '../decide/registry-folder.ts';

/** The pull requests of a story. */
export type PullName = 'model' | 'registry' | 'fork' | 'plain' | 'merged';

/** A repository on the double with the bot installed, and what a story made of it so far. */
export interface Stage {
  github: GitHubDouble;
  repo: Repo;
  app: App;
  /** Who the bot is. */
  us: { app: number; login: string; starter: boolean };
  /** A client of another App, which may write checks. */
  stranger: Client;
  pulls: Map<PullName, number>;
  /** Every head that a pull request has had, by its number, in their order. */
  heads: Map<number, string[]>;
  /** Runs in the order in which the story began them, and what each measures however often it is run. */
  runs: { id: number; measures: Evaluation }[];
  /** What people wrote, by the id of the comment; what they deleted is not there any more. */
  written: Map<number, { pull: number; by: string; body: string; edited: boolean }>;
  /** Commits that somebody pushed to the registry on the default branch. */
  pushes: string[];
  /** When the story began. */
  began: Date;
}

/** The part of app.yml that says what the App may do and hears of: nothing more is sent to it, or taken from it. */
const Manifest = z.object({
  default_permissions: z.record(z.string(), z.enum(['read', 'write'])),
  default_events: z.array(z.string()),
});
const manifest = Manifest.parse(parse(readFileSync(`${root}app.yml`, 'utf8')));

/** The registry of another model, `shop`, of which a person moves the canary. */
const versions = registered(['1.0.0', '1.1.0']);
export const registries = {
  base: { ...versions, ...channelsFile({ champion: '1.0.0' }) },
  canary: channelsFile({ champion: '1.0.0', canary: { version: '1.1.0', traffic: 5 } }),
  more: channelsFile({ champion: '1.0.0', canary: { version: '1.1.0', traffic: 10 } }),
};

/** The flights' policy with slices of one column, and one that allows the loss of `measured.worse`. */
export const policy = flightModelText.replace('columns: [origin, distance_band]', 'columns: [origin]');
export const looser = policy.replace('{ metric: roc_auc, max_loss: 0.002 }', '{ metric: roc_auc, max_loss: 0.02 }');

const whole = evaluationOf();
const isOfOrigin = ({ column }: { column: string }) => column === 'origin';
const better = evaluationOf({
  comparisons: whole.comparisons.filter(({ slice }) => slice?.every(isOfOrigin) ?? true),
  slices: whole.slices.filter(({ key }) => key.every(isOfOrigin)),
  slice_columns: [['origin']],
});
/** What runs measure: the first passes either policy, the second the looser one alone. */
export const measured = {
  better,
  worse: {
    ...better,
    comparisons: better.comparisons.map((one) =>
      one.metric === 'roc_auc' && one.slice === null ? comparisonOf('roc_auc', 0.64, 0.63, 0.0021) : one,
    ),
  },
};
const zips = new Map(
  Object.values(measured).map((one) => [one, zipOf({ 'evaluation.json': JSON.stringify(one) })] as const),
);

export function createStage(): Stage {
  const github = createGitHub();
  const { default_events: events, default_permissions: permissions } = manifest;
  const app = github.createApp({ slug: 'tiltyard', permissions, events });
  github.install(app, 'acme');
  const other = github.createApp({ slug: 'other', permissions: { checks: 'write' }, events: [] });
  github.install(other, 'acme');
  const files = {
    [flightModelPath]: policy,
    'models/flight-delay/features.sql': 'SELECT flight_id, distance FROM source\n',
    'README.md': '# Models\n',
    ...registries.base,
  };
  const repo = github.createRepository('acme/models', { files, by: 'olga' });
  for (const login of ['ann', 'bob']) repo.setRole(login, 'write');
  github.account('eve');
  github.takeDeliveries();
  return {
    github,
    repo,
    app,
    us: { app: app.id, login: 'tiltyard[bot]', starter: false },
    stranger: github.asApp(other, 'acme'),
    pulls: new Map(),
    heads: new Map(),
    runs: [],
    written: new Map(),
    pushes: [],
    began: github.now(),
  };
}

/**
 * Moves the clock to some minutes after the beginning: commits bear its time, and two runs of a story are only compared
 * if theirs are the same.
 */
export function clockTo({ began, github }: Stage, minutes: number): void {
  const then = new Date(began.getTime() + minutes * 60_000);
  if (github.now() > then) throw new Error(`the bot took longer than the story: it is past ${then.toISOString()}`);
  github.world.now = then;
}

/** A run ends, with the evidence that it measures. */
export function complete({ repo, runs }: Stage, id: number): void {
  const measures = runs.find((one) => one.id === id)?.measures;
  const zip = measures === undefined ? undefined : zips.get(measures);
  if (zip === undefined) throw new Error(`run ${id} is not of this story`);
  repo.completeRun(id, { artifacts: [{ name: 'tiltyard-evaluation-flight-delay', zip }] });
}

/** Runs that the bot has started once more, and that Actions have not ended yet. */
export function openReruns({ github, repo, runs }: Stage): { id: number; startedAt: Date }[] {
  const known = github.world.repositories.find(({ id }) => id === repo.id)?.runs ?? [];
  return known.filter((run) => run.attempt > 1 && run.status !== 'completed' && runs.some(({ id }) => id === run.id));
}
