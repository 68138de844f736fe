import { z } from 'zod';

/*
 * What the bench and its GitHub, two processes, say to each other.
 */

/** What shall happen on GitHub, at a time by its clock; each is answered with `Happened`. */
export const Order = z.object({
  kind: z.enum([
    'nothing',
    /** The workflow runs again on the heads of some pull requests … */
    'begin',
    /** … and ends, with evidence. */
    'end',
    /** Some others get another head, of which nothing has run. */
    'push',
  ]),
  pulls: z.int().default(0),
  now: z.number(),
});
export type Order = z.input<typeof Order>;

/** Once it is there. */
export const Opened = z.object({ url: z.string(), token: z.string(), app: z.int(), now: z.number() });

/** The routes that were called since the last order, those answered with 304, and what was wrong with the requests. */
export const Happened = z.object({
  calls: z.array(z.string()),
  unchanged: z.array(z.string()),
  violations: z.array(z.string()),
});
