import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytes } from '#registry/markdown/budget.ts';
import { Settings } from '#registry/settings.ts';
import { decide } from '../../../bot/decide/decide.ts';
import type { Action } from '../../../bot/decide/plan.ts';
import type { DirectPush, RegistryEntry, Snapshot } from '../../../bot/snapshot/snapshot.ts';
import { bare } from '../../registry/markdown/bare.ts';
import { channelsFile, type Folder, registered, registryChange } from './registry-folder.ts';
import { APP, ago, bot, eve, person, pullOf, sha, snapshotOf } from './snapshot.ts';

const base: Folder = { ...registered(['1.0.0', '1.1.0']), ...channelsFile({ champion: '1.0.0' }) };
const canary = channelsFile({ champion: '1.0.0', canary: { version: '1.1.0', traffic: 5 } });
const leap = channelsFile({ champion: '1.1.0' });

/** Eve moves the canary by a push to main. */
function pushOf(atHead: Folder = { ...base, ...canary }, edits: Partial<DirectPush> = {}): DirectPush {
  return {
    sha: sha('a'),
    before: sha('b'),
    by: eve,
    at: ago(90),
    forced: false,
    registry: registryChange({ atBase: base, atHead }),
    settings: Settings.parse({}),
    checks: [],
    ...edits,
  };
}

type CheckAction = Extract<Action, { kind: 'check' }>;
function checksFor(pushes: DirectPush[], edits: Partial<Snapshot> = {}): CheckAction[] {
  const { actions } = decide(snapshotOf([], { pushes, ...edits }));
  return actions.map((action) => {
    if (action.kind !== 'check') throw new Error(`a ${action.kind} is no check`);
    return action;
  });
}

