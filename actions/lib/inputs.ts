import { z } from 'zod';

/** An input that is on or off: a flag of the command line, `true` or `false` in an action. */
export function flag(fallback = false) {
  return z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')]).default(fallback);
}
