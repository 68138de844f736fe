import fc from 'fast-check';
import type { Evaluation } from '#registry/evidence/evaluation.ts';
import { Settings } from '#registry/settings.ts';
import type { DirectPush, ModelAt, Pull, Run, Snapshot } from '../../../bot/snapshot/snapshot.ts';
import { comparisonOf, evaluationOf } from '../../fixtures/evaluation.ts';
import { flightModel, flightModelPath } from '../../fixtures/model.ts';
import { channelsFile, registered, registryChange } from './registry-folder.ts';
import { ago, alice, bob, bot, person, pullOf, runOf, sha, snapshotOf, treeOf } from './snapshot.ts';

const where = { path: flightModelPath, line: () => 23 };
const model = (max_loss: number): ModelAt => ({
  model: flightModel({
    primary: { metric: 'roc_auc', max_loss },
    guardrails: [{ metric: 'log_loss', max_loss: 0.125 }],
    slices: undefined,
  }),
  where,
  lock: null,
  features: 'SELECT 1',
  problem: null,
});
const modelAt = fc.constantFrom<(ModelAt | null)[]>(
  model(0.125),
  model(0.125),
  model(0),
  { model: null, problem: 'models/flight-delay/model.yaml:1:1: bad' },
  null,
);

export const evaluation: fc.Arbitrary<Evaluation> = fc
  .record({
    gain: fc.constantFrom(-0.25, 0, 0.25),
    loss: fc.constantFrom(-0.25, 0, 0.25),
    error: fc.constantFrom(0.01, 0.12),
    first: fc.nat({ max: 6 }),
    measured_at: fc.constantFrom(
      '2026-11-21T08:00:00Z',
      '2026-11-21T08:00:00Z',
      '2026-11-21T09:01:59Z',
      '2026-11-21T09:03:00Z',
    ),
  })
  .map(({ error, first, gain, loss, measured_at }) => {
    const made = evaluationOf();
    return {
      ...made,
      ...(first === 0 ? { champion: null } : {}),
      comparisons: [comparisonOf('roc_auc', 0.5, 0.5 + gain, error), comparisonOf('log_loss', 0.5, 0.5 + loss, error)],
      slices: [],
      slice_columns: [],
      timing: { ...made.timing, measured_at },
    };
  });

const evidence: fc.Arbitrary<Run['evidence']> = fc.oneof(
  { weight: 4, arbitrary: evaluation.map((found) => runOf({}, found).evidence) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Run['evidence'][]>(
      [],
      [{ model: 'flight-delay', url: 'https://x/', evaluation: null, digest: null, problem: 'it is no JSON' }],
    ),
  },
);
const run: fc.Arbitrary<Run> = fc
  .record({
    completed: fc.constantFrom(true, true, true, false),
    minutes: fc.constantFrom(5, 90),
    evidence,
    conclusion: fc.constantFrom('success', 'failure', 'skipped', 'cancelled', 'action_required'),
  })
  .map(({ completed, conclusion, evidence: found, minutes }) =>
    runOf({
      completed,
      conclusion: completed ? conclusion : null,
      startedAt: ago(minutes),
      evidence: completed ? found : [],
    }),
  );

const base = { ...registered(['1.0.0', '1.1.0']), ...channelsFile({ champion: '1.0.0' }) };
const heads = {
  legal: { ...base, ...channelsFile({ champion: '1.0.0', canary: { version: '1.1.0', traffic: 5 } }) },
  illegal: { ...base, ...channelsFile({ champion: '1.1.0' }) },
};
const registries = {
  none: null,
  legal: registryChange({ atBase: base, atHead: heads.legal }),
  illegal: registryChange({ atBase: base, atHead: heads.illegal }),
  unknown: registryChange({ atBase: base, atHead: heads.legal }, { problem: 'a file is too large' }),
};

/** What the generator knows of a change of the registry. */
export function legality({ registry }: Pull): 'legal' | 'illegal' | 'unknown' | null {
  if (registry === null) return null;
  if (registry.problem !== null) return 'unknown';
  return registry === registries.illegal ? 'illegal' : 'legal';
}

const people = [alice, bob, person('carol', 4), person('other[bot]', 8, 'Bot')];
const review = fc.record({
  author: fc.constantFrom(...people),
  state: fc.constantFrom('APPROVED', 'APPROVED', 'CHANGES_REQUESTED', 'COMMENTED'),
  commit: fc.constantFrom('head', 'head', 'other'),
  permission: fc.constantFrom('write' as const, 'write' as const, 'read' as const),
});

const paths = [
  'README.md',
  'models/flight-delay/features.sql',
  'models/flight-delay/features.sql',
  'tiltyard.yaml',
  'models/other/a',
];
const pull = fc
  .record({
    head: fc.constantFrom('1', '2'),
    branch: fc.constantFrom('main', 'main', 'release'),
    fork: fc.constantFrom(false, false, false, true),
    files: fc.option(fc.subarray(paths), { freq: 8, nil: null }),
    atBase: modelAt,
    atHead: modelAt,
    runs: fc.array(run, { maxLength: 2 }),
    updated: fc.constantFrom(5, 90),
    registry: fc.constantFrom(...(['none', 'none', 'legal', 'legal', 'illegal', 'unknown'] as const)),
    reviews: fc.array(review, { maxLength: 3 }),
    author: fc.constantFrom(null, alice, bob),
  })
  .map(({ atBase, atHead, author, branch, files, fork, head, registry, reviews, runs, updated }) => {
    const models = (at: ModelAt | null) => ({ models: at === null ? {} : { 'flight-delay': at } });
    return pullOf({
      head: { sha: sha(head), branch: 'better', owner: 'acme', repositoryId: 7 },
      base: { sha: sha('0'), branch },
      fork,
      files: files?.map((path) => ({ path, status: 'modified' as const })) ?? null,
      atBase: treeOf('0', models(atBase)),
      atHead: treeOf(head, models(atHead)),
      runs,
      updatedAt: ago(updated),
      registry: registries[registry],
      reviews: reviews.map((one, id) => ({
        ...one,
        id,
        commit: one.commit === 'head' ? sha(head) : sha('9'),
        submittedAt: ago(10 - id),
      })),
      commits: [{ sha: sha(head), author, committer: alice, verified: true }],
    });
  });

/** Some of their commits are heads of the pull requests as well. */
const push: fc.Arbitrary<DirectPush> = fc
  .record({
    digit: fc.constantFrom('1', '2', '3', '4'),
    registry: fc.constantFrom(registries.legal, registries.illegal, registries.unknown),
    by: fc.constantFrom(alice, bob, bot),
    forced: fc.boolean(),
  })
  .map(({ digit, ...one }) => {
    const known = { before: sha('0'), at: ago(20), settings: Settings.parse({}), checks: [] };
    return { ...one, ...known, sha: sha(digit) };
  });

/** Repositories with up to three open pull requests, some of which have one head, and up to two pushes to the registry. */
export const snapshots: fc.Arbitrary<Snapshot> = fc
  .tuple(
    fc.array(pull, { minLength: 1, maxLength: 3 }),
    fc.uniqueArray(push, { maxLength: 2, selector: (one) => one.sha }),
  )
  .map(([pulls, pushes]) => {
    const numbered = pulls.map((one, index) => ({ ...one, number: 10 + index }));
    return snapshotOf(numbered, { pushes });
  });
