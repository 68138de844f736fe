import type { Interval, Method, SliceKey } from './evidence/evaluation.ts';
import type { Better } from './metric.ts';

/** What a guardrail held against evidence comes to. Only `pass` may ever lead to a merge. */
export type Status = 'pass' | 'fail' | 'inconclusive';

/**
 * What a measured difference says by itself: `better` (its whole interval lies on the better side), `worse` (on the
 * worse side), `equivalent` (inside a declared margin on both sides), else `inconclusive`.
 */
export type Word = 'better' | 'worse' | 'equivalent' | 'inconclusive';

/** One rule of the policy held against the evidence. */
export interface Finding {
  kind: 'primary' | 'guardrail' | 'slices' | 'contract' | 'data' | 'evidence';
  /** What is judged: a metric with its parameters, `latency p99_ms (single)`, `slices`, … */
  name: string;
  status: Status;
  word: Word | null;
  /** The rule as the policy spells it: `max_loss: 0.002`. */
  rule: string;
  /** One finished sentence with its numbers and the rule. Plain text: it may quote names out of data. */
  sentence: string;
  /** Where the rule stands: `models/flight-delay/model.yaml:23`; null for a rule that no file can change. */
  where: string | null;
  /** Relative rules: the p-value of "the loss is larger than allowed", Holm-adjusted over all relative rules. */
  holm_p_value: number | null;
  /** The numbers that were judged, for a table; null where there are none or they can't be judged. */
  measured: MeasuredNumbers | null;
  /** How much data would decide an inconclusive rule, if the truth is as measured. */
  settle: Settle | null;
}

/** The numbers under one finding. */
export interface MeasuredNumbers {
  unit: '' | 'ms' | 'MB';
  champion: number | null;
  candidate: number | null;
  /** The candidate's own interval, where the rule is about that. */
  candidate_interval: Interval | null;
  /** candidate − champion; for a ratio candidate ÷ champion. */
  difference: number | null;
  interval: Interval | null;
  ratio: boolean;
  /** How the interval was made; null where there is none. */
  method: Method | null;
  /** Which way it runs; null where lower is plainly better. */
  better: Better | null;
  /** Whether the metric chose a threshold on the benchmark itself. */
  threshold_from_benchmark: boolean;
  /** Variance with clusters over the variance without; null where there are none. */
  design_effect: number | null;
}

/** An amount of independent data, and how many times what was there. */
export interface Settle {
  units: 'rows' | 'clusters';
  count: number;
  times: number;
}

/** One slice held against the slice guardrail. `difference` is candidate − champion in the metric's own unit. */
export interface SliceJudgement {
  key: SliceKey;
  rows: number;
  clusters: number | null;
  champion: number | null;
  candidate: number | null;
  difference: number | null;
  interval: Interval | null;
  minimum_detectable: number | null;
  /** `loss shown` is beyond the declared margin; its absence is never proof of safety. */
  outcome: 'loss shown' | 'no loss shown' | 'not measured';
  /** Benjamini–Yekutieli-adjusted p-value of a loss beyond the margin; null where no margin is declared. */
  p_value: number | null;
  /** Whether the slice is shown to do worse than under the champion at all (margin 0). */
  newly_weak: boolean;
}

export interface SliceJudgements {
  /** The metric that slices are judged by: the primary one. */
  metric: string;
  better: Better;
  judged: SliceJudgement[];
  /** Slices with too few rows, rows of a class, or clusters to be judged. */
  too_small: { key: SliceKey; rows: number; reason: string }[];
}

export interface Verdict {
  verdict: Status;
  /** The verdict in one finished sentence. */
  sentence: string;
  /** Primary metric first, then the guardrails as the policy lists them, then what no rule asked for. */
  findings: Finding[];
  slices: SliceJudgements | null;
}
