import { describe, expect, it } from 'vitest';
import { decide } from '../../../bot/decide/decide.ts';
import type { Sound } from '../../../bot/decide/model-at.ts';
import type { Pull } from '../../../bot/snapshot/snapshot.ts';
import { comparisonOf, evaluationOf, subjectOf, subjectReading, withoutChampion } from '../../fixtures/evaluation.ts';
import { channelsFile, registered, registryChange } from './registry-folder.ts';
import {
  APP,
  ago,
  alice,
  bob,
  bot,
  commentOf,
  eve,
  modelAt,
  pullOf,
  runOf,
  sha,
  snapshotOf,
  treeOf,
} from './snapshot.ts';

const without = { conclusion: 'failure', evidence: [] };
const evidenceWith = (...[metric, champion, candidate, error]: [string, number, number, number]) =>
  evaluationOf({
    comparisons: evaluationOf().comparisons.map((one) =>
      one.metric === metric && one.slice === null ? comparisonOf(metric, champion, candidate, error) : one,
    ),
  });
const worse = evidenceWith('log_loss', 0.44, 0.46, 0.0019);
const open = evidenceWith('log_loss', 0.467, 0.462, 0.0059);
const alone = withoutChampion(evaluationOf());
const trees = (base: Record<string, ReturnType<typeof modelAt>>, head = base) => ({
  atBase: treeOf('0', { models: base }),
  atHead: treeOf('1', { models: head }),
});
const ofPolicy: Pull['files'] = [{ path: 'models/flight-delay/model.yaml', status: 'modified' }];
const flights = (...edits: [string, string][]) => ({ 'flight-delay': modelAt(...edits) });
function soundWith(parts: Partial<Sound>, ...edits: [string, string][]): Sound {
  const model = modelAt(...edits);
  if (model.problem !== null) throw new Error(model.problem);
  return { ...model, ...parts };
}
const pin = (digit: string, rows: number, end: string) => ({
  uri: 'data/flights-2001-01.parquet',
  sha256: digit.repeat(64),
  bytes: 1,
  files: 1,
  rows,
  start: '2001-01-01T00:01:00Z',
  end,
  schema: {},
});
const looser = flights(['log_loss, max_loss: 0.005', 'log_loss, max_loss: 0.02']);
const promoted = (version: string, evaluation = evaluationOf(), quarantined = false) => ({
  version,
  quarantined,
  evaluation: { ...evaluation, candidate: subjectOf({ version }) },
});
const base = { ...registered(['1.4.0', '1.5.0']), ...channelsFile({ champion: '1.4.0' }) };
const asked = (body: string, edits: object = {}) => commentOf(body, { author: bob, permission: 'write', ...edits });

