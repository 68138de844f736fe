import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { channelProblems } from '#registry/channel-rules.ts';
import { Channels, type Override, type Quarantined } from '#registry/channels.ts';
import { applyMove, type Move } from '#registry/moves.ts';
import {
  anyMove,
  channels,
  context,
  digestOf,
  likelyMoves,
  likelyWalk,
  REGISTERED,
  TODAY,
  TWINS,
  UNKNOWN,
  walk,
  YESTERDAY,
} from '../fixtures/moves.ts';

const quarantined = (version: string, letter: string, reason = 'slow'): Quarantined => ({
  version,
  digest: digestOf(letter),
  reason,
});
const override = (version: string, letter: string, expires = '2026-12-31'): Override => ({
  version,
  digest: digestOf(letter),
  reason: 'not its fault',
  expires,
});
const promote = (version: string, quarantine: string | null = null): Move => ({ kind: 'promote', version, quarantine });
const rollback = (to: string, quarantine: string | null = null): Move => ({ kind: 'rollback', to, quarantine });
const toCanary = (version: string, traffic = 5): Move => ({ kind: 'canary', version, traffic });
const quarantine = (version: string, reason = 'slow'): Move => ({ kind: 'quarantine', version, reason });
const letIn = (version: string, expires = '2026-12-31'): Move => ({
  kind: 'override',
  version,
  reason: 'not its fault',
  expires,
});

const running = channels({
  champion: '1.2.0',
  canary: { version: '1.3.0', traffic: 5 },
  retired: ['1.0.0', '1.1.0'],
});
const wounded = channels({
  champion: '1.2.0',
  canary: null,
  retired: ['1.0.0'],
  quarantined: [quarantined('1.1.0', 'b')],
});
const lifted = { ...wounded, overrides: [override('1.1.0', 'b')] };
const lapsed = { ...wounded, overrides: [override('1.1.0', 'b', YESTERDAY)] };

