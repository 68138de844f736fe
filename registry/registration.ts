import { type Bump, nextVersion } from './bump.ts';
import type { Channels } from './channels.ts';
import type { Digest } from './digest.ts';
import { UserError } from './error.ts';
import type { Evaluation } from './evidence/evaluation.ts';
import type { Training } from './evidence/training.ts';
import { sha256 } from './sha256.ts';
import type { Version, VersionNumber } from './version.ts';
import { writeVersion } from './write-version.ts';

/** A document of evidence, with its text as it will be kept. */
export interface Document<T> {
  text: string;
  value: T;
}

/** All that makes a version of an artifact. */
export interface Registration {
  model: string;
  /** Where the store keeps it. */
  uri: string;
  training: Document<Training>;
  /** Null where it was not evaluated. */
  evaluation: Document<Evaluation> | null;
  card: Version['card'];
  /** The version that it follows; null for the first. */
  parent: Version | null;
  /** Numbers that were ever used. */
  taken: readonly VersionNumber[];
  /** What a person decides instead of the rules. */
  bump: Bump | null;
}

/** A version to be, why it has its number, and the files that register it: path from the repository's root → text. */
export interface NewVersion {
  version: Version;
  reason: string;
  manifest: string;
  files: Record<string, string>;
}

/**
 * The files that register an artifact.
 * @throws UserError where the documents are not about the same artifact of this model.
 */
export function register(registration: Registration): NewVersion {
  const { model, uri, training, evaluation, card, parent, taken, bump } = registration;
  requireTogether(model, training.value, evaluation?.value ?? null);
  const { task, artifact, contract, lineage, run, timing } = training.value;
  const { version: number, reason } = nextVersion(parent, training.value, taken, bump);
  const version: Version = {
    version: number,
    model,
    task,
    parent: parent?.version ?? null,
    artifact: {
      digest: artifact.digest,
      bytes: artifact.bytes,
      uri,
      features_digest: artifact.features_digest,
      threshold: artifact.threshold,
    },
    contract,
    lineage,
    seconds: timing.seconds,
    evidence: { training: digestOf(training), evaluation: evaluation === null ? null : digestOf(evaluation) },
    run,
    card,
  };
  const folder = `registry/${model}`;
  const manifest = `${folder}/versions/${number}.yaml`;
  return {
    version,
    reason,
    manifest,
    files: {
      [`${folder}/evidence/training-${version.evidence.training}.json`]: training.text,
      ...(evaluation === null
        ? {}
        : { [`${folder}/evidence/evaluation-${version.evidence.evaluation}.json`]: evaluation.text }),
      [manifest]: writeVersion(version),
    },
  };
}

function requireTogether(model: string, training: Training, evaluation: Evaluation | null): void {
  const { digest } = training.artifact;
  for (const [name, of] of [
    ['training', training.model],
    ['evaluation', evaluation?.model ?? model],
  ]) {
    if (of !== model) {
      throw new UserError(`the ${name} evidence is of the model ${JSON.stringify(of)}, not of ${model}`, {
        fix: `Give evidence of ${model}.`,
      });
    }
  }
  if (evaluation !== null && evaluation.candidate.digest !== digest) {
    throw new UserError(`the evaluation is of the artifact ${evaluation.candidate.digest}; this one is ${digest}`, {
      fix: 'Evaluate this artifact, and give the evidence of that.',
    });
  }
}

/** Every number that channels.yaml names, whether its manifest is still there or not. */
export function namedVersions({ champion, canary, retired, quarantined, overrides }: Channels): VersionNumber[] {
  return [
    ...(champion === null ? [] : [champion]),
    ...(canary === null ? [] : [canary.version]),
    ...retired,
    ...[...quarantined, ...overrides].map(({ version }) => version),
  ];
}

function digestOf({ text }: { text: string }): Digest {
  return sha256(text);
}
