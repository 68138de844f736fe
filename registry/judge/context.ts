import type { Evaluation } from '../evidence/evaluation.ts';
import type { Model } from '../model.ts';

/** The parts of a model's document that its evidence is judged by. */
export type Judged = Pick<Model, 'name' | 'task' | 'data' | 'evaluate'>;

/** Where the policy stands, so that a finding can point at its rule. */
export interface Where {
  /** Path of the model's document, for example `models/flight-delay/model.yaml`. */
  path: string;
  /** Line (from 1) of an entry such as `['evaluate', 'guardrails', 0, 'max_loss']`; null where it isn't written. */
  line: (entry: readonly (string | number)[]) => number | null;
}

/** All that a rule is judged from. */
export interface Context {
  model: Judged;
  evidence: Evaluation;
  where: Where;
}

/** `models/flight-delay/model.yaml:23` */
export function standing(where: Where, entry: readonly (string | number)[]): string {
  const line = where.line(entry);
  return line === null ? where.path : `${where.path}:${line}`;
}

/** Why a comparing rule can't be judged for a first version: the end of a sentence. */
export const NO_CHAMPION = 'there is no champion yet to compare with';

/** A present, typed, finite number, or null. Evidence comes from outside: a type that was checked once is checked again. */
export function finite(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/** A whole number of things, or null. */
export function whole(value: unknown): number | null {
  const number = finite(value);
  return number !== null && Number.isInteger(number) && number >= 0 ? number : null;
}

/** The one-sided level that goes with a two-sided confidence. */
export function oneSidedLevel(confidence: number): number {
  return (1 - confidence) / 2;
}

/**
 * A name out of data or a policy, quoted for a sentence: at most 60 characters, without line breaks or control
 * characters, so that it can't pass for a sentence of ours.
 */
export function quoted(name: string): string {
  const clean = name.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\uFFFD');
  const characters = [...clean];
  return `“${characters.length > 60 ? `${characters.slice(0, 59).join('')}…` : clean}”`;
}