describe('applyMove', () => {
  it.each<[string, Channels, Move, Channels]>([
    ['none → champion', channels(), promote('1.0.0'), channels({ champion: '1.0.0' })],
    [
      'registered → canary',
      channels({ champion: '1.0.0' }),
      toCanary('1.1.0'),
      channels({ champion: '1.0.0', canary: { version: '1.1.0', traffic: 5 } }),
    ],
    ['canary → canary', running, toCanary('1.3.0', 50), { ...running, canary: { version: '1.3.0', traffic: 50 } }],
    ['canary → registered', running, { kind: 'withdraw' }, { ...running, canary: null }],
    [
      'canary → champion → retired',
      running,
      promote('1.3.0'),
      channels({ champion: '1.3.0', retired: ['1.0.0', '1.1.0', '1.2.0'] }),
    ],
    [
      'canary → champion → quarantined',
      running,
      promote('1.3.0', 'leaks'),
      channels({ champion: '1.3.0', retired: ['1.0.0', '1.1.0'], quarantined: [quarantined('1.2.0', 'c', 'leaks')] }),
    ],
    [
      'retired → champion → retired, the canary staying',
      running,
      rollback('1.1.0'),
      { ...running, champion: '1.1.0', retired: ['1.2.0', '1.0.0'] },
    ],
    [
      'retired → champion → quarantined',
      running,
      rollback('1.0.0', 'wrong'),
      { ...running, champion: '1.0.0', retired: ['1.1.0'], quarantined: [quarantined('1.2.0', 'c', 'wrong')] },
    ],
    [
      'registered → quarantined',
      running,
      quarantine('2.0.0'),
      { ...running, quarantined: [quarantined('2.0.0', 'e')] },
    ],
    [
      'canary → quarantined',
      running,
      quarantine('1.3.0'),
      { ...running, canary: null, quarantined: [quarantined('1.3.0', 'd')] },
    ],
    [
      'retired → quarantined',
      running,
      quarantine('1.0.0'),
      { ...running, retired: ['1.1.0'], quarantined: [quarantined('1.0.0', 'a')] },
    ],
    ['quarantined → registered', wounded, letIn('1.1.0'), lifted],
    [
      'an override until today',
      wounded,
      letIn('1.1.0', TODAY),
      { ...wounded, overrides: [override('1.1.0', 'b', TODAY)] },
    ],
    ['an override again', lapsed, letIn('1.1.0'), lifted],
    [
      'registered by override → canary',
      lifted,
      toCanary('1.1.0'),
      { ...lifted, canary: { version: '1.1.0', traffic: 5 } },
    ],
    [
      'registered by override → quarantined again',
      lifted,
      quarantine('1.1.0', 'it was'),
      { ...wounded, quarantined: [quarantined('1.1.0', 'b', 'it was')] },
    ],
    [
      'canary withdrawn after its override ended',
      { ...lapsed, canary: { version: '1.1.0', traffic: 5 } },
      { kind: 'withdraw' },
      lapsed,
    ],
  ])('%s', (_, before, move, after) => {
    expect(applyMove(before, move, context())).toEqual({ kind: 'moved', channels: after });
  });

  it.each<[string, Channels, Move, string]>([
    ['registered → champion', running, promote('2.0.0'), '2.0.0 is not the canary, and only the first version'],
    [
      'retired → champion by promotion',
      running,
      promote('1.1.0'),
      '1.1.0 is retired, and comes back only by a rollback',
    ],
    ['retired → canary', { ...running, canary: null }, toCanary('1.1.0'), 'comes back only by a rollback'],
    ['champion → canary', running, toCanary('1.2.0'), '1.2.0 is the champion already'],
    ['champion → champion', running, promote('1.2.0'), '1.2.0 is the champion already'],
    ['a second canary', running, toCanary('2.0.0'), '1.3.0 is the canary, and there is one at most'],
    ['the same traffic', running, toCanary('1.3.0', 5), '1.3.0 is the canary with 5 % already'],
    ['no traffic', running, toCanary('1.3.0', 0), 'canary.traffic'],
    ['more than all traffic', running, toCanary('1.3.0', 101), 'canary.traffic'],
    ['no number as traffic', running, toCanary('1.3.0', Number.NaN), 'canary.traffic'],
    ['a canary without champion', channels(), toCanary('1.0.0'), 'there is no champion that would serve the rest'],
    [
      'a first version that replaces something',
      channels(),
      promote('1.0.0', 'bad'),
      'there is no champion to quarantine',
    ],
    ['withdrawing nothing', wounded, { kind: 'withdraw' }, 'there is no canary to withdraw'],
    ['canary → champion by rollback', running, rollback('1.3.0'), '1.3.0 was never champion, or is it now'],
    ['champion → champion by rollback', running, rollback('1.2.0'), '1.2.0 was never champion, or is it now'],
    [
      'champion → quarantined alone',
      running,
      quarantine('1.2.0'),
      'can’t be quarantined without a successor'.replace('’', "'"),
    ],
    ['quarantined → quarantined', wounded, quarantine('1.1.0'), '1.1.0 is quarantined already: “slow”'],
    ['quarantined → canary', wounded, toCanary('1.1.0'), '1.1.0 is quarantined: “slow”'],
    ['quarantined → canary after the override', lapsed, toCanary('1.1.0'), `its override ended on ${YESTERDAY}`],
    [
      'more traffic after the override',
      { ...lapsed, canary: { version: '1.1.0', traffic: 5 } },
      toCanary('1.1.0', 50),
      '1.1.0 is quarantined',
    ],
    [
      'canary → champion after the override',
      { ...lapsed, canary: { version: '1.1.0', traffic: 5 } },
      promote('1.1.0'),
      '1.1.0 is quarantined',
    ],
    [
      'retired → champion after the override',
      { ...lapsed, retired: ['1.1.0'] },
      rollback('1.1.0'),
      '1.1.0 is quarantined',
    ],
    ['an override of nothing', running, letIn('1.0.0'), '1.0.0 is not quarantined'],
    ['an override in the past', wounded, letIn('1.1.0', YESTERDAY), `is over before it begins: today is ${TODAY}`],
    ['an override until no day', wounded, letIn('1.1.0', 'soon'), 'overrides.0.expires'],
    ['a quarantine without a word', running, quarantine('1.0.0', ''), 'quarantined.0.reason'],
    ['a version that nobody registered', running, quarantine(UNKNOWN), '9.9.9 is not registered'],
    ['a canary that nobody registered', { ...running, canary: null }, toCanary(UNKNOWN), '9.9.9 is not registered'],
    ['a first version that nobody registered', channels(), promote(UNKNOWN), '9.9.9 is not registered'],
    [
      'any move from an illegal state',
      { ...running, retired: [UNKNOWN] },
      { kind: 'withdraw' },
      'illegal state: the retired version 9.9.9',
    ],
  ])('refuses %s', (_, before, move, reason) => {
    expect(applyMove(before, move, context())).toEqual({
      kind: 'refused',
      reason: expect.stringContaining(reason),
      fix: expect.stringMatching(/\w.*\.$/),
    });
  });

  it('holds a quarantine for the artifact, under whatever number', () => {
    const state = channels({ champion: '1.0.0', retired: ['1.1.0'] });
    const moved = applyMove(state, quarantine('1.2.0'), context(TWINS));
    expect(moved).toMatchObject({ channels: { retired: [], quarantined: [quarantined('1.2.0', 'b')] } });
    const after = { ...state, retired: [], quarantined: [quarantined('1.2.0', 'b')] };
    expect(applyMove(after, toCanary('1.1.0'), context(TWINS))).toMatchObject({
      reason: '1.1.0, the same artifact as 1.2.0, is quarantined: “slow”',
    });
    expect(applyMove(after, letIn('1.1.0'), context(TWINS))).toMatchObject({ kind: 'moved' });
    const twin = channels({ champion: '1.1.0', retired: ['1.2.0'] });
    expect(applyMove(twin, quarantine('1.2.0'), context(TWINS))).toMatchObject({
      reason: '1.2.0 is the same artifact as the champion 1.1.0',
    });
    expect(applyMove(twin, rollback('1.2.0', 'slow'), context(TWINS))).toMatchObject({ kind: 'refused' });
  });

  it('goes further back with each rollback, and after a promotion to the champion before', () => {
    const moves = [promote('1.0.0'), toCanary('1.1.0'), promote('1.1.0'), toCanary('1.2.0'), promote('1.2.0')];
    const back = walk([...moves, rollback('1.1.0'), toCanary('1.3.0'), promote('1.3.0')], context());
    const next = back.map(({ after }) => after.retired.at(-1) ?? 'none').join(' ');
    expect(next).toBe('none none 1.0.0 1.0.0 1.1.0 1.0.0 1.0.0 1.1.0');
  });
});

