import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Evaluation } from '#registry/evidence/evaluation.ts';
import { readMarker } from '#registry/markdown/pull-request/marker.ts';
import { decide } from '../../../bot/decide/decide.ts';
import type { Action } from '../../../bot/decide/plan.ts';
import type { Pull, Snapshot } from '../../../bot/snapshot/snapshot.ts';
import { comparisonOf } from '../../fixtures/evaluation.ts';
import { legality, snapshots } from './generated.ts';
import { after } from './github-after.ts';
import { expected } from './oracle.ts';
import { ago, now } from './snapshot.ts';

type Conclusion = Extract<Action, { kind: 'check' }>['conclusion'];

/** The required check's conclusion for each head. */
export function conclusions(snapshot: Snapshot): Map<string, Conclusion> {
  const found = new Map<string, Conclusion>();
  for (const action of decide(snapshot).actions) {
    if (action.kind !== 'check' || action.name !== 'tiltyard') continue;
    assert(!found.has(action.head), `${action.head} has two required checks`);
    found.set(action.head, action.conclusion);
  }
  return found;
}

const part = fc.array(fc.boolean(), { minLength: 1, maxLength: 12 });

/** What holds of every repository that the generator makes, by a name for a table. */
export const claims = {
  'S3–S12: every head has the check that the oracle asks for': fc.property(snapshots, (snapshot) => {
    const found = conclusions(snapshot);
    const heads = new Set(snapshot.pulls.map(({ head }) => head.sha));
    assert.deepEqual([...found.keys()].sort(), [...heads].sort());
    for (const head of heads) assert.equal(found.get(head), expected(snapshot, head, legality));
  }),

  'S14: nothing is left to do, and the order of pull requests is nothing': fc.property(snapshots, (snapshot) => {
    const { actions } = decide(snapshot);
    assert.deepEqual(decide(after(snapshot, { actions })).actions, []);
    const sorted = (some: readonly Action[]) => some.map((one) => JSON.stringify(one)).sort();
    assert.deepEqual(sorted(decide({ ...snapshot, pulls: snapshot.pulls.toReversed() }).actions), sorted(actions));
  }),

  'S14: plans of which only parts were carried out end in the same': fc.property(
    snapshots,
    fc.array(part, { maxLength: 3 }),
    (snapshot, crashes) => {
      let crashed = snapshot;
      for (const kept of crashes) {
        const { actions } = decide(crashed);
        crashed = after(crashed, { actions: actions.filter((_, index) => kept[index % kept.length]) });
      }
      const clean = (one: Snapshot) => one.pulls.map(shown);
      assert.deepEqual(clean(after(crashed, decide(crashed))), clean(after(snapshot, decide(snapshot))));
    },
  ),

  'S11: each push to the registry is told of on its commit, once': fc.property(snapshots, (snapshot) => {
    const { actions } = decide(snapshot);
    const told = actions.flatMap((one) =>
      one.kind === 'check' && one.name === 'tiltyard / direct push' ? [`${one.head} ${one.conclusion}`] : [],
    );
    const others = snapshot.pushes.filter(({ by }) => by.type !== 'Bot');
    assert.deepEqual(told.sort(), others.map(({ sha }) => `${sha} failure`).sort());
  }),

  'S12: one comment a pull request and model, about its head': fc.property(snapshots, snapshots, (first, second) => {
    let done = after(first, decide(first));
    // The same pull requests some time later, with other heads, files and evidence.
    const pulls = second.pulls.map((pull, index) => ({
      ...pull,
      comments: done.pulls.at(index)?.comments ?? [],
      updatedAt: ago(1),
    }));
    done = after({ ...second, pulls }, decide({ ...second, pulls }));
    for (const { comments, head } of done.pulls) {
      const models = comments.map(({ body }) => readMarker(body)?.model);
      assert.equal(new Set(models).size, models.length);
      for (const { body } of comments) assert.equal(readMarker(body)?.head, head.sha);
    }
  }),

  'S5: what is worse, missing or no number turns no check green': fc.property(
    snapshots,
    fc.nat(),
    fc.nat(),
    (snapshot, which, how) => {
      const before = conclusions(snapshot);
      const worse = { ...snapshot, pulls: snapshot.pulls.map((pull) => worsened(pull, which, how)) };
      for (const [head, conclusion] of conclusions(worse))
        if (conclusion === 'success') assert.equal(before.get(head), 'success');
    },
  ),

  'S9: what a fork measured turns no check green': fc.property(snapshots, snapshots, (snapshot, other) => {
    const forks = snapshot.pulls.map((pull) => ({ ...pull, fork: true }));
    const runs = other.pulls.flatMap((pull) => pull.runs);
    const before = conclusions({ ...snapshot, pulls: forks });
    for (const [head, conclusion] of conclusions({ ...snapshot, pulls: forks.map((pull) => ({ ...pull, runs })) }))
      if (conclusion === 'success') assert.equal(before.get(head), 'success');
  }),
};

