import type { Comparison, Slice, SliceKey } from '../evidence/evaluation.ts';
import { count, decimalsOf, plain, plural, pValue, rounded, signed } from '../markdown/number.ts';
import { type MetricFacts, metricLabel } from '../metric.ts';
import type { SliceColumn, SlicePolicy } from '../model.ts';
import { benjaminiYekutieli } from '../statistics/multiplicity.ts';
import type { Finding, SliceJudgement, SliceJudgements, Status } from '../verdict.ts';
import { type Context, finite, NO_CHAMPION, oneSidedLevel, quoted, standing, whole } from './context.ts';
import { tail } from './metric-rule.ts';
import { factsOf, findComparison, type Reading, readDifference } from './reading.ts';

interface Measured {
  slice: Slice;
  comparison: Comparison | null;
  /** null where the slice should have been measured and was not. */
  reading: Reading | null;
}

/**
 * Judges every slice by the primary metric. Slices overlap, so their p-values are adjusted by Benjamini and Yekutieli's
 * method; a slice that shows no loss is never called safe.
 */
export function judgeSlices(context: Context): { finding: Finding | null; slices: SliceJudgements | null } {
  const policy = context.model.evaluate.slices;
  const { primary } = context.model.evaluate;
  const facts = factsOf(context, primary.metric);
  if (policy === undefined) return { finding: null, slices: null };
  if (facts === null) return { finding: undecided(context, policy, 'the primary metric is unknown'), slices: null };

  const params = primary.params ?? {};
  const metric = metricLabel(facts.name, params);
  const defects = coverageDefects(context, policy);
  const tooSmall: SliceJudgements['too_small'] = [];
  const measured: Measured[] = [];
  // Evidence may have many thousands of slices: whoever sought each one's numbers among all would hold up the bot.
  const bySlice = Map.groupBy(context.evidence.comparisons, ({ slice }) => keyText(slice ?? []));
  for (const slice of context.evidence.slices) {
    const reason = reasonTooSmall(context, policy, slice);
    const comparisons = bySlice.get(keyText(slice.key)) ?? [];
    if (reason === null) measured.push(measure(context, facts, params, { slice, comparisons }));
    else tooSmall.push({ key: slice.key, rows: slice.rows, reason });
  }
  const sign = facts.better === 'higher' ? 1 : -1;
  const judged = adjust(measured, sign, policy.max_loss ?? null, oneSidedLevel(context.model.evaluate.confidence));
  const slices = { metric, better: facts.better, judged, too_small: tooSmall };
  if (policy.max_loss === undefined) return { finding: null, slices };
  return { finding: conclude(context, policy, slices, policy.max_loss, defects), slices };
}

/** The same text for the same rows; the order of a key's columns doesn't matter. */
function keyText(key: SliceKey): string {
  return JSON.stringify(key.map(({ column, value }) => JSON.stringify([column, value])).sort());
}

function measure(
  context: Context,
  facts: MetricFacts,
  params: Record<string, number>,
  { comparisons, slice }: { slice: Slice; comparisons: readonly Comparison[] },
): Measured {
  const comparison = findComparison(comparisons, facts, params, slice.key);
  if ('why' in comparison) return { slice, comparison: null, reading: null };
  const reading = readDifference(context, comparison, facts);
  const readable = !('why' in reading) && comparison.rows === slice.rows && facts.relative;
  return { slice, comparison, reading: readable ? reading : null };
}

/** Adjusts over the slices that were measured; leaving one out never makes another one's loss easier to overlook. */
function adjust(measured: Measured[], sign: number, margin: number | null, alpha: number): SliceJudgement[] {
  // A slice that was not measured keeps its place in the family, with a p-value that says nothing.
  const tails = (at: number) =>
    benjaminiYekutieli(
      measured.map(({ reading }) => (reading === null ? 1 : tail(sign * reading.value + at, reading))),
    );
  const beyondMargin = margin === null ? null : tails(margin);
  const beyondZero = tails(0);
  return measured.map(({ slice, comparison, reading }, index) => {
    const p = beyondMargin === null ? null : beyondMargin[index];
    return {
      key: slice.key,
      rows: slice.rows,
      clusters: slice.clusters,
      champion: finite(comparison?.champion?.value),
      candidate: finite(comparison?.candidate.value),
      difference: reading?.value ?? null,
      interval: reading?.interval ?? null,
      minimum_detectable: finite(comparison?.minimum_detectable),
      outcome: reading === null ? 'not measured' : p !== null && p <= alpha ? 'loss shown' : 'no loss shown',
      p_value: p,
      newly_weak: reading !== null && beyondZero[index] <= alpha,
    };
  });
}

