import type { Evaluation } from '../evidence/evaluation.ts';
import type { UsedData } from '../lineage.ts';
import { standingOf, type VersionRecord } from '../record.ts';
import type { Verdict } from '../verdict.ts';
import { code, prose } from './escape.ts';
import { factsOf } from './facts.ts';
import { count, decimalsOf, fixed, plural, rounded, signed, signedInterval } from './number.ts';
import { type OwnerParts, ownerPart } from './owner-parts.ts';
import { table } from './table.ts';
import { missing } from './version.ts';

const TASKS = {
  binary_classification: 'Predicts which of two classes a row belongs to, as a probability.',
  multiclass_classification: 'Predicts which of several classes a row belongs to, as probabilities.',
  regression: 'Predicts a number.',
} as const;
/** As many slices as a reader takes in. */
const MOST_SLICES = 40;

/** What the policy of now says of the evaluation, and where it stands. */
export interface JudgedNow {
  verdict: Verdict;
  path: string;
}

/**
 * A model card with the sections of Mitchell et al., Model Cards for Model Reporting (FAT* 2019). What the manifest and
 * the evidence know is written anew each time; what only people know stands in marked parts, which are kept.
 * @param judged Null where there is no evaluation, or no policy that can be read.
 */
export function modelCard(record: VersionRecord, judged: JudgedNow | null, kept: OwnerParts): string {
  const { version, evaluation } = record;
  const owner = (name: string, fallback: string | null) =>
    ownerPart(name, kept, fallback === null ? null : prose(fallback));
  const sections: [title: string, ...parts: string[]][] = [
    ['Model details', details(record), owner('details', null)],
    ['Intended use', owner('intended-use', version.card.intended_use)],
    ['Factors', factors(evaluation), owner('factors', null)],
    ['Metrics', metrics(record), owner('metrics', null)],
    ['Evaluation data', evaluationData(evaluation), owner('evaluation-data', null)],
    ['Training data', dataset(version.lineage.data.train), owner('training-data', null)],
    ['Quantitative analyses', ...verdictOn(evaluation, judged), ...analyses(evaluation)],
    ['Ethical considerations', owner('ethical-considerations', null)],
    ['Caveats and recommendations', ...caveats(record), owner('caveats', version.card.limits)],
  ];
  const known = new Set(
    sections.flatMap(([, ...parts]) => parts.flatMap((part) => /owner: ([a-z-]+)/.exec(part)?.[1] ?? [])),
  );
  for (const name of kept.keys()) {
    if (!known.has(name)) sections.push(['Further', ownerPart(name, kept, null)]);
  }
  const head = [
    `# Model card: ${code(version.model)} ${code(version.version)}`,
    '<!-- Written by tiltyard card. Between the lines `owner: …` and `end of owner` write what you like: it is kept. -->',
  ];
  return `${[...head, ...sections.flatMap(([title, ...parts]) => [`## ${title}`, ...parts])].join('\n\n')}\n`;
}

function details(record: VersionRecord): string {
  const { version } = record;
  const { lineage, artifact, card } = version;
  const rows: [string, string][] = [
    ['Owner', card.owner === null ? 'not named' : code(card.owner)],
    ['Version', `${code(version.version)}, ${prose(standingOf(record))}`],
    ['Follows', version.parent === null ? 'none: it is the first' : code(version.parent)],
    ['Task', TASKS[version.task]],
    ['Artifact', `${code(artifact.digest)}, ${count(artifact.bytes)} bytes`],
    ['Decision threshold', artifact.threshold === null ? 'none' : code(String(artifact.threshold))],
    ['Trained by', code(lineage.program.command)],
    ['Trained in', `${rounded(version.seconds)} s`],
    [
      'From commit',
      lineage.commit === null
        ? 'none: outside of git'
        : `${code(lineage.commit)}${lineage.modified ? ', with files changed since' : ''}`,
    ],
    ['Params', Object.keys(lineage.params).length === 0 ? 'none' : code(JSON.stringify(lineage.params))],
    ['Seed', code(String(lineage.seed))],
  ];
  return table([{ head: 'What' }, { head: 'Value' }], rows);
}

