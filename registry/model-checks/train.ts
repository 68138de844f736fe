import { canonicalJson } from '../canonical-json.ts';
import { quoted } from '../judge/context.ts';
import { listedParams } from '../listed-params.ts';
import { metrics } from '../metrics.generated.ts';
import type { Model } from '../model.ts';
import { nearest } from '../nearest.ts';
import type { Problem } from '../yaml/problem.ts';

/** Metrics that a threshold can be fitted to: they depend on it, know a better side, and need no parameters. */
const FITTED = metrics.filter(
  ({ thresholded, relative, better, params }) =>
    thresholded === true && relative && better === 'higher' && Object.values(params).every((value) => value !== null),
);

/** What is wrong with a model's `train`, of what takes more than one field to see. */
export function trainProblems(model: Model): Problem[] {
  return [...thresholdProblems(model), ...paramProblems(model)];
}

function paramProblems({ train }: Model): Problem[] {
  return listedParams(train?.params ?? {}).flatMap(({ name, values }) => {
    const entry = ['train', 'params', name, 'values'];
    const texts = values.map((value) => canonicalJson(value));
    if (values.length === 0) return [{ entry, message: `no value is listed for ${quoted(name)}`, fix: 'List some.' }];
    if (new Set(texts).size === texts.length) return [];
    return [{ entry, message: `a value of ${quoted(name)} is listed twice`, fix: 'Remove one of them.' }];
  });
}

function thresholdProblems({ task, train }: Model): Problem[] {
  if (train?.decision === undefined) return [];
  const entry = ['train', 'decision', 'threshold'];
  const { threshold } = train.decision;
  if (task !== 'binary_classification') {
    const message = 'a decision threshold is only for two classes';
    return [{ entry: ['train', 'decision'], message, fix: 'Remove train.decision.' }];
  }
  if (typeof threshold === 'number') return [];
  const problems: Problem[] = [];
  if (!FITTED.some(({ name }) => name === threshold.max)) {
    const names = FITTED.map(({ name }) => name);
    const near = nearest(threshold.max, names);
    problems.push({
      entry: [...entry, 'max'],
      message: `no threshold is fitted to ${quoted(threshold.max)}`,
      fix: near === null ? `Choose one of ${names.join(', ')}.` : `Did you mean ${near}?`,
    });
  }
  if (train.validation.share === 0) {
    problems.push({
      entry,
      message: 'the threshold is fitted on validation rows, and train.validation.share is 0',
      fix: 'Hold some rows out, or set the threshold to a number.',
    });
  }
  return problems;
}