function conclude(
  context: Context,
  policy: SlicePolicy,
  slices: SliceJudgements,
  margin: number,
  defects: string[],
): Finding {
  const { judged, metric } = slices;
  const lost = judged.filter((one) => one.outcome === 'loss shown');
  const blank = judged.filter((one) => one.outcome === 'not measured');
  const small = slices.too_small.length;
  const aside = small === 0 ? '' : `; ${plural(small, 'slice')} ${small === 1 ? 'was' : 'were'} too small to judge`;
  const base = (status: Status, sentence: string) => finding(context, policy, status, sentence);
  if (lost.length > 0) {
    const worst = lost.reduce((a, b) => ((a.p_value ?? 1) <= (b.p_value ?? 1) ? a : b));
    const decimals = decimalsOf(worst.interval);
    return base(
      'fail',
      `${metric} lost more than ${plain(margin)} in ${count(lost.length)} of ${plural(judged.length, 'slice')}, most clearly in ${sliceName(worst.key)} (${signed(worst.difference, decimals)}, adjusted p ${pValue(worst.p_value ?? 1)})${aside}.`,
    );
  }
  const [defect] = defects;
  if (defect !== undefined) return undecided(context, policy, defect);
  if (context.evidence.champion === null) return undecided(context, policy, NO_CHAMPION);
  if (judged.length === 0) return undecided(context, policy, `none is large enough to judge${aside}`);
  const [first] = blank;
  if (first !== undefined) {
    return undecided(
      context,
      policy,
      `${plural(blank.length, 'slice')} that should have been measured ${blank.length === 1 ? 'was' : 'were'} not, the first of them ${sliceName(first.key)}`,
    );
  }
  const detectable = judged.map((one) => one.minimum_detectable ?? Number.NaN);
  const weakest = Math.max(...detectable);
  const power = Number.isFinite(weakest)
    ? `; the least informative slice would show a loss of ${rounded(weakest)} or more in 80 % of cases`
    : '';
  return base(
    'pass',
    `No loss of ${metric} beyond ${plain(margin)} is shown in any of ${plural(judged.length, 'slice')}, which does not prove them safe${power}${aside}.`,
  );
}

/** `“origin” = “ORD”` */
export function sliceName(key: SliceKey): string {
  return key.map(({ column, value }) => `${quoted(column)} = ${quoted(value)}`).join(' and ');
}

function reasonTooSmall(context: Context, policy: SlicePolicy, slice: Slice): string | null {
  const { min_clusters } = context.model.evaluate;
  const rows = whole(slice.rows);
  if (rows === null) return null;
  if (rows < policy.min_rows) return `${plural(rows, 'row')}, ${count(policy.min_rows)} needed`;
  const smallest = slice.smallest_class === null ? null : whole(slice.smallest_class);
  if (context.model.task !== 'regression' && smallest !== null && smallest < policy.min_per_class) {
    return `${plural(smallest, 'row')} of a class, ${count(policy.min_per_class)} needed`;
  }
  const clusters = slice.clusters === null ? null : whole(slice.clusters);
  if (clusters !== null && clusters < min_clusters) {
    return `${plural(clusters, 'cluster')}, ${count(min_clusters)} needed`;
  }
  return null;
}

function columnName(column: SliceColumn): string {
  return typeof column === 'string' ? column : column.column;
}

/** Whether every declared column (and pair) was sliced, and every row lies in exactly one of its slices. */
function coverageDefects(context: Context, policy: SlicePolicy): string[] {
  const { evidence } = context;
  const columns = policy.columns.map(columnName);
  const wanted = columns.map((column) => [column]);
  if (policy.pairs) columns.forEach((a, i) => columns.slice(i + 1).forEach((b) => wanted.push([a, b])));
  const same = (a: readonly string[], b: readonly string[]) =>
    a.length === b.length && a.every((name) => b.includes(name));
  const defects: string[] = [];
  for (const names of wanted) {
    const label = names.map(quoted).join(' and ');
    if (!evidence.slice_columns.some((sliced) => same(sliced, names))) {
      defects.push(`the evidence does not slice by ${label}`);
      continue;
    }
    const own = evidence.slices.filter((slice) =>
      same(
        slice.key.map((part) => part.column),
        names,
      ),
    );
    const values = own.map(({ key }) =>
      JSON.stringify(names.map((name) => key.find((part) => part.column === name)?.value)),
    );
    const twice = new Set(values).size < own.length;
    const total = own.reduce((sum, slice) => sum + (whole(slice.rows) ?? Number.NaN), 0);
    if (twice) defects.push(`the evidence lists a slice of ${label} twice`);
    else if (total !== evidence.benchmark.rows) {
      defects.push(
        `the slices of ${label} hold ${Number.isFinite(total) ? count(total) : 'an unknown number'} of ${plural(evidence.benchmark.rows, 'row')}`,
      );
    }
  }
  return defects;
}

function finding(context: Context, policy: SlicePolicy, status: Status, sentence: string): Finding {
  return {
    kind: 'slices',
    name: 'slices',
    status,
    word: null,
    rule: `max_loss: ${plain(policy.max_loss ?? Number.NaN)}`,
    sentence,
    where: standing(context.where, ['evaluate', 'slices', 'max_loss']),
    holm_p_value: null,
    measured: null,
    settle: null,
  };
}

function undecided(context: Context, policy: SlicePolicy, why: string): Finding {
  return finding(context, policy, 'inconclusive', `Slices can’t be judged: ${why}.`);
}