function factors(evaluation: Evaluation | null): string {
  const columns = evaluation?.slice_columns ?? [];
  if (columns.length === 0) return 'It was not evaluated by groups of rows.';
  return `It was evaluated by groups of ${columns.map((names) => names.map(code).join(' and ')).join('; ')}.`;
}

function metrics(record: VersionRecord): string {
  const rows = factsOf(record).filter(({ group }) => group === 'Metrics');
  return rows.length === 0
    ? 'No metric was measured.'
    : table(
        [{ head: 'Metric' }, { head: 'Value (interval)', align: 'right' }],
        rows.map(({ name, cell }) => [code(name), cell]),
      );
}

function evaluationData(evaluation: Evaluation | null): string {
  if (evaluation === null) return 'There is no evaluation.';
  const { digest, rows, clusters, cluster, start, end } = evaluation.benchmark;
  const units =
    clusters === null
      ? ''
      : ` in ${plural(clusters, 'independent cluster')}${cluster === null ? '' : ` (${code(cluster)})`}`;
  const judged = evaluation.benchmark.candidates_judged;
  const soFar = `${plural(judged, 'candidate')} ${judged === 1 ? 'was' : 'were'} judged on it so far.`;
  return `The benchmark ${code(digest)}: ${plural(rows, 'row')}${units}${span(start, end)}. ${soFar}`;
}

function dataset({ uri, digest, rows, start, end }: UsedData): string {
  return `${code(uri)}, sha256 ${code(digest)}: ${plural(rows, 'row')}${span(start, end)}.`;
}

function span(start: string | null, end: string | null): string {
  return start === null || end === null ? '' : `, from ${code(start)} to ${code(end)}`;
}

function verdictOn(evaluation: Evaluation | null, judged: JudgedNow | null): string[] {
  if (evaluation === null) return [];
  if (judged === null) return ['There is no policy that can be read, and so no verdict.'];
  const { verdict, path } = judged;
  return [`Verdict by the policy in ${code(path)} as it is now: **${verdict.verdict}**. ${prose(verdict.sentence)}`];
}

/** What the evaluation says of the version beside the champion of then, over all rows and by groups. */
function analyses(evaluation: Evaluation | null): string[] {
  if (evaluation === null) return ['There is no evaluation.'];
  const { champion, comparisons, confidence } = evaluation;
  const versus =
    champion === null
      ? 'no champion to compare with'
      : `the champion ${code(champion.version ?? champion.digest.slice(0, 12))}`;
  const bySlice = comparisons.filter(({ slice }) => slice !== null);
  const rows = [...comparisons.filter(({ slice }) => slice === null), ...bySlice.slice(0, MOST_SLICES)].map((one) => {
    const decimals = decimalsOf(one.interval);
    const group =
      one.slice === null
        ? 'all rows'
        : one.slice.map(({ column, value }) => `${code(column)} ${code(value)}`).join(', ');
    const interval = one.interval === null ? '' : ` (${signedInterval(one.interval, decimals)})`;
    const difference = `${signed(one.difference, decimals)}${interval}`;
    return [code(one.metric), group, count(one.rows), fixed(one.candidate.value, decimals), difference];
  });
  const text = table(
    [
      { head: 'Metric' },
      { head: 'Rows of' },
      { head: 'Rows', align: 'right' },
      { head: 'Value', align: 'right' },
      { head: `Difference (${100 * confidence} % interval)`, align: 'right' },
    ],
    rows,
  );
  const more =
    bySlice.length > MOST_SLICES ? [`${bySlice.length - MOST_SLICES} more groups stand in the evidence.`] : [];
  return [`Measured beside ${versus}.`, text, ...more];
}

function caveats(record: VersionRecord): string[] {
  const findings = record.evaluation?.data_findings.map(({ sentence }) => sentence) ?? [];
  const { commit, modified } = record.version.lineage;
  const changed =
    commit === null
      ? ['It was trained outside of git: no commit can be checked out to build it again.']
      : modified
        ? [
            'It was trained with files that differed from its commit: what is checked out there may build another model.',
          ]
        : [];
  const said = [...changed, ...missing(record), ...findings];
  return said.length === 0 ? [] : [said.map((sentence) => `- ${prose(sentence)}`).join('\n')];
}
