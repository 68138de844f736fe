import { z } from 'zod';
import { Data } from '#registry/model.ts';

/** What the process that compares logged features with computed ones is asked; it answers with `Parity`. */
export const ParityRequest = z.strictObject({
  root: z.string(),
  data: Data,
  features: z.strictObject({ name: z.string(), sql: z.string() }),
  /** The artifact's fitted tables: name → path. */
  state: z.record(z.string(), z.string()),
  raw: z.string(),
  logged: z.string(),
  tolerance: z.number().nonnegative(),
  seed: z.int(),
  temporary: z.string(),
});
export type ParityRequest = z.infer<typeof ParityRequest>;
