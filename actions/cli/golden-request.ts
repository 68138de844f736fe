import { z } from 'zod';
import { Artifact } from '#registry/artifact.ts';
import { Training } from '#registry/evidence/training.ts';

/** What the process that predicts golden rows is asked. */
export const GoldenRequest = z.strictObject({
  /** The artifact's folder. */
  folder: z.string(),
  description: Artifact,
  golden: Training.shape.golden.pick({ features: true, rows: true }),
});
export type GoldenRequest = z.infer<typeof GoldenRequest>;

/** What it answers: row by row what the model gives; null for what is no finite number. */
export const GoldenAnswer = z.object({ outputs: z.array(z.array(z.number().nullable())) });
