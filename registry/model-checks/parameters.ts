import type { MetricFacts, MetricParams } from '../metric.ts';
import type { Entry, Problem } from '../yaml/problem.ts';

/**
 * What is wrong with the parameters that a rule gives its metric.
 * @param key The key that names the metric in the rule.
 */
export function parameterProblems(facts: MetricFacts, params: MetricParams, entry: Entry, key: string): Problem[] {
  const problems: Problem[] = [];
  const known = Object.keys(facts.params);
  for (const name of Object.keys(params)) {
    if (known.includes(name)) continue;
    const fix = known.length === 0 ? `Remove it: ${facts.name} takes no parameters.` : `It takes ${known.join(', ')}.`;
    problems.push({ entry: [...entry, name], message: `${facts.name} has no parameter ${name}`, fix });
  }
  for (const [name, value] of Object.entries(facts.params)) {
    if (value !== null || params[name] !== undefined) continue;
    const fix = `Write it beside the metric: { ${key}: ${facts.name}, ${name}: … }.`;
    problems.push({ entry, message: `${facts.name} needs the parameter ${name}`, fix });
  }
  return problems;
}
