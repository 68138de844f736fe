import type { TrainRecipe } from './model.ts';

type Params = TrainRecipe['params'];
type Value = Params[string];

/**
 * The params of which model.yaml lists several values, `trees: { values: [50, 100] }`, in its order. A list is a param
 * like any other; a mapping whose only key is `values` is not.
 */
export function listedParams(params: Params): { name: string; values: readonly Value[] }[] {
  return Object.entries(params).flatMap(([name, param]) => {
    if (typeof param !== 'object' || param === null || Array.isArray(param)) return [];
    const { values } = param;
    return Object.keys(param).length === 1 && Array.isArray(values) ? [{ name, values }] : [];
  });
}
