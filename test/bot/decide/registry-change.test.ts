import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Settings } from '#registry/settings.ts';
import { decide } from '../../../bot/decide/decide.ts';
import type { Pull, PullCommit, Review } from '../../../bot/snapshot/snapshot.ts';
import { versionDocument } from '../../fixtures/version.ts';
import { channelsFile, type Folder, registered, registryChange } from './registry-folder.ts';
import { ago, alice, bob, bot, eve, person, pullOf, sha, snapshotOf, treeOf } from './snapshot.ts';

const digestOf = (number: string) => versionDocument(number).artifact.digest;
const versions = registered(['1.0.0', '1.1.0', '1.2.0']);
const state = { champion: '1.1.0', canary: { version: '1.2.0', traffic: 5 }, retired: ['1.0.0'] };
const base: Folder = { ...versions, ...channelsFile(state), 'registry/README.md': 'Models\n' };
/** A legal move: the canary gets more traffic. */
const legal: Folder = { ...base, ...channelsFile({ ...state, canary: { version: '1.2.0', traffic: 25 } }) };
const without = (folder: Folder, path: string): Folder =>
  Object.fromEntries(Object.entries(folder).filter(([name]) => !name.startsWith(path)));

const commit = (author: PullCommit['author'], committer = author): PullCommit => ({
  sha: sha('1'),
  author,
  committer,
  verified: true,
});
const review = (edits: Partial<Review> = {}): Review => ({
  id: 1,
  author: bob,
  state: 'APPROVED',
  commit: sha('1'),
  submittedAt: ago(5),
  permission: 'write',
  ...edits,
});

/** A pull request of Alice's that Bob approved, and that leads from one folder to another. */
function change(folders: Parameters<typeof registryChange>[0], edits: Partial<Pull> = {}): Pull {
  return pullOf({
    files: [{ path: 'registry/shop/channels.yaml', status: 'modified' }],
    runs: [],
    registry: registryChange(folders),
    reviews: [review()],
    commits: [commit(alice)],
    ...edits,
  });
}
const to = (atHead: Folder, edits: Partial<Pull> = {}) => change({ atBase: base, atHead }, edits);

function outcome(pull: Pull) {
  const { actions } = decide(snapshotOf([pull]));
  const [required] = actions.flatMap((action) => (action.kind === 'check' ? [action] : []));
  const bodies = actions.flatMap((action) =>
    action.kind === 'comment' ? [action.body.split('\n').slice(1).join('\n')] : [],
  );
  return { conclusion: required.conclusion, title: required.title, bodies };
}

