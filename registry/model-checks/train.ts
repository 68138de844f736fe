import { canonicalJson } from '../canonical-json.ts';
import { quoted } from '../judge/context.ts';
import { listedParams } from '../listed-params.ts';
import { metrics } from '../metrics.generated.ts';
import type { Model } from '../model.ts';
import { nearest } from '../nearest.ts';
import { fittedMetric } from '../threshold-rule.ts';
import { spell } from '../yaml/explain.ts';
import type { Problem } from '../yaml/problem.ts';
import { parameterProblems } from './parameters.ts';

/** Metrics that a threshold can be fitted to: they depend on one, and know a better side. */
const FITTED = metrics.filter(
  ({ thresholded, thresholdFromBenchmark, relative }) => relative && (thresholded ?? thresholdFromBenchmark ?? false),
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
  const { name, better, params } = fittedMetric(threshold);
  const key = better === 'higher' ? 'max' : 'min';
  const facts = FITTED.find((metric) => metric.name === name);
  if ((threshold.max === undefined) === (threshold.min === undefined)) {
    const message = `${spell(entry)} must have exactly one of max and min`;
    problems.push({ entry, message, fix: 'Name the metric that it makes largest, or the one that it makes smallest.' });
  } else if (facts === undefined) {
    const names = FITTED.map((metric) => metric.name);
    const near = nearest(name, names);
    problems.push({
      entry: [...entry, key],
      message: `no threshold is fitted to ${quoted(name)}`,
      fix: near === null ? `Choose one of ${names.join(', ')}.` : `Did you mean ${near}?`,
    });
  } else if (facts.better !== better) {
    const [word, other] = better === 'higher' ? ['lower', 'min'] : ['higher', 'max'];
    const message = `${name} is better when it is ${word}`;
    problems.push({ entry: [...entry, key], message, fix: `Write { ${other}: ${name} }.` });
  } else problems.push(...parameterProblems(facts, params, entry, key));
  if (train.validation.share === 0) {
    problems.push({
      entry,
      message: 'the threshold is fitted on validation rows, and train.validation.share is 0',
      fix: 'Hold some rows out, or set the threshold to a number.',
    });
  }
  return problems;
}
