import { z } from 'zod';
import { isObject } from './is-object.ts';

/** Something that a schema does not accept: where, as in `comparisons.0.metric` (the whole is ''), and why. */
export interface Problem {
  where: string;
  message: string;
}

/**
 * A value of others by a schema, or the first thing that is wrong with it. A schema by itself lists everything that is
 * wrong: of 150 KB full of `{}` that are 600 MB, of a megabyte more than there is.
 */
export function parseHostile<S extends z.ZodType>(
  schema: S,
  value: unknown,
): { data: z.output<S>; problem: null } | { data: null; problem: Problem } {
  // Part by part takes three times as long, and of little there is little to list.
  const found = isLittle(value) ? null : first(schema, value);
  if (found !== null) return { data: null, problem: problemOf(found.path.toReversed(), found.message) };
  // Of much, what is left to be said is about lists and objects as wholes.
  const parsed = schema.safeParse(value);
  if (parsed.success) return { data: parsed.data, problem: null };
  const [issue] = parsed.error.issues;
  return { data: null, problem: problemOf(issue?.path ?? [], issue?.message ?? 'it is not accepted') };
}

/** So many values have some ten thousand things wrong with them at most. */
const LITTLE = 1_000;

function isLittle(value: unknown): boolean {
  let left = LITTLE;
  const count = (one: unknown): void => {
    left -= 1;
    if (left > 0 && typeof one === 'object' && one !== null) for (const inner of Object.values(one)) count(inner);
  };
  count(value);
  return left > 0;
}

const problemOf = (path: readonly PropertyKey[], message: string): Problem => ({
  where: path.map(String).join('.').slice(0, 200),
  message: message.slice(0, 300),
});

interface Found {
  message: string;
  /** From the inside out. */
  path: PropertyKey[];
}

/** The first part, at any depth, that is not accepted. */
function first(schema: z.core.$ZodType, value: unknown): Found | null {
  if (schema instanceof z.ZodNullable) return value === null ? null : first(schema.unwrap(), value);
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault)
    return value === undefined ? null : first(schema.unwrap(), value);
  const parts = partsOf(schema, value);
  if (parts === null) {
    const [issue] = z.safeParse(schema, value).error?.issues ?? [];
    return issue === undefined ? null : { message: issue.message, path: issue.path.toReversed() };
  }
  for (const [name, inner, part] of parts) {
    const found = first(inner, part);
    if (found !== null) {
      found.path.push(name);
      return found;
    }
  }
  return null;
}

type Part = readonly [name: PropertyKey, schema: z.core.$ZodType, value: unknown];

/** What a list, an object or a record has inside, and by which schema; null where it has no inside. */
function partsOf(schema: z.core.$ZodType, value: unknown): Iterable<Part> | null {
  if (schema instanceof z.ZodArray && Array.isArray(value)) return items(schema.element, value);
  if (!isObject(value)) return null;
  if (schema instanceof z.ZodObject) return entries(schema.shape, value);
  return schema instanceof z.ZodRecord ? values(schema.valueType, value) : null;
}

function* items(schema: z.core.$ZodType, list: readonly unknown[]): Iterable<Part> {
  for (const [index, item] of list.entries()) yield [index, schema, item];
}

function* entries(shape: Record<string, z.core.$ZodType>, object: Record<string, unknown>): Iterable<Part> {
  for (const [name, schema] of Object.entries(shape)) yield [name, schema, object[name]];
}

function* values(schema: z.core.$ZodType, object: Record<string, unknown>): Iterable<Part> {
  for (const name of Object.keys(object)) yield [name, schema, object[name]];
}
