import { readMarker, writeMarker } from '#registry/markdown/pull-request/marker.ts';
import { comparisonOf, evaluationOf, subjectReading } from '../../fixtures/evaluation.ts';
import { flightModelPath } from '../../fixtures/model.ts';
import type { EndRun } from '../../github/repo.ts';
import { zipOf } from '../../github/zip.ts';
import { channelsFile } from '../decide/registry-folder.ts';
import { startProcess } from './process.ts';
import { interpreted, interpretedPlain } from './rendered.ts';
import { createStage, policy, type Stage } from './stage.ts';

interface Texts {
  one: string;
  two: string;
}
type Way = (stage: Stage, texts: Texts) => void;

const FEATURES = 'models/flight-delay/features.sql';

/** What git takes as the name of a file, or, with less, of a branch. */
const asFile = (text: string) => text.slice(0, 200).replaceAll(/[/\0]|\p{Cs}/gu, '') || 'x';
const asBranch = (text: string) =>
  `b-${text.replaceAll(/[\s~^:?*[\\\0-\x20\x7F]|\.\.|@\{|\/|\.$|\p{Cs}/gu, '').slice(0, 100)}`;

/** A pull request whose title and branch are theirs too. */
function proposed(stage: Stage, { one, two }: Texts, files: Record<string, string>, from?: Stage['repo']): number {
  const { repo } = stage;
  const branch = asBranch(two);
  (from ?? repo).push(branch, files, { by: 'eve', message: one || 'x' });
  const pull = repo.openPull({
    head: branch,
    by: 'eve',
    title: one.slice(0, 256) || 'x',
    ...(from === undefined ? {} : { from }),
  });
  stage.pulls.set('model', pull);
  return pull;
}

function ran({ repo }: Stage, pull: number, ending: EndRun): void {
  repo.completeRun(repo.startRun({ pull }), ending);
}

const uploaded = (text: string): EndRun => ({
  artifacts: [{ name: 'tiltyard-evaluation-flight-delay', zip: zipOf({ 'evaluation.json': text }) }],
});

const short = (text: string) => text.slice(0, 200);

function evidence({ one, two }: Texts): string {
  const slice = (value: string) => [{ column: 'origin', value }];
  const made = evaluationOf();
  const slices = [one, two].map((value) => ({
    key: slice(value),
    rows: 9_000,
    clusters: 30,
    smallest_class: 900,
    skipped: null,
  }));
  return JSON.stringify({
    ...made,
    candidate: subjectReading([one, two], { version: short(one), features: [two] }),
    comparisons: [
      ...made.comparisons,
      comparisonOf(one, 0.5, 0.6, 0.1),
      ...[one, two].map((value) => comparisonOf('roc_auc', 0.7, 0.4, 0.001, { slice: slice(value), rows: 9_000 })),
    ],
    slices: [...made.slices, ...slices],
    data_findings: [{ check: 'stale', sentence: `${one} ${two}` }],
    versions: { [short(two)]: short(one) },
  });
}

const changed = { [FEATURES]: 'SELECT flight_id FROM source\n' };

