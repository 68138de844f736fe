import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Evaluation } from '#registry/evidence/evaluation.ts';
import { decide } from '../../../bot/decide/decide.ts';
import type { Action } from '../../../bot/decide/plan.ts';
import type { Pull, Snapshot } from '../../../bot/snapshot/snapshot.ts';
import { comparisonOf } from '../../fixtures/evaluation.ts';
import { legality, snapshots } from './generated.ts';
import { after } from './github-after.ts';
import { expected } from './oracle.ts';
import { ago, now } from './snapshot.ts';

type Check = Extract<Action, { kind: 'check' }>;
const RUNS = 160;

function conclusions(snapshot: Snapshot): Map<string, Check['conclusion']> {
  const found = new Map<string, Check['conclusion']>();
  for (const action of decide(snapshot).actions) {
    if (action.kind !== 'check' || action.name !== 'tiltyard') continue;
    if (found.has(action.head)) throw new Error(`${action.head} has two required checks`);
    found.set(action.head, action.conclusion);
  }
  return found;
}

describe('decide, on generated repositories', () => {
  it('S10 gives every head the check that the promises ask for', () => {
    const seen = new Map<Check['conclusion'], number>();
    fc.assert(
      fc.property(snapshots, (snapshot) => {
        const found = conclusions(snapshot);
        const heads = new Set(snapshot.pulls.map(({ head }) => head.sha));
        expect([...found.keys()].sort()).toEqual([...heads].sort());
        for (const head of heads) {
          const conclusion = found.get(head) ?? null;
          expect(conclusion).toBe(expected(snapshot, head, legality));
          seen.set(conclusion, (seen.get(conclusion) ?? 0) + 1);
        }
      }),
      { numRuns: RUNS, seed: 7 },
    );
    // The generator reaches each of them often enough for this to mean something.
    for (const one of ['success', 'failure', 'action_required', null] as const)
      expect(seen.get(one)).toBeGreaterThan(RUNS / 40);
  });

  it('S14 has nothing left to do after what it did, in whatever order it learns of pull requests', () => {
    fc.assert(
      fc.property(snapshots, (snapshot) => {
        const done = after(snapshot, decide(snapshot));
        expect(decide(done).actions).toEqual([]);
        const reversed = decide({ ...snapshot, pulls: snapshot.pulls.toReversed() }).actions;
        const sorted = (actions: readonly Action[]) => actions.map((one) => JSON.stringify(one)).sort();
        expect(sorted(reversed)).toEqual(sorted(decide(snapshot).actions));
      }),
      { numRuns: RUNS, seed: 8 },
    );
  });

  it('S14 gets to the same end when only a part of a plan was carried out, however often', () => {
    const part = fc.array(fc.boolean(), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(snapshots, fc.array(part, { maxLength: 3 }), (snapshot, crashes) => {
        let crashed = snapshot;
        for (const kept of crashes) {
          const { actions } = decide(crashed);
          crashed = after(crashed, { actions: actions.filter((_, index) => kept[index % kept.length]) });
        }
        const clean = (one: Snapshot) => one.pulls.map(shown);
        expect(clean(after(crashed, decide(crashed)))).toEqual(clean(after(snapshot, decide(snapshot))));
      }),
      { numRuns: RUNS / 2, seed: 9 },
    );
  });

  it('S12 leaves one comment for each pull request and model, about its head', () => {
    fc.assert(
      fc.property(snapshots, snapshots, (first, second) => {
        let done = after(first, decide(first));
        // The same pull requests some time later, with other heads and evidence.
        const pulls = second.pulls.flatMap((pull, index) => {
          const earlier = done.pulls.at(index);
          return earlier === undefined ? [] : [{ ...pull, comments: earlier.comments, updatedAt: ago(1) }];
        });
        done = after({ ...second, pulls }, decide({ ...second, pulls }));
        for (const { comments, head } of done.pulls) {
          const bodies = comments.map(({ body }) => body);
          expect(bodies.length).toBeLessThanOrEqual(2);
          for (const { body } of decide({
            ...done,
            pulls: done.pulls.map((one) => ({ ...one, comments: [] })),
          }).actions.flatMap((action) => (action.kind === 'comment' && action.head === head.sha ? [action] : [])))
            expect(body).toContain(head.sha.slice(0, 7));
        }
      }),
      { numRuns: RUNS / 4, seed: 10 },
    );
  });

  it('S5 turns no check green by making something worse, missing or no number', () => {
    fc.assert(
      fc.property(snapshots, fc.nat(), fc.nat(), (snapshot, which, how) => {
        const before = conclusions(snapshot);
        const worse = { ...snapshot, pulls: snapshot.pulls.map((pull) => worsened(pull, which, how)) };
        for (const [head, conclusion] of conclusions(worse))
          if (conclusion === 'success') expect(before.get(head)).toBe('success');
      }),
      { numRuns: RUNS * 2, seed: 11 },
    );
  });

  it('S9 turns no check green by what a fork measured', () => {
    fc.assert(
      fc.property(snapshots, snapshots, (snapshot, other) => {
        const forks = snapshot.pulls.map((pull) => ({ ...pull, fork: true }));
        const runs = other.pulls.flatMap((pull) => pull.runs);
        const before = conclusions({ ...snapshot, pulls: forks });
        const after = conclusions({ ...snapshot, pulls: forks.map((pull) => ({ ...pull, runs })) });
        for (const [head, conclusion] of after) if (conclusion === 'success') expect(before.get(head)).toBe('success');
      }),
      { numRuns: RUNS / 2, seed: 12 },
    );
  });
});

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
