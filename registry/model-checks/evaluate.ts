import { quoted } from '../judge/context.ts';
import { metrics } from '../metrics.generated.ts';
import type { Guardrail, MetricRule, Model } from '../model.ts';
import { nearest } from '../nearest.ts';
import { spell } from '../yaml/explain.ts';
import { type Entry, type Problem } from '../yaml/problem.ts';
import { columnOf, isNumeric, unknownColumn, wrongType } from './columns.ts';
import { parameterProblems } from './parameters.ts';

/** What is wrong with a model's `evaluate`, of what takes more than one field to see. */
export function evaluateProblems(model: Model): Problem[] {
  const { guardrails, primary } = model.evaluate;
  return [
    ...primaryProblems(model, primary, ['evaluate', 'primary']),
    ...guardrails.flatMap((rule, index) => guardrailProblems(model, rule, ['evaluate', 'guardrails', index])),
    ...sliceProblems(model),
    ...protectedProblems(model),
  ];
}

function primaryProblems(model: Model, rule: MetricRule, entry: Entry): Problem[] {
  const absolute = (['at_least', 'at_most'] as const).filter((bound) => rule[bound] !== undefined);
  const relative = (['max_loss', 'min_gain'] as const).filter((bound) => rule[bound] !== undefined);
  const problems = metricProblems(model, rule, entry);
  for (const bound of absolute) {
    problems.push({
      entry: [...entry, bound],
      message: `the primary rule compares with the champion, so it can’t have ${bound}`,
      fix: 'Put that bound into evaluate.guardrails.',
    });
  }
  if (relative.length !== 1) problems.push(oneBound(entry, relative, ['max_loss', 'min_gain']));
  return problems;
}

function guardrailProblems(model: Model, rule: Guardrail, entry: Entry): Problem[] {
  if ('metric' in rule) {
    const bounds = ['max_loss', 'min_gain', 'at_least', 'at_most'] as const;
    const given = bounds.filter((bound) => rule[bound] !== undefined);
    const problems = metricProblems(model, rule, entry);
    return given.length === 1 ? problems : [...problems, oneBound(entry, given, bounds)];
  }
  if ('latency' in rule) {
    if (rule.at_most !== undefined || rule.max_ratio !== undefined) return [];
    return [
      { entry, message: `${spell(entry)} has no bound`, fix: 'Give it at_most (milliseconds), max_ratio, or both.' },
    ];
  }
  if ('fairness' in rule) {
    const given = (['at_least', 'at_most'] as const).filter((bound) => rule[bound] !== undefined);
    const problems = given.length === 1 ? [] : [oneBound(entry, given, ['at_least', 'at_most'])];
    if (!model.evaluate.protected.includes(rule.column)) {
      problems.push({
        entry: [...entry, 'column'],
        message: `${spell(entry)} is about the column ${quoted(rule.column)}, which is not declared protected`,
        fix: `Add it to evaluate.protected.`,
      });
    }
    return problems;
  }
  return [];
}

function oneBound(entry: Entry, given: readonly string[], bounds: readonly string[]): Problem {
  return {
    entry,
    message: `${spell(entry)} must have exactly one of ${bounds.join(', ')}, but has ${given.length === 0 ? 'none' : given.join(' and ')}`,
    fix: given.length === 0 ? `Add one, for example ${bounds[0]}: 0.01.` : 'Write one rule for each bound.',
  };
}

function metricProblems(model: Model, rule: MetricRule, entry: Entry): Problem[] {
  const facts = metrics.find((metric) => metric.name === rule.metric && metric.task === model.task);
  if (facts === undefined) {
    const names = metrics.filter((metric) => metric.task === model.task).map((metric) => metric.name);
    const near = nearest(rule.metric, names);
    return [
      {
        entry: [...entry, 'metric'],
        message: `${rule.metric} is no metric of ${model.task}`,
        fix: near === null ? `Choose one of ${names.join(', ')}.` : `Did you mean ${near}?`,
      },
    ];
  }
  const problems = parameterProblems(facts, rule.params, entry, 'metric');
  const relative = (['max_loss', 'min_gain'] as const).find((bound) => rule[bound] !== undefined);
  if (!facts.relative && relative !== undefined) {
    problems.push({
      entry: [...entry, relative],
      message: `${facts.name} can’t be compared with the champion’s, so it can’t have ${relative}`,
      fix: 'Bound it with at_least or at_most, or choose another metric.',
    });
  }
  return problems;
}

function sliceProblems(model: Model): Problem[] {
  const { slices } = model.evaluate;
  if (slices === undefined) return [];
  const names = slices.columns.map((column) => (typeof column === 'string' ? column : column.column));
  return slices.columns.flatMap((column, index) => {
    const entry = ['evaluate', 'slices', 'columns', index];
    const name = names[index];
    const problems = unknownColumn(model, name, entry);
    const say = (message: string, fix: string) => problems.push({ entry, message, fix });
    if (name === model.data.label)
      say('slices can’t be made by the label', 'Remove it: each slice would hold one class.');
    if (names.indexOf(name) !== index) say(`${quoted(name)} is sliced twice`, 'Remove one of them.');
    if (typeof column === 'string') return problems;
    const declared = columnOf(model, name);
    if (declared !== null && !isNumeric(declared))
      problems.push(wrongType(entry, name, declared, 'a number to be put into bands'));
    if ('edges' in column && column.edges.some((edge, i) => i > 0 && edge <= column.edges[i - 1])) {
      say('the edges of bands must ascend', 'Sort them, and leave out what is there twice.');
    }
    return problems;
  });
}

function protectedProblems(model: Model): Problem[] {
  const names = model.evaluate.protected;
  const entry = (index: number) => ['evaluate', 'protected', index];
  const problems = names.flatMap((name, index) => unknownColumn(model, name, entry(index)));
  names.forEach((name, index) => {
    if (name !== model.data.label) return;
    problems.push({ entry: entry(index), message: 'the label can’t be a protected column', fix: 'Remove it.' });
  });
  if (names.length > 0 && model.task === 'regression') {
    problems.push({
      entry: entry(0),
      message: 'fairness is measured on decisions between two classes, which a regression does not make',
      fix: 'Remove evaluate.protected, or slice by that column.',
    });
  }
  return problems;
}
