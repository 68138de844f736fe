import type { ModelAt, Tree } from '../snapshot/snapshot.ts';

/** A model whose model.yaml can be read. */
export type Sound = Extract<ModelAt, { problem: null }>;

/** A model at a commit, if it is there and its model.yaml can be read. */
export function soundModel({ models }: Tree, name: string): Sound | null {
  const at = own(models, name);
  return at === undefined || at.model === null ? null : at;
}

/** An entry of an object that came from outside, and nothing of its prototype. */
export function own<T>(record: Record<string, T>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
