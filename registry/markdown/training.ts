import type { Training } from '../evidence/training.ts';
import { code, prose } from './escape.ts';
import { count, fixed, plural, rounded } from './number.ts';
import { cappedTable, table } from './table.ts';

/** What a training came to, for a terminal: one finished sentence a line. `by` names who made it before, if anybody. */
export function trainingLines(training: Training, primary: string, by: string | null): string[] {
  return [...sentencesOf(training, primary, by), `Its digest is ${training.artifact.digest}.`];
}

function sentencesOf(training: Training, primary: string, by: string | null): string[] {
  const { artifact, lineage, validation, seed_spread: spread, verification, timing } = training;
  const { rows, start, end } = lineage.data.train;
  const span = start === null ? '' : `, ${start} to ${end}`;
  const made =
    by === null
      ? `${training.model} was trained in ${rounded(timing.seconds)} s on ${plural(rows, 'row')}${span}.`
      : `${training.model} was not trained: ${by} was made of the same inputs (${lineage.input_digest.slice(0, 12)}).`;
  const lines = [made];
  if (validation !== null) {
    const value = validation.metrics[primary];
    const said = value === undefined ? `${primary} is not defined there` : `${primary} ${fixed(value, 4)}`;
    lines.push(`On the ${plural(validation.rows, 'row')} that were held out: ${said}.`);
  }
  if (artifact.threshold !== null) lines.push(`The decision threshold is ${fixed(artifact.threshold, 4)}.`);
  if (spread !== null) {
    const spreadOf = `${spread.metric} has a standard deviation of ${rounded(spread.standard_deviation)}`;
    lines.push(`Over ${count(spread.values.length)} seeds, ${spreadOf}.`);
  }
  if (training.sweep !== null) lines.push(sweepLine(training.sweep, lineage.params));
  if (verification !== null) {
    const how = verification.same_digest ? 'the same artifact' : `the same metrics within ${verification.tolerance}`;
    lines.push(`Trained twice, it gave ${how}.`);
  }
  return lines;
}

/** The same for the summary page of a job, with all metrics. */
export function trainingSummary(training: Training, primary: string, by: string | null): string {
  const [made, ...lines] = sentencesOf(training, primary, by);
  const metrics = Object.entries(training.validation?.metrics ?? {});
  // The digest is there to be copied: without the full stop behind it.
  const sentences = [...lines.map((line) => `- ${prose(line)}`), `- Its digest is ${code(training.artifact.digest)}.`];
  const rows = metrics.map(([name, value]) => [code(name), fixed(value, 4)]);
  const measured =
    rows.length === 0
      ? []
      : ['', table([{ head: 'Metric on the held-out rows' }, { head: 'Value', align: 'right' }], rows)];
  const head = [`### Training of ${code(training.model)}`, '', prose(made ?? ''), '', ...sentences, ...measured];
  return [...head, ...(training.sweep === null ? [] : ['', sweepTable(training.sweep)]), ''].join('\n');
}

type Sweep = NonNullable<Training['sweep']>;

function sweepLine({ metric, of, tried, failed, results }: Sweep, params: Training['lineage']['params']): string {
  const names = Object.keys(results[0]?.params ?? {});
  const best = names.map((name) => `${name} ${JSON.stringify(params[name])}`).join(', ');
  const some = tried === of ? `all ${count(of)} combinations` : `${count(tried)} of ${count(of)} combinations`;
  const lost = failed === 0 ? '' : ` (${count(failed)} failed)`;
  return `Of ${some} that were tried${lost}, ${best} has the best ${metric} on the held-out rows.`;
}

/** What each try scored, in the order of the grid. */
function sweepTable({ metric, results }: Sweep): string {
  const names = Object.keys(results[0]?.params ?? {});
  const columns = [...names.map((name) => ({ head: code(name) })), { head: code(metric), align: 'right' as const }];
  const rows = results.map(({ params, value }) => [
    ...names.map((name) => code(JSON.stringify(params[name]))),
    value === null ? 'failed' : fixed(value, 4),
  ]);
  return cappedTable(columns, rows, 100);
}
