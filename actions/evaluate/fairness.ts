import type { BinaryPredictions } from '#lib/metrics/metric.ts';
import { interval } from '#lib/statistics/interval.ts';
import { spread } from '#lib/statistics/spread.ts';
import { sumUnits } from '#lib/statistics/sums.ts';
import type { Estimate, Fairness } from '#registry/evidence/evaluation.ts';
import type { Pair } from './measure.ts';
import type { SliceCodes } from './slices.ts';

/** A rate in each group, and which rows it is a rate of. */
interface Rates {
  rate: Float64Array;
  weight: Float64Array;
  rows: Float64Array;
  /** Whether the row counts: all rows for the selection rate, those of one true class for the error rates. */
  counts(row: number): boolean;
}

/**
 * Demographic parity (difference and ratio of the highest and lowest selection rate) and equalised odds (the larger of
 * the differences in true- and in false-positive rate) along one protected column, defined as fairlearn defines them.
 *
 * Intervals are by influence values of the two groups that are furthest apart, as if those had been named beforehand;
 * where several groups are about equally far apart the difference is then, if anything, overstated.
 */
export function fairnessOf(column: SliceCodes, pair: Pair<BinaryPredictions>, confidence: number): Fairness {
  const measures = {
    champion: pair.champion === null ? null : measure(column, pair.champion, pair.clusters, confidence),
    candidate: measure(column, pair.candidate, pair.clusters, confidence),
  };
  const rates = (version: BinaryPredictions) => groupRates(column, version, () => true);
  const candidate = rates(pair.candidate);
  const champion = pair.champion === null ? null : rates(pair.champion);
  return {
    column: column.columns.join(' × '),
    groups: column.keys.map((key, group) => ({
      value: key.map(({ value }) => value).join(' × '),
      rows: candidate.rows[group],
      selection_rate: {
        champion: champion === null ? null : finite(champion.rate[group]),
        candidate: finite(candidate.rate[group]),
      },
    })),
    measures: (['demographic_parity_difference', 'demographic_parity_ratio', 'equalized_odds_difference'] as const).map(
      (name) => ({
        measure: name,
        champion: measures.champion === null ? null : measures.champion[name],
        candidate: measures.candidate[name],
        method: 'influence' as const,
      }),
    ),
  };
}

type Measures = Record<Fairness['measures'][number]['measure'], Estimate>;

function measure(
  column: SliceCodes,
  version: BinaryPredictions,
  clusters: Int32Array | null,
  confidence: number,
): Measures {
  const selection = groupRates(column, version, () => true);
  const odds = [1, 0].map((label) => groupRates(column, version, (row) => version.label[row] === label));
  const [truePositive, falsePositive] = odds;
  const further = gap(truePositive) >= gap(falsePositive) ? truePositive : falsePositive;
  const contrast = (
    rates: Rates,
    of: (high: number, low: number) => { value: number; byHigh: number; byLow: number },
  ): Estimate => {
    const [low, high] = ends(rates.rate);
    if (low === -1) return { value: null, interval: null };
    const { value, byHigh, byLow } = of(rates.rate[high], rates.rate[low]);
    if (!Number.isFinite(value)) return { value: null, interval: null };
    const influence = new Float64Array(version.rows);
    for (let row = 0; row < version.rows; row++) {
      const group = column.codes[row];
      if ((group !== high && group !== low) || !rates.counts(row)) continue;
      const residual = (Number(version.score[row] >= version.threshold) - rates.rate[group]) * weightOf(version, row);
      influence[row] = ((group === high ? byHigh : 0) + (group === low ? byLow : 0)) * (residual / rates.weight[group]);
    }
    // One more flipped row in the smaller group, so that a handful of equal rows is no certainty.
    const step = Math.max(Math.abs(byHigh) / rates.rows[high], Math.abs(byLow) / rates.rows[low]);
    const grouping = {
      stratum: null,
      strata: 1,
      cluster: clusters,
      clusters: clusters === null ? 0 : 1 + clusters.reduce((a, b) => Math.max(a, b), -1),
    };
    const { variance, degreesOfFreedom } = spread(sumUnits(null, influence, grouping), 'candidate', step);
    return { value, interval: interval(value, Math.sqrt(variance), degreesOfFreedom, confidence) };
  };
  const difference = (high: number, low: number) => ({ value: high - low, byHigh: 1, byLow: -1 });
  return {
    demographic_parity_difference: contrast(selection, difference),
    demographic_parity_ratio: contrast(selection, (high, low) => ({
      value: low / high,
      byHigh: -low / high ** 2,
      byLow: 1 / high,
    })),
    equalized_odds_difference: contrast(further, difference),
  };
}

function groupRates(column: SliceCodes, version: BinaryPredictions, counts: (row: number) => boolean): Rates {
  const groups = column.keys.length;
  const selected = new Float64Array(groups);
  const weight = new Float64Array(groups);
  const rows = new Float64Array(groups);
  for (let row = 0; row < version.rows; row++) {
    if (!counts(row)) continue;
    const group = column.codes[row];
    const w = weightOf(version, row);
    rows[group]++;
    weight[group] += w;
    if (version.score[row] >= version.threshold) selected[group] += w;
  }
  return { rate: selected.map((sum, group) => sum / weight[group]), weight, rows, counts };
}

/** Groups with the lowest and the highest rate; −1 where fewer than two groups have one. */
function ends(rate: Float64Array): [low: number, high: number] {
  const known = [...rate.keys()].filter((group) => Number.isFinite(rate[group]));
  if (known.length < 2) return [-1, -1];
  return [known.reduce((a, b) => (rate[b] < rate[a] ? b : a)), known.reduce((a, b) => (rate[b] >= rate[a] ? b : a))];
}

function gap({ rate }: Rates): number {
  const [low, high] = ends(rate);
  return low === -1 ? Number.NEGATIVE_INFINITY : rate[high] - rate[low];
}

function weightOf(version: BinaryPredictions, row: number): number {
  return version.weight === null ? 1 : version.weight[row];
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
