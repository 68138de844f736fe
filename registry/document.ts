import type { z } from 'zod';
import { explain } from './yaml/explain.ts';
import { readPlainYaml } from './yaml/plain.ts';
import { type Entry, type Problem, refuse } from './yaml/problem.ts';
import { readYaml, type YamlText } from './yaml/read.ts';

/** A document that a person writes, checked against its schema, with the place of each of its entries. */
export interface ReadDocument<T> {
  value: T;
  path: string;
  /** The line of an entry, from 1; null where it isn't written (it may have a default). */
  line: (entry: Entry) => number | null;
}

/**
 * Reads a YAML document of ours. `check` looks at what takes more than one field to see.
 * @throws UserError that names every problem with its file, line and column, and what to do about it.
 */
export function readDocument<S extends z.ZodType>(
  schema: S,
  text: string,
  path: string,
  check: (value: z.output<S>) => Problem[] = () => [],
): ReadDocument<z.output<S>> {
  const plain = readPlainYaml(text);
  // The strict reader knows the places of entries; most documents are sound, and most sound ones never need them.
  let strict: YamlText | null = null;
  const yaml = () => (strict ??= readYaml(text, path));
  const { value } = plain ?? yaml();
  const place = (problem: Problem) => ({ ...problem, at: yaml().position(problem.entry) });
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    refuse(path, explain(schema, value, parsed.error.issues).map(place), parsed.error);
  }
  const problems = check(parsed.data);
  if (problems.length > 0) refuse(path, problems.map(place));
  return { value: parsed.data, path, line: (entry) => yaml().line(entry) };
}