/** Every state in which a reviewer may find a comment and its checks. */
const states: Record<string, Partial<Pull>> = {
  passes: {},
  fails: { runs: [runOf({}, { ...worse, candidate: subjectReading(['date', 'destination', 'origin', 'weather']) })] },
  'is inconclusive': { runs: [runOf({}, open)] },
  'is inconclusive for its data': {
    runs: [
      runOf(
        {},
        evaluationOf({
          data_findings: [
            {
              check: 'stale',
              sentence: 'The newest row of the benchmark is 203 days old; at most 90 days are allowed.',
            },
          ],
        }),
      ),
    ],
  },
  'measured on another benchmark': {
    ...trees({ 'flight-delay': soundWith({ lock: { benchmark: pin('b', 488_672, '2001-04-30T23:59:00Z') } }) }),
  },
  'measured against another champion': {
    atBase: treeOf('0', { champions: { 'flight-delay': { version: '1.4.1', digest: 'f'.repeat(64) } } }),
  },
  'measured while the registry is unreadable': {
    atBase: treeOf('0', { champions: { 'flight-delay': 'unreadable' } }),
  },
  'of a benchmark that the pull request changes': {
    ...trees(flights(), flights(['label: late', 'label: late\n  weight: distance'])),
    files: ofPolicy,
  },
  'first version': {
    ...trees({}, flights()),
    runs: [runOf({}, alone)],
    files: [{ path: 'models/flight-delay/model.yaml', status: 'added' }],
  },
  'first version under a policy': { runs: [runOf({}, alone)] },
  'from a fork': { fork: true },
  'changes of all kinds': {
    ...trees(
      {
        'flight-delay': soundWith({
          features: 'SELECT id, hour, distance FROM source',
          lock: { train: pin('a', 466_118, '2001-01-31T23:58:00Z') },
        }),
      },
      {
        'flight-delay': soundWith(
          {
            features: 'SELECT id, hour + 1 AS hour, distance AS miles, weekday FROM source',
            lock: { train: pin('b', 1_412_003, '2001-03-31T23:59:00Z') },
          },
          ['seed: 7', 'seed: 8'],
        ),
      },
    ),
    files: [
      ...['features.sql', 'model.yaml', 'data.lock.yaml', 'train.ts', 'state/route_rates.sql'].map((name) => ({
        path: `models/flight-delay/${name}`,
        status: 'modified' as const,
      })),
      { path: 'models/flight-delay/state/origin_rates.sql', status: 'added' },
      { path: 'package-lock.json', status: 'modified' },
    ],
  },
  'changes the policy': {
    ...trees(flights(), looser),
    files: ofPolicy,
    runs: [runOf({}, worse)],
    promotions: { 'flight-delay': [promoted('1.4.0', worse), promoted('1.3.0'), promoted('1.2.0', worse, true)] },
  },
  'changes the policy before any promotion': {
    ...trees(flights(), looser),
    files: ofPolicy,
    promotions: { 'flight-delay': [] },
  },
  'policy of the base is broken': {
    atBase: treeOf('0', {
      models: { 'flight-delay': { model: null, problem: 'models/flight-delay/model.yaml:3:1: bad' } },
    }),
  },
  'waits for a run': { runs: [] },
  evaluates: { runs: [runOf({ completed: false, conclusion: null, evidence: [], startedAt: ago(3) })] },
  'no run for an hour': { runs: [], updatedAt: ago(61) },
  'a run for more than an hour': {
    runs: [runOf({ completed: false, conclusion: null, startedAt: ago(61), evidence: [] })],
  },
  'workflow failed': {
    runs: [
      runOf({
        ...without,
        failure: {
          job: 'train',
          step: 'Train it',
          lines: ['Traceback (most recent call last):', "ValueError: could not convert string to float: '@all'"],
        },
      }),
    ],
  },
  'workflow ended without evidence': { runs: [runOf({ evidence: [] })] },
  'workflow waits for a maintainer': { runs: [runOf({ ...without, conclusion: 'action_required' })], fork: true },
  'evidence unreadable': {
    runs: [
      runOf({
        evidence: [
          {
            model: 'flight-delay',
            url: 'https://github.com/x',
            evaluation: null,
            digest: null,
            problem: 'the artifact has no evaluation.json',
          },
        ],
      }),
    ],
  },
  'model.yaml broken': {
    atHead: treeOf('1', {
      models: {
        'flight-delay': {
          model: null,
          problem: 'models/flight-delay/model.yaml:23:5: evaluate.primary has both max_loss and min_gain',
        },
      },
    }),
  },
  'model removed': { atHead: treeOf('1', { models: {} }) },
  'model not touched any more': { files: [{ path: 'README.md', status: 'modified' }], comments: history() },
  'nothing to judge': { files: [{ path: 'README.md', status: 'modified' }] },
  'commands where nothing is judged': {
    files: [{ path: 'README.md', status: 'modified' }],
    runs: [],
    comments: [
      asked('/tiltyard help', { id: 2, answered: 'done', permission: null }),
      asked('/tiltyard evaluate', { id: 3 }),
      asked('/tiltyard explain @acme', { id: 4, author: eve, permission: 'read' }),
    ],
  },
  'two models': {
    ...trees({ ...flights(), wine: modelAt(['name: flight-delay', 'name: wine']) }),
    files: ['flight-delay', 'wine'].map((name) => ({ path: `models/${name}/features.sql`, status: 'modified' })),
    runs: [
      runOf({
        evidence: [
          ...runOf().evidence,
          ...runOf({}, { ...worse, model: 'wine' }).evidence.map((one) => ({ ...one, model: 'wine' })),
        ],
      }),
    ],
  },
  'earlier heads': { comments: history(), runs: [runOf({}, open)] },
  commands: {
    comments: [
      asked('/tiltyard explain roc_auc', { id: 1 }),
      asked('/tiltyard explain origin=SFO', { id: 2, author: alice }),
      asked('/tiltyard what-if expected_calibration_error.at_most=0.01', { id: 3 }),
      asked('/tiltyard evaluate', { id: 4, author: eve, permission: 'read' }),
    ],
  },
  'more commands': {
    comments: [
      asked('/tiltyard evaluate', { id: 1 }),
      asked('/tiltyard explain nothing', { id: 2 }),
      asked('/tiltyard help', { id: 3 }),
      asked('/tiltyard merge', { id: 4 }),
    ],
    updatedAt: ago(10),
  },
  'registry waits for an approval': {
    files: [],
    registry: registryChange({
      atBase: base,
      atHead: { ...base, ...channelsFile({ champion: '1.4.0', canary: { version: '1.5.0', traffic: 5 } }) },
    }),
    commits: [{ sha: sha('1'), author: alice, committer: alice, verified: false }],
    reviews: [{ id: 1, author: bob, state: 'APPROVED', commit: sha('2'), submittedAt: ago(20), permission: 'write' }],
  },
  'registry unsound': {
    files: [],
    registry: registryChange({ atBase: base, atHead: { ...base, ...channelsFile({ champion: '9.9.9' }) } }),
    commits: [],
  },
};