/** What GitHub shows of a pull request, in no order, and without the ids that depend on it. */
function shown({ checks, comments, number }: Pull) {
  return {
    number,
    comments: comments.map(({ body }) => body).sort(),
    checks: checks.map(({ conclusion, name, title }) => JSON.stringify([name, conclusion, title])).sort(),
  };
}

/** A pull request about which less is known, or something worse. */
function worsened(pull: Pull, which: number, how: number): Pull {
  const edits: ((one: Pull) => Pull)[] = [
    (one) => ({ ...one, runs: one.runs.map((run) => ({ ...run, evidence: [] })) }),
    (one) => ({ ...one, runs: [] }),
    (one) => ({ ...one, fork: true }),
    (one) => ({ ...one, reviews: [] }),
    (one) => ({ ...one, reviews: one.reviews.map((review) => ({ ...review, permission: 'read' as const })) }),
    (one) => ({ ...one, commits: null }),
    (one) => ({ ...one, registry: one.registry === null ? null : { ...one.registry, problem: 'it is gone' } }),
    (one) => measured(one, (evaluation) => broken(evaluation, how)),
    (one) => measured(one, (evaluation) => broken(evaluation, how)),
    (one) => measured(one, (evaluation) => broken(evaluation, how)),
    (one) => measured(one, lowered),
    (one) => measured(one, (evaluation) => ({ ...evaluation, champion: null })),
    (one) =>
      measured(one, (evaluation) => ({
        ...evaluation,
        timing: { ...evaluation.timing, measured_at: new Date(now.getTime() + 200_000).toISOString() },
      })),
  ];
  return edits[which % edits.length](pull);
}

function measured(pull: Pull, edit: (evaluation: Evaluation) => Evaluation): Pull {
  return {
    ...pull,
    runs: pull.runs.map((run) => ({
      ...run,
      evidence: run.evidence.map((one) =>
        one.evaluation === null ? one : { ...one, evaluation: edit(one.evaluation) },
      ),
    })),
  };
}

/** One number of a comparison is gone, or is none. */
function broken(evaluation: Evaluation, how: number): Evaluation {
  const copy = structuredClone(evaluation);
  const comparison = copy.comparisons[how % copy.comparisons.length];
  const values = [Number.NaN, null, undefined, Number.POSITIVE_INFINITY, '0.9'];
  const value = values[Math.floor(how / 7) % values.length];
  const keys = ['difference', 'interval', 'rows', 'clusters', 'not_finite', 'better', 'candidate', 'champion'];
  const key = keys[Math.floor(how / 3) % keys.length];
  if (key === 'candidate' || key === 'champion') Reflect.set(comparison[key] ?? {}, 'value', value);
  else if (key === 'interval' && comparison.interval !== null) Reflect.set(comparison.interval, how % 2, value);
  else Reflect.set(comparison, key, value);
  return copy;
}

/** The candidate is worse by every metric. */
function lowered(evaluation: Evaluation): Evaluation {
  const comparisons = evaluation.comparisons.map((one) => {
    const sign = one.better === 'higher' ? -1 : 1;
    const value = (one.candidate.value ?? 0) + sign * 0.125;
    return comparisonOf(one.metric, one.champion?.value ?? 0, value, one.standard_error ?? 0);
  });
  return { ...evaluation, comparisons };
}
