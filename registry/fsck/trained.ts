import { z } from 'zod';
import { canonicalJson } from '../canonical-json.ts';
import type { Training } from '../evidence/training.ts';
import { sha256 } from '../sha256.ts';
import type { Version } from '../version.ts';

const Sha256 = z.string();

/**
 * All that a manifest repeats of its training evidence, besides model and digest; what is a document of its own by the
 * sha256 of its canonical JSON, so that it stays small enough to be remembered of thousands.
 */
export const Trained = z.strictObject({
  task: z.string(),
  contract: Sha256,
  lineage: Sha256,
  seconds: z.number(),
  run: Sha256,
  bytes: z.number(),
  features_digest: z.string(),
  threshold: z.number().nullable(),
});
export type Trained = z.infer<typeof Trained>;

/** The same of a manifest, and of training evidence with its seconds beside its lineage. */
export function trainedOf(
  document: Pick<Version, 'task' | 'contract' | 'lineage' | 'seconds' | 'run'> & {
    artifact: Pick<Version['artifact'] & Training['artifact'], 'bytes' | 'features_digest' | 'threshold'>;
  },
): Trained {
  const { task, contract, lineage, seconds, run, artifact } = document;
  const { bytes, features_digest, threshold } = artifact;
  const [contracted, made, ran] = [contract, lineage, run].map((part) => sha256(canonicalJson(part)));
  return { task, contract: contracted, lineage: made, seconds, run: ran, bytes, features_digest, threshold };
}

/** Where a manifest says what its training evidence does not, in the order of the manifest. */
export function contradictions(own: Trained, told: Trained): { entry: string[]; name: string }[] {
  const parts: [key: keyof Trained, entry: string[], name: string][] = [
    ['task', ['task'], 'task'],
    ['bytes', ['artifact', 'bytes'], 'size in bytes'],
    ['features_digest', ['artifact', 'features_digest'], 'features digest'],
    ['threshold', ['artifact', 'threshold'], 'threshold'],
    ['contract', ['contract'], 'contract'],
    ['lineage', ['lineage'], 'lineage'],
    ['seconds', ['seconds'], 'duration'],
    ['run', ['run'], 'workflow run'],
  ];
  return parts.flatMap(([key, entry, name]) => (own[key] === told[key] ? [] : [{ entry, name }]));
}
