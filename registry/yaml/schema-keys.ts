import { z } from 'zod';
import type { Entry } from './problem.ts';

/** The keys that a schema knows at an entry, over all the forms that the entry may take; none where any key may stand. */
export function keysAt(schema: unknown, entry: Entry): string[] {
  const here = withoutAbsence(schema);
  if (here instanceof z.ZodUnion) return [...new Set(here.options.flatMap((option) => keysAt(option, entry)))];
  const [first, ...rest] = entry;
  if (first === undefined) return here instanceof z.ZodObject ? Object.keys(here.shape) : [];
  if (here instanceof z.ZodObject) return keysAt(Reflect.get(here.shape, first), rest);
  if (here instanceof z.ZodArray) return keysAt(here.element, rest);
  return here instanceof z.ZodRecord ? keysAt(here.valueType, rest) : [];
}

/** A schema without what only says that it may be absent, or what becomes of it afterwards. */
export function withoutAbsence(schema: unknown): unknown {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault) {
    return withoutAbsence(schema.unwrap());
  }
  return schema instanceof z.ZodPipe ? withoutAbsence(schema.in) : schema;
}
