import { mean, quantileSorted, sampleStandardDeviation } from 'simple-statistics';
import { interval } from '#lib/statistics/interval.ts';
import type { Latency } from '#registry/evidence/evaluation.ts';

/** Milliseconds of each call of one process. */
export type Calls = { single: Float64Array; batch: Float64Array };

/** One fresh pair of processes that took turns. */
export interface TimedPair {
  champion: Calls | null;
  candidate: Calls;
}

/**
 * Percentiles of both versions and the interval of their ratio. Two processes of one model differ by where their memory
 * lies and by what else the machine does, so the process is the independent unit, not the call: each pair gives one
 * log ratio, and their mean has a t interval with pairs − 1 degrees of freedom.
 */
export function latency(pairs: readonly TimedPair[], batch: number, confidence: number): Latency {
  return { single: latencyOf(pairs, 'single', 1, confidence), batch: latencyOf(pairs, 'batch', batch, confidence) };
}

function latencyOf(
  pairs: readonly TimedPair[],
  kind: keyof Calls,
  batch: number,
  confidence: number,
): Latency['single'] {
  const candidate = pairs.map((pair) => percentiles(pair.candidate[kind]));
  const champion = pairs.flatMap((pair) => (pair.champion === null ? [] : [percentiles(pair.champion[kind])]));
  const paired = champion.length === pairs.length && pairs.length >= 2;
  const pooled = (calls: Float64Array[]) => percentiles(Float64Array.from(calls.flatMap((part) => [...part])));
  const ratio = (name: 'p50' | 'p95' | 'p99') => {
    const logs = candidate.map((own, pair) => Math.log(own[name] / champion[pair][name]));
    const centre = mean(logs);
    const error = sampleStandardDeviation(logs) / Math.sqrt(logs.length);
    const [low, high] = interval(centre, error, logs.length - 1, confidence);
    return { value: Math.exp(centre), interval: [Math.exp(low), Math.exp(high)] satisfies [number, number] };
  };
  return {
    champion: paired ? pooled(pairs.flatMap((pair) => (pair.champion === null ? [] : [pair.champion[kind]]))) : null,
    candidate: pooled(pairs.map((pair) => pair.candidate[kind])),
    ratio: paired ? { p50: ratio('p50'), p95: ratio('p95'), p99: ratio('p99') } : null,
    calls: pairs.reduce((sum, pair) => sum + pair.candidate[kind].length, 0),
    pairs: pairs.length,
    batch,
  };
}

function percentiles(calls: Float64Array): { p50: number; p95: number; p99: number } {
  const sorted = Array.from(calls).sort((a, b) => a - b);
  return { p50: quantileSorted(sorted, 0.5), p95: quantileSorted(sorted, 0.95), p99: quantileSorted(sorted, 0.99) };
}