describe('a change of the registry by a person', () => {
  it('passes where it is legal and approved, without an evaluation', () => {
    expect(outcome(to(legal))).toEqual({
      conclusion: 'success',
      title: 'The registry stays sound (1.2.0 → canary 25 %), and bob approved this head.',
      bodies: [
        expect.stringMatching(
          /^✅ \*\*shop\*\* \(head `1111111`\): The registry stays sound \(1\.2\.0 → canary 25 %\)/,
        ),
      ],
    });
  });

  it('registers versions with their evidence', () => {
    const head = { ...base, ...registered(['1.3.0']) };
    expect(outcome(to(head))).toMatchObject({
      conclusion: 'success',
      title: expect.stringContaining('registers 1.3.0'),
    });
  });

  it.each<[string, Folder, RegExp]>([
    ['an illegal move', { ...base, ...channelsFile({ champion: '1.2.0', retired: ['1.0.0'] }) }, /1\.1\.0|champion/],
    [
      'a version that is not registered',
      { ...base, ...channelsFile({ ...state, champion: '9.9.9' }) },
      /9\.9\.9 is not registered/,
    ],
    [
      'a quarantined version',
      {
        ...base,
        ...channelsFile({ ...state, quarantined: [{ version: '1.2.0', digest: digestOf('1.2.0'), reason: 'leaks' }] }),
      },
      /1\.2\.0/,
    ],
    [
      'channels that can’t be read',
      { ...base, 'registry/shop/channels.yaml': 'champion: [' },
      /may not change like this/,
    ],
    ['channels that are gone', without(base, 'registry/shop/channels.yaml'), /The file is gone/],
    ['a version that is gone', without(base, 'registry/shop/versions/1.0.0'), /manifest of 1\.0\.0 is gone/],
    [
      'a version that changed',
      { ...base, ...registered(['1.0.0'], (version) => void (version.card.owner = '@acme/others')) },
      /manifest of 1\.0\.0 is not what was registered/,
    ],
    ['evidence that is gone', without(base, 'registry/shop/evidence/'), /evidence/],
    [
      'evidence that changed',
      Object.fromEntries(
        Object.entries(base).map(([path, text]) => [path, path.includes('/evidence/') ? `${text} ` : text]),
      ),
      /is called by the sha256/,
    ],
    [
      'a version without its evidence',
      { ...base, ...only(registered(['1.3.0']), '/versions/') },
      /is not in registry\/shop\/evidence/,
    ],
    [
      'evidence that no version names',
      { ...base, ...only(registered(['1.3.0']), '/evidence/') },
      /No manifest names this evidence/,
    ],
    ['a file of no kind', { ...base, 'registry/shop/versions/notes.txt': 'x' }, /No version has this file/],
    ['a link', { ...base, 'registry/shop/channels.yaml': '→ ../other' }, /is a link/],
    ['a link instead of the registry', { registry: '→ elsewhere' }, /link|gone/],
    [
      'a folder that no model can have',
      { ...base, 'registry/@acme/channels.yaml': 'champion: null\n' },
      /No model can have the name/,
    ],
  ])('S11 keeps the check red for %s', (_, head, title) => {
    expect(outcome(to(head))).toMatchObject({ conclusion: 'failure', title: expect.stringMatching(title) });
  });

  it('S11 lets no version borrow the evidence of another', () => {
    const [training] = Object.keys(versions).filter((path) => path.includes('/evidence/'));
    const digest = /training-(\w+)\.json/.exec(training)?.[1] ?? '';
    const borrowing = only(
      registered(['1.3.0'], (version) => void (version.card.limits = 'x')),
      '/versions/',
    );
    const [[path, text]] = Object.entries(borrowing);
    const head = { ...base, [path]: text.replace(/training: \w+/, `training: ${digest}`) };
    expect(outcome(to(head))).toMatchObject({
      conclusion: 'failure',
      title: expect.stringContaining('was there before the version'),
    });
  });

  it('S11 judges what merging would give, not what the branch holds', () => {
    const grown = { ...base, ...registered(['1.3.0']) };
    // The base got a version meanwhile: the branch does not remove it.
    expect(outcome(change({ atMergeBase: base, atBase: grown, atHead: legal })).conclusion).toBe('success');
    // Both register 1.3.0, or the same artifact under two numbers.
    const same = registered(['1.3.0'], (version) => void (version.card.owner = 'me'));
    const twice = outcome(change({ atMergeBase: base, atBase: grown, atHead: { ...base, ...same } }));
    expect(twice.conclusion).toBe('action_required');
    expect(twice.title).toContain('bring the branch up to date');
    const twin = registered(['1.4.0'], (version) => void (version.artifact = versionDocument('1.3.0').artifact));
    expect(outcome(change({ atMergeBase: base, atBase: grown, atHead: { ...base, ...twin } }))).toMatchObject({
      conclusion: 'failure',
      title: expect.stringContaining('1.4.0 is the same artifact as 1.3.0'),
    });
    const moved = { ...base, ...channelsFile({ ...state, canary: { version: '1.2.0', traffic: 10 } }) };
    expect(outcome(change({ atMergeBase: base, atBase: moved, atHead: legal })).conclusion).toBe('action_required');
  });

  it('S11 passes nothing that could not be read', () => {
    const registry = registryChange({ atBase: base, atHead: legal });
    expect(
      outcome(to(legal, { registry: { ...registry, problem: 'GitHub cut the list of its files' } })),
    ).toMatchObject({
      conclusion: 'action_required',
      title: 'The registry could not be read: GitHub cut the list of its files.',
    });
    expect(outcome(to(legal, { registry: { ...registry, texts: {} } })).conclusion).toBe('action_required');
    const nothing = { atMergeBase: [], atBase: [], atHead: [], texts: {}, evidence: {}, problem: 'it was not read' };
    expect(outcome(to(legal, { registry: nothing }))).toMatchObject({ conclusion: 'action_required', bodies: [] });
  });

  it('S11 goes on being red where the base is broken and the change does not mend it', () => {
    const broken = { ...base, ...channelsFile({ ...state, champion: '9.9.9' }) };
    expect(outcome(change({ atBase: broken, atHead: { ...broken, ...registered(['1.3.0']) } })).conclusion).toBe(
      'failure',
    );
  });

  it('S11 asks for approval also where only a text beside the registry changes', () => {
    const head = { ...base, 'registry/README.md': 'Our models\n' };
    expect(outcome(to(head)).conclusion).toBe('success');
    expect(outcome(to(head, { reviews: [] })).conclusion).toBe('action_required');
  });

  it('S9 changes no registry from a fork', () => {
    expect(outcome(to(legal, { fork: true })).conclusion).toBe('action_required');
  });

  it('tells both of the model and of its registry where both are touched', () => {
    const files: Pull['files'] = [{ path: 'models/shop/features.sql', status: 'modified' }];
    const models = { shop: { model: null, problem: 'models/shop/model.yaml:2:1: bad' } } as const;
    const found = outcome(to(legal, { files, atHead: treeOf('1', { models }) }));
    expect(found.conclusion).toBe('failure');
    expect(found.bodies).toEqual([
      expect.stringMatching(
        /^❌ \*\*shop\*\*: its model\.yaml[^]*✅ \*\*Registry\*\* \(head `1111111`\): The registry stays sound/,
      ),
    ]);
  });

  it('believes what is our own work alone to be legal without approvals', () => {
    const ours = { author: bot, reviews: [], commits: [commit(bot)] };
    expect(outcome(to(legal, ours))).toMatchObject({
      conclusion: 'success',
      title: 'The registry stays sound: 1.2.0 → canary 25 %.',
    });
    for (const edits of [
      { author: alice },
      { commits: [commit(bot), commit(alice)] },
      { commits: [{ ...commit(bot), verified: false }] },
      { commits: [commit(bot, alice)] },
      { commits: [commit(bot, null)] },
      { commits: [] },
      { commits: null },
      { fork: true },
      { author: { ...bot, type: 'User' } },
    ])
      expect(outcome(to(legal, { ...ours, ...edits })).conclusion, JSON.stringify(edits)).toBe('action_required');
    // As GitHub's API makes the commits of an App.
    const made = { ...ours, commits: [commit(bot, person('web-flow', 19_864_447))] };
    expect(outcome(to(legal, made)).conclusion).toBe('success');
    const starter = snapshotOf([to(legal, ours)], { us: { app: 1, login: bot.login, starter: true } });
    const [check] = decide(starter).actions.flatMap((action) => (action.kind === 'check' ? [action.conclusion] : []));
    expect(check).toBe('action_required');
  });
});

