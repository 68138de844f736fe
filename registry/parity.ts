import { z } from 'zod';

const Count = z.int().nonnegative();

/** Ids as text: how many, and the first of them. */
const Ids = z.object({ count: Count, first: z.array(z.string()) });

/** How one feature that production logged compares with what features.sql gives for the same raw rows. */
export const FeatureParity = z.object({
  name: z.string(),
  /** As a model gets it: `float`, `double`, `int64`, `string`, `bool`. */
  type: z.string(),
  /** Whether the log has the column at all. */
  logged: z.boolean(),
  /** Rows in which it differs. */
  different: Count,
  /** The largest relative difference of finite numbers; null for other types. */
  largest: z.number().nullable(),
  /** The first rows in which it differs, in the order of the raw rows; null where nothing is there. */
  first: z.array(z.object({ id: z.string(), logged: z.string().nullable(), computed: z.string().nullable() })),
});
export type FeatureParity = z.infer<typeof FeatureParity>;

/** What `tiltyard parity` measured. */
export const Parity = z.object({
  /** Rows that have an id in common. */
  compared: Count,
  raw: Count,
  logged: Count,
  /** Raw rows that were not logged. */
  missing: Ids,
  /** Logged rows that have no raw row. */
  extra: Ids,
  /** Logged ids that stand in more than one row; each row is compared. */
  repeated: Ids,
  features: z.array(FeatureParity).min(1),
  /** Logged columns that are no feature. */
  others: z.array(z.string()),
});
export type Parity = z.infer<typeof Parity>;

/** Whether production computed what training, evaluation and this artifact compute. */
export function atParity({ features }: Parity): boolean {
  return features.every(({ logged, different }) => logged && different === 0);
}
