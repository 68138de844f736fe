import { changesOf } from '../contract.ts';
import { plain, plural } from '../markdown/number.ts';
import type { Finding, Status } from '../verdict.ts';
import { type Context, quoted, whole } from './context.ts';

/**
 * What makes the evidence unfit to be judged by this policy at all, as ends of sentences: it is about another model or
 * task, was made at another confidence or with another unit of independence, or compares a version with itself.
 */
export function unfitness(context: Context): string[] {
  const { evidence, model } = context;
  const reasons: string[] = [];
  if (evidence.model !== model.name) reasons.push(`it is about ${quoted(evidence.model)}, not ${quoted(model.name)}`);
  if (evidence.task !== model.task) reasons.push(`it is about ${quoted(evidence.task)}, not ${model.task}`);
  if (evidence.confidence !== model.evaluate.confidence) {
    reasons.push(
      `its intervals are at a confidence of ${plain(evidence.confidence)}, and the policy asks for ${plain(model.evaluate.confidence)}`,
    );
  }
  const declared = model.data.cluster ?? null;
  if (evidence.benchmark.cluster !== declared) {
    reasons.push(
      `it takes ${evidence.benchmark.cluster === null ? 'every row' : quoted(evidence.benchmark.cluster)} for the independent unit, and the model declares ${declared === null ? 'none' : quoted(declared)}`,
    );
  }
  const equal = evidence.champion !== null && evidence.champion.digest === evidence.candidate.digest;
  if (equal && !evidence.self_test) reasons.push('it compares the candidate with itself');
  if (!equal && evidence.self_test) reasons.push('it calls itself a self-test, but compares two different versions');
  if (!(evidence.benchmark.rows > 0)) reasons.push('its benchmark has no rows');
  return reasons;
}

/** Findings that no rule of the policy asks for: unfit evidence, a narrowed contract, doubtful data. */
export function judgeSurroundings(context: Context, unfit: readonly string[]): Finding[] {
  const { evidence } = context;
  const findings = unfit.map((reason) =>
    fixedRule(
      'evidence',
      'evidence',
      'inconclusive',
      `The evidence can’t be judged: ${reason}.`,
      'evidence must fit the policy',
    ),
  );
  for (const change of changesOf(evidence)) {
    if (change.kind !== 'narrowed' || evidence.declared_major) continue;
    findings.push(
      fixedRule(
        'contract',
        'contract',
        'fail',
        `${change.sentence.replace(/\.$/, '')}: that narrows the contract with callers, which only a major version may.`,
        'only a major version may narrow the contract',
      ),
    );
  }
  const silent = [
    ...(evidence.candidate.contract === null ? ['candidate'] : []),
    ...(evidence.champion !== null && evidence.champion.contract === null ? ['champion'] : []),
  ];
  for (const name of silent) {
    const sentence = `The contract can’t be judged: that of the ${name} is not in the evidence.`;
    findings.push(fixedRule('contract', 'contract', 'inconclusive', sentence, 'both contracts must be known'));
  }
  for (const { check, sentence } of evidence.data_findings) {
    findings.push(fixedRule('data', check, 'inconclusive', sentence, 'the benchmark must be sound'));
  }
  const spoilt = whole(evidence.candidate.not_finite);
  if (spoilt !== 0) {
    const number = spoilt === null ? 'an unknown number of rows' : plural(spoilt, 'row');
    const sentence = `The candidate gives NaN or infinity for ${number}.`;
    findings.push(fixedRule('data', 'outputs', 'inconclusive', sentence, 'outputs must be finite'));
  }
  return findings;
}

function fixedRule(kind: Finding['kind'], name: string, status: Status, sentence: string, rule: string): Finding {
  return {
    kind,
    name,
    status,
    word: null,
    rule,
    sentence,
    where: null,
    holm_p_value: null,
    measured: null,
    settle: null,
  };
}
