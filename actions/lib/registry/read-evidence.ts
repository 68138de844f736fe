import { readFile } from 'node:fs/promises';
import type { z } from 'zod';
import { UserError } from '#registry/error.ts';
import { printable } from '#registry/printable.ts';

/**
 * Reads a document of evidence, which comes from a program and not from a person, with its text.
 * @throws UserError where it is missing, or is something else.
 */
export async function readEvidence<S extends z.ZodType>(
  schema: S,
  path: string,
): Promise<{ text: string; value: z.output<S> }> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new UserError(`there is no evidence ${path}`, { fix: 'Name the file that the run wrote.', cause });
  });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new UserError(`${path} is no JSON`, { fix: 'Let the run write it again.', cause });
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return { text, value: parsed.data };
  const [issue] = parsed.error.issues;
  const place = issue?.path.map(String).join('.') ?? '';
  const what = printable(`${place === '' ? '' : `${place}: `}${issue?.message ?? ''}`);
  throw new UserError(`${path} is not the evidence that is asked for: ${what}`, {
    fix: 'Give the document of this kind that this version of Tiltyard wrote.',
    cause: parsed.error,
  });
}
