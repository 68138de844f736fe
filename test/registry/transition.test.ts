import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { channelProblems } from '#registry/channel-rules.ts';
import type { Channels } from '#registry/channels.ts';
import { applyMove, type Move } from '#registry/moves.ts';
import { transitionOf } from '#registry/transition.ts';
import {
  channels,
  context,
  digestOf,
  likelyMoves,
  likelyWalk,
  REGISTERED,
  TODAY,
  TWINS,
  UNKNOWN,
  VERSIONS,
  YESTERDAY,
} from '../fixtures/moves.ts';

const before = channels({
  champion: '1.2.0',
  canary: { version: '1.3.0', traffic: 5 },
  retired: ['1.1.0'],
  quarantined: [{ version: '1.0.0', digest: digestOf('a'), reason: 'slow' }],
});
const bad = (version: string, letter: string, reason = 'wrong') => ({ version, digest: digestOf(letter), reason });
const lift = { ...bad('1.0.0', 'a', 'mended'), expires: '2026-12-31' };

describe('transitionOf', () => {
  it.each<[string, Partial<Channels>, Move[]]>([
    ['nothing', {}, []],
    ['another order', { retired: ['1.1.0'] }, []],
    ['a withdrawn canary', { canary: null }, [{ kind: 'withdraw' }]],
    [
      'another canary',
      { canary: { version: '2.0.0', traffic: 25 } },
      [{ kind: 'withdraw' }, { kind: 'canary', version: '2.0.0', traffic: 25 }],
    ],
    [
      'a promotion with the next canary, and a quarantine',
      {
        champion: '1.3.0',
        canary: { version: '2.0.0', traffic: 5 },
        retired: ['1.2.0'],
        quarantined: [...before.quarantined, bad('1.1.0', 'b')],
      },
      [
        { kind: 'promote', version: '1.3.0', quarantine: null },
        { kind: 'quarantine', version: '1.1.0', reason: 'wrong' },
        { kind: 'canary', version: '2.0.0', traffic: 5 },
      ],
    ],
    [
      'a rollback that quarantines champion and canary',
      {
        champion: '1.1.0',
        canary: null,
        retired: [],
        quarantined: [bad('1.3.0', 'd'), ...before.quarantined, bad('1.2.0', 'c', 'leaks')],
      },
      [
        { kind: 'rollback', to: '1.1.0', quarantine: 'leaks' },
        { kind: 'quarantine', version: '1.3.0', reason: 'wrong' },
      ],
    ],
    [
      'an override',
      { overrides: [lift] },
      [{ kind: 'override', version: '1.0.0', reason: 'mended', expires: '2026-12-31' }],
    ],
  ])('finds %s', (_, edit, moves) => {
    expect(transitionOf(before, { ...before, ...edit }, context())).toEqual({ moves, problems: [] });
  });

  it.each<[string, Partial<Channels>, string[]]>([
    [
      'registered → champion',
      { champion: '2.0.0', retired: ['1.1.0', '1.2.0'] },
      [
        '2.0.0 → champion is no legal move: 2.0.0 is not the canary, and only the first version becomes champion without having been it.',
      ],
    ],
    [
      'champion → registered',
      { champion: '1.3.0', canary: null },
      ['1.2.0 is no longer retired, though it was not rolled back to.'],
    ],
    [
      'champion → nothing',
      { champion: null, canary: null, retired: [] },
      [
        'The champion 1.2.0 is gone, and none follows.',
        '1.1.0 is no longer retired, though it was not rolled back to.',
      ],
    ],
    ['retired → registered', { retired: [] }, ['1.1.0 is no longer retired, though it was not rolled back to.']],
    ['registered → retired', { retired: ['1.1.0', '2.0.0'] }, ['2.0.0 is retired, though it was not champion before.']],
    [
      'retired → canary',
      { canary: { version: '1.1.0', traffic: 5 }, retired: [] },
      ['1.1.0 → canary 5 % is no legal move: 1.1.0 is retired, and comes back only by a rollback.'],
    ],
    [
      'champion → canary',
      { champion: '1.3.0', canary: { version: '1.2.0', traffic: 5 } },
      ['1.2.0 → canary 5 % is no legal move: 1.2.0 is retired, and comes back only by a rollback.'],
    ],
    [
      'quarantined → registered',
      { quarantined: [] },
      ['The quarantine of 1.0.0 is gone; an override lifts it, and both stay written.'],
    ],
    [
      'quarantined with other words',
      { quarantined: [bad('1.0.0', 'a', 'fast')] },
      ['The quarantine of 1.0.0 is written anew.'],
    ],
    [
      'quarantined → canary at once',
      { canary: { version: '1.0.0', traffic: 5 }, overrides: [lift] },
      ['1.0.0 → canary 5 % is no legal move: 1.0.0 is quarantined: “slow”.'],
    ],
    [
      'retired → quarantined → registered at once',
      {
        retired: [],
        quarantined: [...before.quarantined, bad('1.1.0', 'b')],
        overrides: [{ ...lift, ...bad('1.1.0', 'b') }],
      },
      ['1.1.0 → registered until 2026-12-31 (“wrong”) is no legal move: the same edit quarantines it.'],
    ],
    [
      'an override that is over',
      { overrides: [{ ...lift, expires: YESTERDAY }] },
      [
        `1.0.0 → registered until ${YESTERDAY} (“mended”) is no legal move: an override until ${YESTERDAY} is over before it begins: today is ${TODAY}.`,
      ],
    ],
    [
      'a version that nobody registered',
      { canary: { version: UNKNOWN, traffic: 5 } },
      ['The canary 9.9.9 is not registered.'],
    ],
    [
      'an illegal state',
      { canary: { version: '1.0.0', traffic: 5 }, retired: ['1.2.0'] },
      ['The canary 1.0.0 is quarantined.', 'The retired version 1.2.0 is the champion already.'],
    ],
  ])('names %s as illegal', (_, edit, problems) => {
    expect(transitionOf(before, { ...before, ...edit }, context()).problems).toEqual(problems);
  });

  it('tells no moves from an illegal state', () => {
    const { moves, problems } = transitionOf({ ...before, retired: ['1.2.0'] }, before, context());
    expect(moves).toEqual([]);
    expect(problems.join()).toContain('begins from an illegal state');
  });

  it('does not let an override go, but by quarantining again', () => {
    const lifted = { ...before, overrides: [lift] };
    expect(transitionOf(lifted, before, context())).toEqual({
      moves: [{ kind: 'quarantine', version: '1.0.0', reason: 'slow' }],
      problems: [],
    });
    const two = { ...lifted, canary: { version: '1.0.0', traffic: 5 } };
    expect(transitionOf(two, { ...two, overrides: [] }, context()).problems).toEqual([
      'The canary 1.0.0 is quarantined.',
    ]);
  });
});

