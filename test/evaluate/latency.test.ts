import { describe, expect, it } from 'vitest';
import { random } from '#lib/statistics/random.ts';
import { Latency } from '#registry/evidence/evaluation.ts';
import { type Calls, latency, type TimedPair } from '../../actions/evaluate/latency.ts';
import { graph, modelBytes, node, tensor, value } from '../fixtures/onnx/build.ts';
import { makeRepository } from '../fixtures/repository.ts';
import { measure, of } from '../fixtures/run.ts';

const PERCENTILES = ['p50', 'p95', 'p99'] as const;

describe('latency', () => {
  it('has the percentiles of all calls, and as ratio the geometric mean of those of each pair', () => {
    const calls = (scale: number): Calls => ({
      single: Float64Array.from({ length: 101 }, (_, i) => scale * (1 + i)),
      batch: Float64Array.of(10 * scale, 10 * scale),
    });
    const pairs: TimedPair[] = [
      { champion: calls(1), candidate: calls(2) },
      { champion: calls(1), candidate: calls(8) },
    ];
    const { single, batch } = latency(pairs, 1024, 0.95);
    expect(single.champion).toEqual({ p50: 51, p95: 96, p99: 100 });
    expect(single.ratio?.p95.value).toBeCloseTo(4, 12);
    expect(batch).toMatchObject({ champion: { p50: 10, p95: 10, p99: 10 }, batch: 1024, calls: 4, pairs: 2 });
    // t with one degree of freedom at 0.975 is 12.706; the log ratios are 2 log 2 ∓ log 2.
    expect(single.ratio?.p50.interval?.[0]).toBeCloseTo(4 * Math.exp(-12.7062047 * Math.LN2), 8);
    expect(single.ratio?.p50.interval?.[1]).toBeCloseTo(4 * Math.exp(12.7062047 * Math.LN2), 2);
    expect(Latency.parse({ single, batch })).toEqual({ single, batch });
  });

  it('has no ratio without a champion', () => {
    const calls = { single: Float64Array.of(1, 2), batch: Float64Array.of(3) };
    const { single } = latency(
      [
        { champion: null, candidate: calls },
        { champion: null, candidate: calls },
      ],
      4,
      0.95,
    );
    expect(single).toMatchObject({ champion: null, ratio: null, candidate: { p50: 1.5 } });
  });

  it('of equally fast models covers the ratio 1 about as often as it says, also where processes differ', () => {
    const { normal } = random(7);
    const draws = 2_000;
    const covered = { p50: 0, p95: 0, p99: 0 };
    for (let draw = 0; draw < draws; draw++) {
      const process = (): Calls => {
        // Where its memory lies makes a whole process faster or slower; each call strays on top of that.
        const own = Math.exp(0.05 * normal());
        const call = () => own * Math.exp(0.1 * normal());
        return { single: Float64Array.from({ length: 40 }, call), batch: Float64Array.from({ length: 4 }, call) };
      };
      const pairs = Array.from({ length: 6 }, () => ({ champion: process(), candidate: process() }));
      const { ratio } = latency(pairs, 1024, 0.95).single;
      for (const name of PERCENTILES) {
        const [low, high] = ratio?.[name].interval ?? [2, 2];
        if (low <= 1 && 1 <= high) covered[name]++;
      }
    }
    // Three standard errors of a share of 95 % in 2,000 draws are 1.5 points.
    for (const name of PERCENTILES) expect(Math.abs(covered[name] / draws - 0.95)).toBeLessThan(0.015);
  });
});

describe('the latency of an evaluation', () => {
  it('is measured in turns, and its ratio’s interval holds the ratio', async () => {
    const repository = makeRepository({
      count: 300,
      edit: ({ evaluate }) => (evaluate.guardrails = [{ latency: 'p95_ms', at_most: 10_000, max_ratio: 1_000 }]),
    });
    const { evidence, status } = await measure(repository, {
      champion: 'candidate',
      latency: true,
      more: ['--self-test'],
    });
    expect(status).toBe(0);
    const { latency: timed } = evidence.timing;
    for (const kind of ['single', 'batch'] as const) {
      for (const name of PERCENTILES) {
        const { value, interval } = timed?.[kind].ratio?.[name] ?? { value: null, interval: null };
        const [low, high] = interval ?? [Number.NaN, Number.NaN];
        expect(low).toBeGreaterThan(0);
        expect(low).toBeLessThanOrEqual(Number(value));
        expect(high).toBeGreaterThanOrEqual(Number(value));
        expect(Number.isFinite(high)).toBe(true);
        expect(timed?.[kind].candidate[name]).toBeGreaterThan(0);
      }
    }
    expect(timed?.single.pairs).toBeGreaterThanOrEqual(2);
    expect(evidence.timing.peak_memory_bytes.candidate).toBeGreaterThan(1e7);
  });

  it('S16 that a version does not live through makes the verdict inconclusive, with the reason', async () => {
    const repository = makeRepository({
      count: 60,
      champion: null,
      candidate: { features: 'SELECT row_id, amount, -visits AS visits FROM source', onnx: endlessForOneRow() },
    });
    const { evidence, status, summary, world } = await measure(repository, { latency: true, more: ['--timeout', '4'] });
    expect(status).toBe(2);
    expect(evidence.timing.latency).toBeNull();
    expect(of({ evidence }, 'roc_auc').candidate.value).toBeGreaterThan(0.5);
    const sentence = 'Latency could not be measured: the candidate was stopped: it ran longer than 4 seconds.';
    expect(evidence.data_findings).toEqual([{ check: 'stopped', sentence }]);
    expect(summary).toContain(sentence);
    expect(world.left()).toEqual([]);
  });
});

/** The probability that grows with the row's sum; but of a row that comes alone, never. */
function endlessForOneRow(): Uint8Array {
  const scalar = (name: string, element: 'float' | 'bool') => value(name, element, []);
  const body = graph({
    nodes: [node('Identity', ['go_on'], ['still']), node('Add', ['carried', 'one_float'], ['more'])],
    inputs: [value('round', 'int64', []), scalar('go_on', 'bool'), scalar('carried', 'float')],
    outputs: [scalar('still', 'bool'), scalar('more', 'float')],
  });
  return modelBytes({
    nodes: [
      node('Shape', ['X'], ['shape']),
      node('Gather', ['shape', 'zero'], ['rows']),
      node('Equal', ['rows', 'one'], ['alone']),
      node('Loop', ['', 'alone', 'zero_float'], ['rounds'], { body }),
      node('ReduceSum', ['X', 'axes'], ['sums']),
      node('Add', ['sums', 'rounds'], ['scores']),
      node('Sigmoid', ['scores'], ['Y']),
    ],
    inputs: [value('X', 'float', ['N', 2])],
    outputs: [value('Y', 'float', ['N', 1])],
    initializers: [
      tensor('zero', 'int64', [], [0]),
      tensor('one', 'int64', [], [1]),
      tensor('axes', 'int64', [1], [1]),
      tensor('zero_float', 'float', [], [0]),
      tensor('one_float', 'float', [], [1]),
    ],
  });
}