describe('properties of moves', () => {
  it.each([
    ['versions of their own', REGISTERED],
    ['two numbers for one artifact', TWINS],
  ])('S11 no sequence of moves reaches an illegal state: %s', (_, registered) => {
    let reached = 0;
    fc.assert(
      fc.property(fc.array(anyMove, { maxLength: 40 }), likelyMoves, (moves, choices) => {
        const steps = [...walk(moves, context(registered)), ...likelyWalk(choices, context(registered))];
        for (const { after } of steps) {
          expect(Channels.parse(after)).toEqual(after);
          expect(channelProblems(after, registered)).toEqual([]);
          for (const version of [after.champion, after.canary?.version ?? null, ...after.retired]) {
            expect(version === null || registered.has(version)).toBe(true);
          }
        }
        reached += steps.length;
      }),
      { numRuns: 300 },
    );
    expect(reached).toBeGreaterThan(1000);
  });

  it('S11 no version comes to serve while its artifact is quarantined and no override stands', () => {
    fc.assert(
      fc.property(likelyMoves, (choices) => {
        for (const { before, after } of likelyWalk(choices, context(TWINS))) {
          for (const version of [after.champion, after.canary?.version ?? null]) {
            if (version === null || version === before.champion || version === before.canary?.version) continue;
            const digest = TWINS.get(version);
            const barred = before.quarantined.some((one) => one.digest === digest);
            const standing = before.overrides.some((one) => one.digest === digest && one.expires >= TODAY);
            expect(barred && !standing).toBe(false);
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});
