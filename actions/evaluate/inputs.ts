import { z } from 'zod';
import { flag, limitInputs } from '#lib/inputs.ts';

/** What of an evaluation varies per run; everything else stands in model.yaml. The same names on the command line and in action.yml. */
export const EvaluateInputs = z.strictObject({
  model: z.string().min(1).describe('The model: the name of a folder under models/'),
  candidate: z.string().min(1).describe('The candidate: an artifact folder, or a registered version'),
  champion: z
    .string()
    .min(1)
    .optional()
    .describe('The champion: an artifact folder, or a registered version; by default what channels.yaml names'),
  benchmark: z
    .string()
    .min(1)
    .optional()
    .describe('Another place of the benchmark than model.yaml names (same data, fetched elsewhere)'),
  proposed: z
    .string()
    .min(1)
    .optional()
    .describe(
      'The model.yaml that a change proposes: what its policy asks for is measured besides; the one under models/ decides',
    ),
  evidence: z.string().min(1).default('evaluation.json').describe('Where to write the evidence'),
  summary: z.string().min(1).default('evaluation.md').describe('Where to write the summary'),
  root: z.string().min(1).default('.').describe('Root of the repository that holds models/ and registry/'),
  'self-test': flag().describe('Allow the candidate to be the champion itself: every difference must then be 0'),
  major: flag().describe('The candidate is declared a new major version: it may narrow the contract'),
  latency: flag(true).describe('Measure latency; without it, latency guardrails are inconclusive'),
  ...limitInputs('each child process'),
  'fail-on': z
    .enum(['fail', 'inconclusive', 'never'])
    .default('inconclusive')
    .describe('What ends the job red: fail, or also inconclusive, or never a verdict'),
});
export type EvaluateInputs = z.infer<typeof EvaluateInputs>;