/** Our comment as it was after three heads. */
function history(): Pull['comments'] {
  const marker = {
    model: 'flight-delay',
    head: sha('4'),
    line: 'the workflow failed at train',
    read: ago(90).toISOString(),
    history: [
      { head: sha('2'), line: '❌ flight-delay fails: 1 of 9 rules is broken (log_loss).' },
      {
        head: sha('3'),
        line: '✅ flight-delay passes: roc_auc rose from 0.6402 to 0.7011 (better), and the candidate keeps all 9 rules.',
      },
    ],
  };
  const body = `<!-- tiltyard:1 ${Buffer.from(JSON.stringify(marker)).toString('base64url')} -->\n`;
  return [commentOf(body, { author: bot, app: APP })];
}

/** What is folded is the same for all that is judged, and is read once, in `passes`. */
const unfolded = (body: string) =>
  body
    .replace(/<details><summary>(?!History)(.*?)<\/summary>[^]*?<\/details>/g, '▸ $1')
    .replace(/(\n\n▸ .*)+/g, '\n\n▸ …');

function seen(name: string): string {
  const { actions } = decide(snapshotOf([pullOf(states[name])]));
  const said = actions.map((action) => {
    switch (action.kind) {
      case 'comment': {
        const [, ...lines] = action.body.split('\n');
        const body = lines.join('\n');
        return `${name === 'passes' ? body : unfolded(body)}\n`;
      }
      case 'check': {
        const remarks = action.annotations.map(
          ({ level, line, message, path }) => `- ${level} at ${path}:${line}: ${message}`,
        );
        const isBelow = actions.some((one) => one.kind === 'check' && one !== action && one.summary === action.summary);
        const summary = isBelow && action.name === 'tiltyard' ? '(as below)' : action.summary;
        return [
          `=== check ${action.name}: ${action.conclusion ?? 'in progress'}`,
          action.title,
          name === 'passes' ? summary : summary.replace(/(^\| .*\n)+/m, '(the rules as above)\n'),
          ...remarks,
          '',
        ].join('\n\n');
      }
      case 'react':
      case 'rerun':
      case 'remove_comment':
        return `=== ${action.kind}: ${action.reason}\n`;
    }
  });
  return `=== ${name}\n\n${said.join('\n')}`.replace(/\n{3,}/g, '\n\n');
}

describe('what a reviewer finds', () => {
  it.each(Object.keys(states))('where a pull request %s', async (name) => {
    await expect(seen(name)).toMatchFileSnapshot(`golden/${name.replaceAll(/[ .]/g, '-')}.md`);
  });
});
