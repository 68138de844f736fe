import { z } from 'zod';

/** An input that is on or off: a flag of the command line, `true` or `false` in an action. */
export function flag(fallback = false) {
  return z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')]).default(fallback);
}

/** A number, also as text; out of its bounds it is told which they are. */
export function number() {
  return z.coerce.number({ error: ({ code }) => (code === 'invalid_type' ? 'is not a number' : undefined) });
}

/** What bounds a process that works on models or data; `who` stands in the help: `each child process`. */
export function limitInputs(who: string) {
  return {
    'memory-limit': number().positive().default(2_000).describe(`Memory that ${who} may use, in megabytes`),
    timeout: number().positive().default(1_800).describe(`Longest time that ${who} may take, in seconds`),
  };
}