describe('approvals', () => {
  const carol = person('carol', 4);
  const settings = (bot: object) => ({ atBase: treeOf('0', { settings: Settings.parse({ bot }) }) });

  it.each<[string, Partial<Pull>, string]>([
    ['nobody’s', { reviews: [] }, 'success after one'],
    ['of another head', { reviews: [review({ commit: sha('2') })] }, 'it was given on another head'],
    ['of no head', { reviews: [review({ commit: null })] }, 'it was given on another head'],
    ['of who opened it', { reviews: [review({ author: alice })] }, 'nobody approves what they opened'],
    ['of who wrote a commit', { commits: [commit(alice), commit(bob, alice)] }, 'nobody approves what they opened'],
    ['of who committed one', { commits: [commit(alice, bob)] }, 'nobody approves what they opened'],
    ['of an App', { reviews: [review({ author: person('other[bot]', 8, 'Bot') })] }, 'it is not by a person'],
    ['of somebody without write access', { reviews: [review({ permission: 'read' })] }, 'they have no write access'],
    ['of somebody whom nobody asked about', { reviews: [review({ permission: null })] }, 'they have no write access'],
    ['of somebody who is not named', settings({ approvers: ['carol'] }), 'does not name them'],
    [
      'taken back',
      { reviews: [review(), review({ id: 2, state: 'CHANGES_REQUESTED', submittedAt: ago(4) })] },
      'bob asks for changes',
    ],
    ['dismissed', { reviews: [review({ state: 'DISMISSED' })] }, 'success after one'],
    [
      'followed by a remark',
      { reviews: [review(), review({ id: 2, state: 'COMMENTED', submittedAt: ago(4) })] },
      'success after one',
    ],
    ['of commits of nobody', { commits: [commit(null)] }, 'Nobody can tell who wrote 1111111'],
    [
      'decided by a tiltyard.yaml that can’t be read',
      { atBase: treeOf('0', { problem: 'tiltyard.yaml:1:1: bad' }) },
      'can’t be told',
    ],
    ['of more commits than are listed', { commits: null }, 'more commits than GitHub lists'],
  ])('S8 does not count one that is %s', (_, edits, why) => {
    const found = outcome(to(legal, edits));
    expect(found.conclusion).toBe('action_required');
    expect(found.title).toContain('waits for 1 more approval of this head');
    if (why !== 'success after one') expect(found.bodies.join('')).toContain(why);
  });

  it('S8 counts people, each by the last review, as many as the base asks for', () => {
    const two = settings({ approvals: 2 });
    expect(outcome(to(legal, { ...two, reviews: [review(), review({ id: 2 })] })).conclusion).toBe('action_required');
    const others = { ...two, reviews: [review(), review({ id: 2, author: carol, permission: 'admin' })] };
    expect(outcome(to(legal, others)).conclusion).toBe('success');
    const again = [review({ id: 3, state: 'CHANGES_REQUESTED', submittedAt: ago(9) }), review()];
    expect(outcome(to(legal, { reviews: again })).conclusion).toBe('success');
    expect(outcome(to(legal, { reviews: again.toReversed() })).conclusion).toBe('success');
    expect(outcome(to(legal, { ...settings({ approvers: ['BOB'] }) })).conclusion).toBe('success');
  });

  it('S6 reads who may approve at the base, whatever the head says', () => {
    const head = { atHead: treeOf('1', { settings: Settings.parse({ bot: { approvers: ['eve'] } }) }) };
    const base = settings({ approvers: ['bob'] });
    const pull = { ...base, ...head, reviews: [review({ author: eve })] };
    expect(outcome(to(legal, pull)).conclusion).toBe('action_required');
    expect(outcome(to(legal, { ...pull, reviews: [review()] })).conclusion).toBe('success');
  });

  it('S8 agrees with the promise, word for word, on any reviews', () => {
    const people = [alice, bob, carol, person('other[bot]', 8, 'Bot')];
    const anyReview = fc.record({
      author: fc.constantFrom(...people),
      state: fc.constantFrom('APPROVED', 'APPROVED', 'CHANGES_REQUESTED', 'COMMENTED', 'DISMISSED'),
      commit: fc.constantFrom(sha('1'), sha('1'), sha('2'), null),
      permission: fc.constantFrom('admin' as const, 'write' as const, 'write' as const, 'read' as const, null),
      minutes: fc.nat({ max: 3 }),
    });
    const given = fc.record({
      reviews: fc.array(anyReview, { maxLength: 5 }),
      commits: fc.array(fc.tuple(fc.constantFrom(...people), fc.constantFrom(...people)), {
        minLength: 1,
        maxLength: 2,
      }),
      approvers: fc.constantFrom<string[]>([], ['bob'], ['carol', 'alice']),
    });
    fc.assert(
      fc.property(given, ({ approvers, commits, reviews }) => {
        const listed = reviews.map(({ minutes, ...one }, id) => ({ ...one, id, submittedAt: ago(minutes) }));
        const pull = { ...settings({ approvers }), commits: commits.map(([a, b]) => commit(a, b)), reviews: listed };
        const counting = people.filter((one) => {
          // Sorted by time and then by id: the last of the list is the last review.
          const mine = listed
            .filter(({ author }) => author === one)
            .sort((a, b) => Number(a.submittedAt) - Number(b.submittedAt) || a.id - b.id);
          const last = mine.at(-1);
          const hand = one === alice || commits.some((both) => both.includes(one));
          const mayNow =
            (last?.permission === 'write' || last?.permission === 'admin') &&
            (approvers.length === 0 || approvers.includes(one.login));
          return last?.state === 'APPROVED' && last.commit === sha('1') && one.type === 'User' && !hand && mayNow;
        });
        expect(outcome(to(legal, pull)).conclusion).toBe(counting.length >= 1 ? 'success' : 'action_required');
      }),
      { numRuns: 300, seed: 7 },
    );
  });
});

function only(folder: Folder, part: string): Folder {
  return Object.fromEntries(Object.entries(folder).filter(([path]) => path.includes(part)));
}
