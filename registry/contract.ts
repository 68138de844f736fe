import { sameClass } from './classes.ts';
import type { Contract, Evaluation } from './evidence/evaluation.ts';
import { quoted } from './judge/context.ts';

/** One thing that changed for callers, in a finished sentence. */
export interface ContractChange {
  kind: 'narrowed' | 'widened' | 'inner';
  sentence: string;
}

/** The changes between the two versions of an evaluation; none where one of the contracts is not known. */
export function changesOf({ champion, candidate }: Evaluation): ContractChange[] {
  const before = champion?.contract ?? null;
  return before === null || candidate.contract === null ? [] : contractChanges(before, candidate.contract);
}

/**
 * What changed for callers between two versions. Narrowed: something that worked with the champion no longer does (a
 * raw column is newly needed, an output is gone, of another type or shape, or the classes come in another order).
 * Widened: less is needed or more is given. Inner: the graph's own inputs, which only features.sql sees.
 * @param called What sentences call the one that was before.
 */
export function contractChanges(champion: Contract, candidate: Contract, called = 'the champion'): ContractChange[] {
  const changes: ContractChange[] = [];
  const narrowed = (sentence: string) => changes.push({ kind: 'narrowed', sentence });
  const widened = (sentence: string) => changes.push({ kind: 'widened', sentence });

  const before = new Map(champion.columns.map((column) => [column.name, column.type]));
  const after = new Map(candidate.columns.map((column) => [column.name, column.type]));
  for (const [name, type] of after) {
    const old = before.get(name);
    if (old === undefined)
      narrowed(`The candidate needs the raw column ${quoted(name)} (${type}), which ${called} does not read.`);
    else if (old !== type) narrowed(`The raw column ${quoted(name)} is read as ${type}; ${called} reads it as ${old}.`);
  }
  for (const name of before.keys()) {
    if (!after.has(name)) widened(`The raw column ${quoted(name)} is no longer needed.`);
  }

  const given = new Map(candidate.outputs.map((output) => [output.name, output]));
  for (const output of champion.outputs) {
    const now = given.get(output.name);
    if (now === undefined) narrowed(`The output ${quoted(output.name)} is gone.`);
    else if (now.type !== output.type)
      narrowed(`The output ${quoted(output.name)} is of type ${now.type}; it was ${output.type}.`);
    else if (!sameShape(now.shape, output.shape)) {
      narrowed(
        `The output ${quoted(output.name)} has the shape [${now.shape.join(', ')}]; it was [${output.shape.join(', ')}].`,
      );
    }
  }
  const known = new Set(champion.outputs.map((output) => output.name));
  for (const output of candidate.outputs) {
    if (!known.has(output.name)) widened(`The output ${quoted(output.name)} is new.`);
  }

  if (!sameClasses(champion.classes, candidate.classes)) {
    const list = (classes: string[] | null) => (classes === null ? 'none' : classes.map(quoted).join(', '));
    narrowed(`The classes, in order, are ${list(candidate.classes)}; they were ${list(champion.classes)}.`);
  }
  if (JSON.stringify(champion.inputs) !== JSON.stringify(candidate.inputs)) {
    changes.push({
      kind: 'inner',
      sentence: 'The inputs of the ONNX graph changed together with features.sql; callers do not see them.',
    });
  }
  return changes;
}

/** Exporters write one class in several ways: `true`, `1` and `1.0` are no change for callers. */
function sameClasses(a: string[] | null, b: string[] | null): boolean {
  if (a === null || b === null) return a === b;
  return a.length === b.length && a.every((name, k) => sameClass(name, b[k]));
}

/** A named dimension is free: only fixed sizes and the number of dimensions count. */
function sameShape(a: readonly (number | string)[], b: readonly (number | string)[]): boolean {
  const fixed = (shape: readonly (number | string)[]) =>
    shape.map((size) => (typeof size === 'number' && size > 0 ? size : '?'));
  return JSON.stringify(fixed(a)) === JSON.stringify(fixed(b));
}