/** Where a version stands, by the words. */
function place(state: Channels, version: string): string {
  if (state.champion === version) return 'champion';
  if (state.canary?.version === version) return 'canary';
  if (state.retired.includes(version)) return 'retired';
  const digest = REGISTERED.get(version);
  const listed = state.quarantined.some((one) => one.digest === digest);
  return listed && !state.overrides.some((one) => one.digest === digest) ? 'quarantined' : 'registered';
}

/** The legal moves as a table: an independent statement of what the product decides by making moves. */
function isLegal(from: Channels, to: Channels): boolean {
  if (channelProblems(to, REGISTERED).length > 0) return false;
  if (from.champion !== null && to.champion === null) return false;
  const edges = VERSIONS.map((version) => `${place(from, version)} → ${place(to, version)}`);
  const allowed = [
    'registered → canary',
    'canary → champion',
    'canary → registered',
    'champion → retired',
    'retired → champion',
    'registered → quarantined',
    'canary → quarantined',
    'retired → quarantined',
    'champion → quarantined',
    'quarantined → registered',
    ...(from.champion === null ? ['registered → champion'] : []),
  ];
  const same = edges.every((edge) => allowed.includes(edge) || new Set(edge.split(' → ')).size === 1);
  const isIn = <T>(list: readonly T[], one: T) => list.some((other) => JSON.stringify(other) === JSON.stringify(one));
  const version = to.canary?.version;
  const moving = [
    ...(to.champion === from.champion ? [] : [to.champion]),
    ...(JSON.stringify(to.canary) === JSON.stringify(from.canary) ? [] : [version]),
  ];
  return (
    same &&
    // What is written stays written, unless the version was quarantined again.
    from.quarantined.every((one) => isIn(to.quarantined, one) || again(from, to, one.digest)) &&
    from.overrides.every(
      (one) => to.overrides.some((other) => other.digest === one.digest) || again(from, to, one.digest),
    ) &&
    to.overrides.every(
      (one) =>
        isIn(from.overrides, one) ||
        (one.expires >= TODAY && from.quarantined.some((other) => other.digest === one.digest)),
    ) &&
    moving.every((one) => {
      const digest = REGISTERED.get(one ?? '');
      const barred = from.quarantined.some((other) => other.digest === digest);
      return !barred || from.overrides.some((other) => other.digest === digest && other.expires >= TODAY);
    })
  );
}

