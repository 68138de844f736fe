import { canonicalJson } from '../../canonical-json.ts';
import type { Guardrail, Model } from '../../model.ts';
import { policyText } from '../../parse-model.ts';
import { code } from '../escape.ts';

/** Told otherwise: where data lie by their pins, and the params of training by their own names. */
const ELSEWHERE = ['data.train.uri', 'data.benchmark.uri', 'train.params'];

/**
 * What model.yaml says otherwise, defaults included, by the paths of its entries; how it is written is no matter. `policy` is
 * null where that part says the same.
 */
export function modelChanges(before: Model, after: Model): { policy: string[] | null; recipe: string[] } {
  const all = entryChanges('', leaves(withoutRules(before)), leaves(withoutRules(after)));
  const recipe = [
    ...all.filter(({ path }) => isRecipe(path)).map(({ line }) => line),
    ...entryChanges('parameter ', parameters(before), parameters(after)).map(({ line }) => line),
  ];
  if (policyText(before) === policyText(after)) return { policy: null, recipe };
  const policy = [...all.filter(({ path }) => !isRecipe(path)).map(({ line }) => line), ...rules(before, after)];
  return { policy, recipe };
}

/** What `policyText` leaves out. */
function isRecipe(path: string): boolean {
  return /^(owner|features|train|data\.(train|production))(\.|$)/.test(path);
}

function parameters({ train }: Model): Map<string, unknown> {
  return new Map(Object.entries(train?.params ?? {}));
}

function withoutRules({ evaluate: { guardrails: _told, ...evaluate }, ...model }: Model): unknown {
  return { ...model, evaluate };
}

/** The values of a document by their paths; lists are values. */
function leaves(value: unknown, path = ''): Map<string, unknown> {
  if (ELSEWHERE.includes(path)) return new Map();
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return new Map([[path, value]]);
  return new Map(
    Object.entries(value).flatMap(([name, inner]) => [...leaves(inner, path === '' ? name : `${path}.${name}`)]),
  );
}

function entryChanges(kind: string, before: ReadonlyMap<string, unknown>, after: ReadonlyMap<string, unknown>) {
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((path) => {
    if (before.get(path) === after.get(path)) return [];
    const [old, now] = [written(before.get(path)), written(after.get(path))];
    return old === now ? [] : [{ path, line: `${kind}${code(path)}: ${old} → ${now}` }];
  });
}

function written(value: unknown): string {
  return value === undefined ? 'not set' : code(canonicalJson(value));
}

/** Guardrails that one policy has and the other has not; a rule on the same thing is the same rule with another bound. */
function rules({ evaluate: before }: Model, { evaluate: after }: Model): string[] {
  const [had, has] = [before.guardrails.map(canonicalJson), after.guardrails.map(canonicalJson)];
  const gone = before.guardrails.filter((_, index) => !has.includes(had[index] ?? ''));
  const come = after.guardrails.filter((_, index) => !had.includes(has[index] ?? ''));
  const lines: string[] = [];
  for (const rule of gone) {
    const index = come.findIndex((one) => subject(one) === subject(rule));
    const [other] = index === -1 ? [] : come.splice(index, 1);
    lines.push(`rule ${shown(rule)} ${other === undefined ? 'is gone' : `→ ${shown(other)}`}`);
  }
  return [...lines, ...come.map((rule) => `rule ${shown(rule)} is new`)];
}

function subject(rule: Guardrail): string {
  const { at_least: _a, at_most: _b, ...about } = { at_least: 0, at_most: 0, ...rule };
  return canonicalJson({ ...about, max_loss: 0, min_gain: 0, max_ratio: 0 });
}

/** As model.yaml may write it, on one line. */
function shown(rule: Guardrail): string {
  const { params, ...rest } = { params: {}, ...rule };
  const parts = Object.entries({ ...rest, ...params }).map(([name, value]) => `${name}: ${String(value)}`);
  return code(`{ ${parts.join(', ')} }`);
}
