import type { Evaluation } from '#registry/evidence/evaluation.ts';
import type { Model } from '#registry/model.ts';
import { studentCdf } from '#registry/statistics/student.ts';

type Answer = 'pass' | 'fail' | 'inconclusive';

const good = (x: unknown): x is number => typeof x === 'number' && Number.isFinite(x);
const lowerIsBetter = ['log_loss', 'brier_score', 'expected_calibration_error'];

/**
 * The verdict once more, written from the rules' wording alone and in another shape than `judge`: every rule gives a
 * list of answers; one fail makes the verdict fail, else all must pass. It knows only what the generator makes.
 */
export function oracle(model: Model, evidence: Evaluation): Answer {
  const answers: Answer[] = [];
  const rules = [model.evaluate.primary, ...model.evaluate.guardrails];
  for (const rule of rules) {
    if ('metric' in rule) answers.push(metricAnswer(rule, evidence, model));
    if ('size' in rule) answers.push(evidence.candidate.artifact_bytes <= rule.at_most * 1_000_000 ? 'pass' : 'fail');
    if ('memory' in rule) {
      const bytes = evidence.timing.peak_memory_bytes.candidate;
      answers.push(!good(bytes) ? 'inconclusive' : bytes <= rule.at_most * 1_000_000 ? 'pass' : 'fail');
    }
    if ('latency' in rule) answers.push(...latencyAnswers(rule, evidence));
  }
  if (model.evaluate.slices?.max_loss !== undefined) answers.push(sliceAnswer(model, evidence));
  if (evidence.candidate.not_finite !== 0 || evidence.data_findings.length > 0) answers.push('inconclusive');
  if (needsMore(evidence) && !evidence.declared_major) answers.push('fail');
  if (evidence.confidence !== model.evaluate.confidence) return 'inconclusive';
  if (answers.includes('fail')) return 'fail';
  return answers.every((answer) => answer === 'pass') ? 'pass' : 'inconclusive';
}

/** Whether the candidate reads a raw column that the champion does not. */
function needsMore({ champion, candidate }: Evaluation): boolean {
  const known = champion?.contract?.columns.map(({ name }) => name) ?? null;
  return known !== null && (candidate.contract?.columns ?? []).some(({ name }) => !known.includes(name));
}

type Metric = Model['evaluate']['primary'];
type Comparison = Evaluation['comparisons'][number];

function enough(one: Comparison, model: Model): boolean {
  return one.not_finite === 0 && good(one.clusters) && one.clusters >= model.evaluate.min_clusters && good(one.rows);
}

/** [L, U] of the difference, oriented so that higher is better; null where it can't be trusted. */
function oriented(one: Comparison | undefined, evidence: Evaluation, model: Model): [number, number] | null {
  if (one === undefined || evidence.champion === null || !enough(one, model)) return null;
  const { champion, candidate, difference, interval } = one;
  if (!good(champion?.value) || !good(candidate.value) || !good(difference)) return null;
  if (interval === null || !good(interval[0]) || !good(interval[1])) return null;
  if (Math.abs(candidate.value - champion.value - difference) > 1e-9) return null;
  if (interval[0] > interval[1] || (interval[0] === interval[1] && difference !== 0)) return null;
  return lowerIsBetter.includes(one.metric) ? [-interval[1], -interval[0]] : [interval[0], interval[1]];
}

function metricAnswer(rule: Metric, evidence: Evaluation, model: Model): Answer {
  const found = evidence.comparisons.filter((one) => one.slice === null && one.metric === rule.metric);
  if (found.length !== 1) return 'inconclusive';
  if (rule.max_loss !== undefined || rule.min_gain !== undefined) {
    const both = oriented(found[0], evidence, model);
    if (both === null) return 'inconclusive';
    const [L, U] = both;
    if (rule.max_loss !== undefined) return L > -rule.max_loss ? 'pass' : U < -rule.max_loss ? 'fail' : 'inconclusive';
    const gain = rule.min_gain ?? Number.NaN;
    return L > gain ? 'pass' : U <= gain ? 'fail' : 'inconclusive';
  }
  const { interval, value } = found[0].candidate;
  if (!enough(found[0], model) || !good(value) || !good(interval?.[0]) || !good(interval?.[1])) return 'inconclusive';
  const [L, U] = interval;
  if (L >= U) return 'inconclusive';
  if (rule.at_least !== undefined) return L > rule.at_least ? 'pass' : U < rule.at_least ? 'fail' : 'inconclusive';
  const most = rule.at_most ?? Number.NaN;
  return U < most ? 'pass' : L > most ? 'fail' : 'inconclusive';
}

function latencyAnswers(
  rule: { at_most?: number | undefined; max_ratio?: number | undefined },
  evidence: Evaluation,
): Answer[] {
  const answers: Answer[] = [];
  const single = evidence.timing.latency?.single;
  const known = single !== undefined && good(single.calls) && single.calls >= 100;
  if (rule.at_most !== undefined) {
    const value = single?.candidate.p99;
    answers.push(!known || !good(value) ? 'inconclusive' : value <= rule.at_most ? 'pass' : 'fail');
  }
  if (rule.max_ratio !== undefined) {
    const ratio = single?.ratio?.p99;
    const [L, U] = ratio?.interval ?? [Number.NaN, Number.NaN];
    const usable = known && evidence.champion !== null && good(single.pairs) && single.pairs >= 2 && good(ratio?.value);
    if (!usable || !good(L) || !good(U) || L > U) answers.push('inconclusive');
    else answers.push(U < rule.max_ratio ? 'pass' : L > rule.max_ratio ? 'fail' : 'inconclusive');
  }
  return answers;
}

function sliceAnswer(model: Model, evidence: Evaluation): Answer {
  const policy = model.evaluate.slices;
  const margin = policy?.max_loss ?? Number.NaN;
  const alpha = (1 - model.evaluate.confidence) / 2;
  const large = evidence.slices.filter(
    (slice) =>
      !(slice.rows < (policy?.min_rows ?? 0)) &&
      !(slice.smallest_class !== null && slice.smallest_class < (policy?.min_per_class ?? 0)) &&
      !(slice.clusters !== null && slice.clusters < model.evaluate.min_clusters),
  );
  const tests = large.map((slice) => {
    const value = slice.key[0].value;
    const found = evidence.comparisons.filter(
      (one) => one.slice?.[0].value === value && one.metric === model.evaluate.primary.metric,
    );
    const both = found.length === 1 && found[0].rows === slice.rows ? oriented(found[0], evidence, model) : null;
    if (both === null || !good(found[0].standard_error) || !good(found[0].difference)) return null;
    const sign = lowerIsBetter.includes(found[0].metric) ? -1 : 1;
    const t = (sign * found[0].difference + margin) / found[0].standard_error;
    return studentCdf(t, found[0].degrees_of_freedom ?? Number.POSITIVE_INFINITY);
  });
  // Benjamini and Yekutieli (2001): the largest k with p(k) ≤ k α ÷ (m Σ 1/i); those up to it are rejected.
  const m = tests.length;
  const harmonic = tests.reduce<number>((sum, _, i) => sum + 1 / (i + 1), 0);
  const sorted = tests.map((p) => p ?? 1).sort((a, b) => a - b);
  if (sorted.some((p, i) => p <= ((i + 1) * alpha) / (m * harmonic))) return 'fail';
  const total = evidence.slices.reduce((sum, slice) => sum + slice.rows, 0);
  if (total !== evidence.benchmark.rows || m === 0 || tests.includes(null)) return 'inconclusive';
  return evidence.champion === null ? 'inconclusive' : 'pass';
}