const again = (from: Channels, to: Channels, digest: string) =>
  from.overrides.some((one) => one.digest === digest) &&
  !to.overrides.some((one) => one.digest === digest) &&
  to.quarantined.some((one) => one.digest === digest);

const version = fc.constantFrom(...VERSIONS);
const entry = version.map((number) => bad(number, REGISTERED.get(number)?.charAt(0) ?? ''));
const handEdit: fc.Arbitrary<(state: Channels) => Channels> = fc.oneof(
  fc.option(version).map((champion) => (state: Channels) => ({ ...state, champion })),
  fc
    .option(fc.record({ version, traffic: fc.constantFrom(5, 50) }))
    .map((canary) => (state: Channels) => ({ ...state, canary })),
  fc.uniqueArray(version, { maxLength: 3 }).map((retired) => (state: Channels) => ({ ...state, retired })),
  version.map((one) => (state: Channels) => ({ ...state, retired: [...state.retired, one] })),
  version.map((one) => (state: Channels) => ({ ...state, retired: state.retired.filter((other) => other !== one) })),
  entry.map((one) => (state: Channels) => ({ ...state, quarantined: [...state.quarantined, one] })),
  fc.nat(3).map((k) => (state: Channels) => ({ ...state, quarantined: state.quarantined.filter((_, i) => i !== k) })),
  fc.tuple(entry, fc.constantFrom(YESTERDAY, TODAY, '2027-01-01')).map(([one, expires]) => (state: Channels) => ({
    ...state,
    overrides: [...state.overrides, { ...one, expires }],
  })),
  fc.nat(3).map((k) => (state: Channels) => ({ ...state, overrides: state.overrides.filter((_, i) => i !== k) })),
);

describe('properties of transitions', () => {
  it.each([
    ['versions of their own', REGISTERED],
    ['two numbers for one artifact', TWINS],
  ])('each move that is applied is found and legal: %s', (_, registered) => {
    fc.assert(
      fc.property(likelyMoves, (choices) => {
        for (const { before: from, after } of likelyWalk(choices, context(registered))) {
          const { moves, problems } = transitionOf(from, after, context(registered));
          expect(problems).toEqual([]);
          // One move, and making it leads to the same place.
          expect(moves.length).toBeLessThanOrEqual(1);
          const [move] = moves;
          const made = move === undefined ? null : applyMove(from, move, context(registered));
          expect(made).toEqual(move === undefined ? null : { kind: 'moved', channels: after });
        }
      }),
      { numRuns: 150 },
    );
  });

  it('S11 an edit by hand is legal exactly where the table of moves has each of its steps', () => {
    const counts = { legal: 0, illegal: 0 };
    fc.assert(
      fc.property(likelyMoves, fc.array(handEdit, { minLength: 1, maxLength: 4 }), (choices, edits) => {
        const from = likelyWalk(choices, context()).at(-1)?.after ?? channels();
        const to = edits.reduce((state, edit) => edit(state), from);
        const { problems } = transitionOf(from, to, context());
        const legal = isLegal(from, to);
        expect({ from, to, problems, legal: problems.length === 0 }).toEqual({ from, to, problems, legal });
        counts[legal ? 'legal' : 'illegal']++;
      }),
      { numRuns: 2000 },
    );
    expect(Math.min(counts.legal, counts.illegal)).toBeGreaterThan(100);
  });

  it('S11 several moves in one edit are legal where each moves another version', () => {
    fc.assert(
      fc.property(likelyMoves, fc.integer({ min: 2, max: 3 }), (choices, span) => {
        const steps = likelyWalk(choices, context());
        for (let k = 0; k + span <= steps.length; k++) {
          const [from, to] = [steps[k]?.before ?? channels(), steps[k + span - 1]?.after ?? channels()];
          const { problems } = transitionOf(from, to, context());
          expect({ from, to, problems, legal: problems.length === 0 }).toEqual({
            from,
            to,
            problems,
            legal: isLegal(from, to),
          });
        }
      }),
      { numRuns: 200 },
    );
  });
});