describe('a push to the registry without a pull request', () => {
  it('S11 turns its commit red, and says who changed what, what the rules say of it, and what to do', () => {
    const [check, ...others] = checksFor([pushOf()]);
    expect(others).toEqual([]);
    expect(check).toMatchObject({
      pull: null,
      head: sha('a'),
      name: 'tiltyard / direct push',
      conclusion: 'failure',
      title: 'eve pushed to registry/ directly',
      since: ago(90),
      reason: 'tiltyard / direct push on aaaaaaa is failure: eve pushed to registry/ directly',
    });
    expect(check.summary.split('\n\n')).toEqual([
      '`eve` pushed to `main` at 2026-11-21 07:30 UTC, without a pull request. No approval was asked for what that does to the registry:',
      '- changes `registry/shop/channels.yaml`',
      'By the rules that hold for pull requests:',
      '- `shop`: The registry stays sound: 1.1.0 → canary 5 %.',
      'What to do: revert it by a pull request. What shall stay comes back by another one, which needs the approval of one of people with write access.',
    ]);
  });

  it.each<[string, DirectPush, RegExp]>([
    [
      'an illegal move',
      pushOf({ ...base, ...leap }),
      /`shop`: The registry may not change like this:.*\n {2}- ❌ `registry\/shop\/channels\.yaml/,
    ],
    ['a version that goes', pushOf({ ...channelsFile({}) }), /- removes `registry\/shop\/versions\/1\.0\.0\.yaml`/],
    ['a version that comes', pushOf({ ...base, ...registered(['1.2.0']) }), /registers 1\.2\.0/],
    [
      'a file of no model',
      pushOf({ ...base, 'registry/README.md': 'Ours\n' }),
      /adds `registry\/README\.md`[^]*- Note: The registry stays sound/,
    ],
    [
      'a force push',
      pushOf(undefined, { forced: true }),
      /put aside what was there, `bbbbbbb`[^]*What to do: put back what was there/,
    ],
    [
      'those who may approve',
      pushOf(undefined, { settings: Settings.parse({ bot: { approvers: ['olga', 'bob'], approvals: 2 } }) }),
      /which needs the approvals of 2 of `olga`, `bob`\.$/,
    ],
    [
      'what can’t be listed',
      pushOf(undefined, {
        registry: { ...registryChange({ atBase: {}, atHead: {} }), problem: 'it has more files than are read' },
      }),
      /its files could not be listed[^]*The registry could not be read: it has more files than are read\./,
    ],
  ])('tells of %s', (_, push, words) => {
    const [check] = checksFor([push]);
    expect(check.conclusion).toBe('failure');
    expect(check.summary).toMatch(words);
  });

  it('is told of once, whatever day it is, and by us alone', () => {
    const push = pushOf();
    const [{ conclusion, name, summary, title }] = checksFor([push]);
    const said = { id: 1, name, app: APP, status: 'completed', conclusion, title, summary, startedAt: ago(80) };
    const later = new Date('2027-02-03T04:05:06Z');
    expect(checksFor([{ ...push, checks: [said] }], { now: later })).toEqual([]);
    for (const other of [
      { app: APP + 1 },
      { conclusion: 'success' },
      { name: 'tiltyard' },
      { summary: 'All is well.' },
    ])
      expect(checksFor([{ ...push, checks: [{ ...said, ...other }] }])).toHaveLength(1);
  });

  it('is ours where our own App pushed, which a workflow’s token is not', () => {
    const us = { app: APP, login: bot.login, starter: false };
    expect(checksFor([pushOf(undefined, { by: bot })], { us })).toEqual([]);
    expect(checksFor([pushOf(undefined, { by: person(bot.login, 5) })], { us })).toHaveLength(1);
    const actions = person('github-actions[bot]', 6, 'Bot');
    expect(
      checksFor([pushOf(undefined, { by: actions })], { us: { ...us, login: actions.login, starter: true } }),
    ).toHaveLength(1);
  });

  it('leaves alone what the required check says of a pull request with that head', () => {
    const pull = pullOf({ head: { sha: sha('a'), branch: 'main', owner: 'acme', repositoryId: 7 } });
    const { actions } = decide(snapshotOf([pull], { pushes: [pushOf()] }));
    const said = actions.flatMap((one) => (one.kind === 'check' ? [[one.name, one.conclusion]] : []));
    expect(said).toContainEqual(['tiltyard', 'success']);
    expect(said).toContainEqual(['tiltyard / direct push', 'failure']);
  });

  it('S15 shows nobody’s text as anything but text, however much there is', () => {
    const nasty = fc.oneof(
      fc.constantFrom('@acme/owners', '![x](https://evil.example/a.png)', '<img src=x onerror=alert(1)>', '`` ` @bob'),
      fc.constantFrom('a | b\n# head', '\u202Eevil\u2066', 'www.evil.example #12', '--> <b>', '```\n@bob', ''),
      fc.string({ unit: 'binary', maxLength: 40 }),
    );
    const property = fc.property(nasty, nasty, fc.array(nasty, { maxLength: 300 }), (login, branch, names) => {
      const entry = (path: string): RegistryEntry => ({ path: `registry/${path}`, blob: sha('c'), kind: 'file' });
      const registry = { ...registryChange({ atBase: {}, atHead: {} }), atHead: [...new Set(names)].map(entry) };
      const repository = { owner: 'acme', repo: 'flights', id: 7, defaultBranch: branch };
      const pushes = [pushOf({}, { by: person(login, 3), registry })];
      for (const { summary, title } of checksFor(pushes, { repository })) {
        expect(bare(summary)).not.toMatch(/@|<|>[^ ]|\]\(|https?:\/\/|www\.|[*~]evil|\p{Cf}/u);
        expect(title).not.toMatch(/[@\p{Cc}\p{Cf}]|<[a-z/!]|:\/\//iu);
        expect(bytes(summary)).toBeLessThanOrEqual(65_535);
        expect([...title].length).toBeLessThanOrEqual(200);
      }
    });
    fc.assert(property, { numRuns: 150 });
  });
});
