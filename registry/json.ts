import type { z } from 'zod';
import { UserError } from './error.ts';

/**
 * Parses a JSON document of ours and checks it against its schema. `where` is the file's path, for the message.
 * @throws UserError naming the first thing that does not fit.
 */
export function parseJson<S extends z.ZodType>(schema: S, text: string, where: string): z.output<S> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new UserError(`${where} is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`, {
      fix: 'It may be cut off; write it again.',
      cause,
    });
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = issue?.path.map(String).join('.') ?? '';
  throw new UserError(`${where}: ${path === '' ? '' : `${path}: `}${issue?.message ?? 'does not fit its schema'}`, {
    fix: 'Write it with the same release of Tiltyard that reads it, or correct that entry.',
    cause: parsed.error,
  });
}
