import { isStale } from '#lib/data/age.ts';
import type { DataFinding } from '#registry/evidence/evaluation.ts';
import type { Model } from '#registry/model.ts';
import type { Benchmark } from './benchmark.ts';
import type { Overlap } from './requests.ts';
import type { NamedArtifact } from './subjects.ts';

/** What makes a benchmark unfit to be judged on, beyond what its declaration forbids. Each is a finished sentence. */
export function dataFindings(
  model: Model,
  benchmark: Benchmark,
  versions: readonly { artifact: NamedArtifact; overlap: Overlap | null }[],
  now: Date,
): DataFinding[] {
  const findings: DataFinding[] = [];
  const add = (check: DataFinding['check'], sentence: string) => findings.push({ check, sentence });
  const { min_rows: promised, max_age: age } = model.data.benchmark;
  const number = (count: number) => count.toLocaleString('en');

  if (promised !== undefined && benchmark.rows < promised) {
    add(
      'too_few_rows',
      `The benchmark has ${number(benchmark.rows)} rows; at least ${number(promised)} were promised.`,
    );
  }
  if (age !== undefined && benchmark.end !== null && isStale(benchmark.end, age, now)) {
    add('stale', `The newest row of the benchmark is of ${benchmark.end}; it may be at most ${age} old.`);
  }
  for (const { artifact, overlap } of versions) {
    const { end } = artifact.description.training;
    const name = `the ${artifact.role}`;
    const byTime = end !== null && benchmark.start !== null;
    if (byTime && !(Date.parse(end) < Date.parse(benchmark.start ?? ''))) {
      add(
        'overlap_by_time',
        `The training data of ${name} end at ${end}, not before the benchmark begins at ${benchmark.start}.`,
      );
    }
    if (overlap !== null && overlap.shared > 0) {
      const extent = overlap.sampled === 1 ? number(overlap.shared) : `about ${number(overlap.estimate)}`;
      add(
        'overlap_by_id',
        `${extent} of the ${number(benchmark.rows)} rows of the benchmark were in the training data of ${name}, by their ids.`,
      );
    }
    if (overlap === null && !byTime) {
      add(
        'unknown_overlap',
        `Nobody can say whether ${name} was trained on rows of the benchmark: its artifact holds neither their ids nor their time.`,
      );
    }
  }
  const [first] = benchmark.label;
  if (model.task !== 'regression' && benchmark.label.every((label) => label === first)) {
    add('one_class', `All ${number(benchmark.rows)} rows of the benchmark are of one class.`);
  }
  return findings;
}

/** What is wrong with the predictions themselves, and with the processes that make them. */
export function outputFindings(
  versions: readonly { artifact: NamedArtifact; score: Float64Array | null; stopped: string | null }[],
  stoppedInTiming: string | null,
): DataFinding[] {
  const findings: DataFinding[] = [];
  for (const { artifact, score, stopped } of versions) {
    if (stopped !== null) {
      findings.push({ check: 'stopped', sentence: `No predictions of the ${artifact.role}: ${stopped}.` });
    } else if (score !== null && score.length > 1 && score.every((value) => value === score[0])) {
      findings.push({
        check: 'constant',
        sentence: `The ${artifact.role} predicts the same for every row: ${score[0]}.`,
      });
    }
  }
  if (stoppedInTiming !== null) {
    findings.push({ check: 'stopped', sentence: `Latency could not be measured: ${stoppedInTiming}.` });
  }
  return findings;
}