/** The ways by which text of others comes into what we write. */
export const ways: Record<string, Way> = {
  'names in evidence': (stage, texts) => {
    const pull = proposed(stage, texts, { [FEATURES]: `SELECT 1 AS "${texts.one.replaceAll('"', '')}"\n` });
    ran(stage, pull, uploaded(evidence(texts)));
  },
  'evidence of a fork': (stage, texts) => {
    const pull = proposed(stage, texts, changed, stage.repo.fork('eve'));
    ran(stage, pull, uploaded(evidence(texts)));
  },
  'evidence that is none': (stage, texts) => {
    const pull = proposed(stage, texts, changed);
    ran(stage, pull, uploaded(`{"schema": ${JSON.stringify(texts.one)}, ${JSON.stringify(texts.two)}: 1, "model": 3}`));
  },
  'evidence that is no JSON': (stage, texts) => {
    const pull = proposed(stage, texts, changed);
    ran(stage, pull, uploaded(`{ "a": ${texts.one}${texts.two}`));
  },
  'evidence of another model': (stage, texts) => {
    const pull = proposed(stage, texts, changed);
    ran(stage, pull, uploaded(JSON.stringify({ ...evaluationOf(), model: texts.one || texts.two })));
  },
  'jobs and logs': (stage, texts) => {
    const { one, two } = texts;
    const pull = proposed(stage, texts, changed);
    const log = `2026-11-21T08:00:00.0000000Z ${one}\n${two}\n${one}${two}\n`;
    const jobs = [{ name: one, conclusion: 'failure', steps: [{ name: two, conclusion: 'failure' }], log }];
    ran(stage, pull, { conclusion: 'failure', jobs });
  },
  'model.yaml': (stage, texts) => {
    const { one, two } = texts;
    proposed(stage, texts, { [flightModelPath]: `name: flight-delay\n${one}\ntask: ${two}\n` });
  },
  'keys of model.yaml': (stage, texts) => {
    const { one, two } = texts;
    proposed(stage, texts, {
      [flightModelPath]: `${policy}${JSON.stringify(short(one) || 'x')}: ${JSON.stringify(two)}\n`,
    });
  },
  'tiltyard.yaml': (stage, texts) => {
    const { one, two } = texts;
    proposed(stage, texts, {
      'tiltyard.yaml': `bot:\n  ${JSON.stringify(short(one) || 'x')}: ${JSON.stringify(two)}\n`,
    });
  },
  'a recipe and a policy': (stage, texts) => {
    const { one, two } = texts;
    const recipe = policy
      .replace('seed: 7', `seed: 7\n  params: ${JSON.stringify({ [short(one) || 'x']: two })}`)
      .replace('"@acme/ml-flights"', JSON.stringify(short(one) || 'x'))
      .replace('max_loss: 0.005', 'max_loss: 0.05')
      .replace('uri: data/flights-2001-01.parquet', `uri: ${JSON.stringify(two || 'x')}`);
    const pull = proposed(stage, texts, { [flightModelPath]: recipe });
    ran(stage, pull, uploaded(evidence(texts)));
  },
  commands: (stage, texts) => {
    const { one, two } = texts;
    const pull = proposed(stage, texts, changed);
    ran(stage, pull, uploaded(JSON.stringify(evaluationOf())));
    for (const body of [`/tiltyard explain ${one}`, `/tiltyard explain origin=${two}`, `/tiltyard what-if ${one}=1`])
      stage.repo.comment(pull, 'ann', body.slice(0, 60_000));
    stage.repo.comment(pull, 'eve', `/tiltyard ${two}`.slice(0, 60_000));
  },
  'the registry': (stage, texts) => {
    const { one, two } = texts;
    const quarantined = [{ version: '1.1.0', digest: 'a'.repeat(64), reason: one || 'x' }];
    proposed(stage, texts, {
      ...channelsFile({ champion: '1.0.0', quarantined }),
      [`registry/shop/versions/${asFile(two)}`]: one,
      [`registry/shop/evidence/${asFile(one)}`]: two,
      [`registry/${asFile(one)}/channels.yaml`]: two,
    });
  },
  'channels.yaml': (stage, texts) => {
    const { one, two } = texts;
    proposed(stage, texts, {
      'registry/shop/channels.yaml': `champion: ${JSON.stringify(one)}\n${JSON.stringify(short(two) || 'x')}: 1\n`,
    });
  },
};

/** Somebody writes a history of their own into our comment, and another head comes. */
function forge({ github, pulls, repo, us }: Stage, { one, two }: Texts): void {
  const pull = pulls.get('model') ?? 0;
  const comment = repo.comments(pull).find(({ author }) => author === us.login);
  const marker = comment === undefined ? null : readMarker(comment.body);
  if (comment === undefined || marker === null) return;
  const past = (line: string, digit: string) => ({ head: digit.repeat(40), line: line.slice(0, 240) });
  const forged = {
    ...marker,
    line: one.slice(0, 240),
    read: github.now().toISOString(),
    history: [past(one, '1'), past(two, '2')],
  };
  repo.editComment(comment.id, 'bob', `${writeMarker(forged)}${one}${two}`.slice(0, 65_000));
  repo.push(repo.pull(pull).head.ref, changed, { by: 'ann' });
}

/** Text of others takes a way through the whole of GitHub and the bot; what of it would be interpreted where we repeat it. */
export async function playHostile(way: string, texts: Texts): Promise<string[]> {
  const stage = createStage();
  const process = startProcess(stage);
  const wrong: string[] = [];
  const look = async () => {
    for (const delivery of stage.github.takeDeliveries()) await process.receive(delivery);
    await process.idle();
    for (const number of stage.pulls.values()) {
      const pull = stage.repo.pull(number);
      const ours = stage.repo.comments(number).filter(({ author }) => author === stage.us.login);
      for (const { body } of ours) {
        wrong.push(...interpreted(body));
        if (Buffer.byteLength(body) > 65_536) wrong.push('S12: a comment is longer than GitHub takes');
      }
      const checks = stage.repo.checks(pull.head.sha);
      // What could not be written would be harmless too.
      if (checks.length === 0) wrong.push('there is no check');
      for (const { annotations, summary, title } of checks) {
        wrong.push(...interpretedPlain(title ?? ''), ...interpreted(summary ?? ''));
        for (const one of annotations) {
          const message: unknown = Object(one).message;
          wrong.push(...interpretedPlain(String(message)));
        }
      }
    }
  };
  ways[way](stage, texts);
  await look();
  forge(stage, texts);
  await look();
  await process.end();
  return [...new Set([...wrong, ...stage.github.violations])];
}
