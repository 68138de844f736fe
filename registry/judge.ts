import type { Evaluation } from './evidence/evaluation.ts';
import { judgeLatency, judgeMemory, judgeSize } from './judge/budget-rule.ts';
import { type Context, type Judged, NO_CHAMPION, oneSidedLevel, type Where } from './judge/context.ts';
import { judgeSurroundings, unfitness } from './judge/evidence.ts';
import { judgeFairness } from './judge/fairness-rule.ts';
import { afterHolm, judgeMetric, type MetricFinding } from './judge/metric-rule.ts';
import { judgeSlices } from './judge/slice-rule.ts';
import { decimalsOf, fixed, plural } from './markdown/number.ts';
import type { Guardrail } from './model.ts';
import { holm } from './statistics/multiplicity.ts';
import type { Finding, Status, Verdict } from './verdict.ts';

/**
 * Holds the evidence of an evaluation against a model's policy. Pure: the same two documents give the same verdict to
 * anyone who computes it again. `fail` if a rule is broken, else `inconclusive` if any could not be decided, else `pass`.
 *
 * All rules must hold, so passing needs no correction for their number (an intersection-union test: Berger 1982);
 * naming those that failed does, hence Holm's correction beside them.
 */
export function judge(model: Judged, evidence: Evaluation, where: Where): Verdict {
  const context: Context = { model, evidence, where };
  const unfit = unfitness(context);
  const surroundings = judgeSurroundings(context, unfit);
  // Numbers made for another model, confidence or unit say nothing here, so no rule is held against them.
  if (unfit.length > 0) {
    const sentence = `${model.name} is inconclusive: the evidence can’t be judged, since ${unfit[0]}.`;
    return { verdict: 'inconclusive', sentence, findings: surroundings, slices: null };
  }

  const rules: MetricFinding[] = [judgeMetric(context, model.evaluate.primary, 'primary', ['evaluate', 'primary'])];
  model.evaluate.guardrails.forEach((guardrail, index) => {
    rules.push(...judgeGuardrail(context, guardrail, ['evaluate', 'guardrails', index]));
  });
  const { finding, slices } = judgeSlices(context);
  const findings = correct(rules, oneSidedLevel(model.evaluate.confidence));
  if (finding !== null) findings.push(finding);
  const verdict = conclude(model.name, [...findings, ...surroundings], slices);
  return evidence.champion === null && verdict.verdict === 'inconclusive' ? first(model.name, verdict) : verdict;
}

function judgeGuardrail(context: Context, rule: Guardrail, entry: (string | number)[]): MetricFinding[] {
  if ('metric' in rule) return [judgeMetric(context, rule, 'guardrail', entry)];
  const findings =
    'latency' in rule
      ? judgeLatency(context, rule, entry)
      : 'size' in rule
        ? [judgeSize(context, rule, entry)]
        : 'memory' in rule
          ? [judgeMemory(context, rule, entry)]
          : [judgeFairness(context, rule, entry)];
  return findings.map((finding) => ({ finding, pValue: null }));
}

/** Adds Holm's correction over all relative rules; it explains a failure and never changes a status. */
function correct(rules: readonly MetricFinding[], alpha: number): Finding[] {
  const family = rules.flatMap(({ pValue }) => (pValue === null ? [] : [pValue]));
  const adjusted = holm(family);
  let next = 0;
  return rules.map(({ finding, pValue }) =>
    pValue === null ? finding : afterHolm(finding, adjusted[next++], alpha, family.length),
  );
}

function conclude(model: string, findings: Finding[], slices: Verdict['slices']): Verdict {
  const named = (status: Status) => findings.filter((finding) => finding.status === status);
  const failed = named('fail');
  const open = named('inconclusive');
  const rules = plural(findings.length, 'rule');
  if (failed.length > 0) {
    const rest = open.length === 0 ? '' : `, and ${open.length} could not be decided`;
    const sentence = `${model} fails: ${failed.length} of ${rules} ${failed.length === 1 ? 'is' : 'are'} broken (${names(failed)})${rest}.`;
    return { verdict: 'fail', sentence, findings, slices };
  }
  if (open.length > 0 || findings.length === 0) {
    const what =
      findings.length === 0
        ? 'there is no rule to hold'
        : `${open.length} of ${rules} could not be decided (${names(open)})`;
    return {
      verdict: 'inconclusive',
      sentence: `${model} is inconclusive: ${what}; none is broken.`,
      findings,
      slices,
    };
  }
  return {
    verdict: 'pass',
    sentence: `${model} passes: ${gist(findings)}the candidate keeps all ${rules}.`,
    findings,
    slices,
  };
}

/** The verdict on a first version: what compares can't be decided, and that is nobody's fault. */
function first(model: string, verdict: Verdict): Verdict {
  const kept = verdict.findings.filter((finding) => finding.status === 'pass');
  const open = verdict.findings.filter(
    (finding) => finding.status === 'inconclusive' && !finding.sentence.includes(NO_CHAMPION),
  );
  const others = open.length === 0 ? '' : `; ${open.length} more could not be decided (${names(open)})`;
  const sentence = `${model} is inconclusive: ${NO_CHAMPION}, so a person decides on this first version; of the rules on the candidate alone ${kept.length} hold and none is broken${others}.`;
  return { ...verdict, sentence };
}

/** What became of the primary metric, in a few words. */
function gist(findings: readonly Finding[]): string {
  const primary = findings.find((finding) => finding.kind === 'primary');
  const measured = primary?.measured;
  if (primary === undefined || measured === undefined || measured === null || measured.difference === null) return '';
  const decimals = decimalsOf(measured.interval);
  const numbers = `${fixed(measured.champion, decimals)} to ${fixed(measured.candidate, decimals)}`;
  const verb =
    measured.difference > 0
      ? `rose from ${numbers}`
      : measured.difference < 0
        ? `fell from ${numbers}`
        : 'is unchanged';
  const word = primary.word === 'better' || primary.word === 'worse' ? ` (${primary.word})` : '';
  return `${primary.name} ${verb}${word}, and `;
}

/** Up to four names, each once. */
function names(findings: readonly Finding[]): string {
  const unique = [...new Set(findings.map((finding) => finding.name))];
  const shown = unique.slice(0, 4).join(', ');
  return unique.length > 4 ? `${shown} and ${unique.length - 4} more` : shown;
}
