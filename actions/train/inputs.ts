import { z } from 'zod';
import { flag, limitInputs, number } from '#lib/inputs.ts';

/** What of a training varies per run; everything else stands in model.yaml. The same names on the command line and in action.yml. */
export const TrainInputs = z.strictObject({
  model: z.string().min(1).describe('The model: the name of a folder under models/'),
  out: z
    .string()
    .min(1)
    .optional()
    .describe('A folder that gets artifact/ and training.json besides; one that an earlier run made is replaced'),
  root: z.string().min(1).default('.').describe('Root of the repository that holds models/ and registry/'),
  force: flag().describe('Train also where the same inputs were trained before'),
  verify: flag().describe('Train twice, and demand the same artifact, or the same metrics within train.tolerance'),
  seeds: number()
    .int('is no whole number')
    .min(1)
    .max(100)
    .default(1)
    .describe('With how many seeds to train, to tell how far the primary metric moves by chance alone'),
  sweep: flag().describe(
    'Try the values that train.params lists, and train with those that score best on the validation rows',
  ),
  tries: number()
    .int('is no whole number')
    .min(1)
    .optional()
    .describe('How many combinations to try, chosen at random; by default all'),
  parallel: number()
    .int('is no whole number')
    .min(1)
    .optional()
    .describe('How many combinations to try at a time; by default as many as there are cores'),
  'allow-changes': flag().describe('Do not mind files of the repository that change while the program runs'),
  ...limitInputs('each child process'),
});
export type TrainInputs = z.infer<typeof TrainInputs>;
