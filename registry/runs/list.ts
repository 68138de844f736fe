import { canonicalJson } from '../canonical-json.ts';
import { shortId } from '../history/commit.ts';
import { fixed, rounded } from '../markdown/number.ts';
import type { KeptRun } from './kept-run.ts';

export const LIST_HEAD = [
  'run',
  'model',
  'state',
  'params',
  'seed',
  'metrics',
  'input',
  'artifact',
  'seconds',
  'by',
  'version',
];

/** Longest list of parameters or metrics in one cell; `--format json` has all. */
const LONGEST = 60;

/** A row of the list of runs, under LIST_HEAD; `first` names the metric that stands first in its cell. */
export function listRow(run: KeptRun, first: string | null): string[] {
  const purpose = run.purpose === 'train' ? '' : ` (${run.purpose})`;
  const metrics = Object.entries(run.metrics).sort(([a], [b]) => Number(b === first) - Number(a === first));
  return [
    run.name,
    run.model,
    `${run.state}${purpose}`,
    listed(Object.entries(run.params).map(([name, value]) => `${name}=${canonicalJson(value)}`)),
    String(run.seed),
    listed(metrics.map(([name, value]) => `${name} ${fixed(value, 4)}`)),
    shortId(run.input_digest),
    run.digest === null ? '' : shortId(run.digest),
    run.seconds === null ? '' : rounded(run.seconds),
    run.by ?? '',
    run.version ?? '',
  ];
}

function listed(entries: readonly string[]): string {
  let text = '';
  for (const entry of entries) {
    const longer = text === '' ? entry : `${text} ${entry}`;
    if (text !== '' && longer.length > LONGEST) return `${text} …`;
    text = longer;
  }
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
