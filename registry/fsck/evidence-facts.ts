import { z } from 'zod';
import { Evaluation } from '../evidence/evaluation.ts';
import { Training } from '../evidence/training.ts';
import { sha256, Trained, trainedOf } from './trained.ts';

/** What the check of a registry needs to know of an evidence file; small enough to be remembered of thousands. */
export const EvidenceFacts = z.strictObject({
  sha256: z.string(),
  /** The same with the line endings of Unix, where it has those of Windows. */
  unix_sha256: z.string().nullable(),
  /** Why it can't be read; null where it can. */
  problem: z.string().nullable(),
  kind: z.string().nullable(),
  model: z.string().nullable(),
  /** The artifact that it is about. */
  artifact: z.string().nullable(),
  /** What a manifest repeats of it; null for evidence other than training. */
  trained: Trained.nullable(),
});
export type EvidenceFacts = z.infer<typeof EvidenceFacts>;

const About = z.object({ kind: z.string(), model: z.string() });

/** Reads an evidence file out of its bytes. Whatever it holds is a fact or a problem, never an exception. */
export function evidenceFacts(bytes: Uint8Array): EvidenceFacts {
  const text = new TextDecoder().decode(bytes);
  const facts: EvidenceFacts = {
    sha256: sha256(bytes),
    unix_sha256: text.includes('\r\n') ? sha256(text.replaceAll('\r\n', '\n')) : null,
    problem: null,
    kind: null,
    model: null,
    artifact: null,
    trained: null,
  };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ...facts, problem: 'it is no JSON' };
  }
  const about = About.safeParse(value);
  if (!about.success) return { ...facts, problem: 'it names no kind and no model' };
  const { kind, model } = about.data;
  if (kind === 'training') {
    const training = Training.safeParse(value);
    if (!training.success) return { ...facts, ...about.data, problem: firstIssue(training.error) };
    const { artifact, timing } = training.data;
    const trained = trainedOf({ ...training.data, seconds: timing.seconds });
    return { ...facts, kind, model, artifact: artifact.digest, trained };
  }
  if (kind === 'evaluation') {
    const evaluation = Evaluation.safeParse(value);
    if (!evaluation.success) return { ...facts, ...about.data, problem: firstIssue(evaluation.error) };
    return { ...facts, kind, model, artifact: evaluation.data.candidate.digest };
  }
  return { ...facts, kind, model };
}

function firstIssue(error: z.ZodError): string {
  const [issue] = error.issues;
  const at = issue?.path.map(String).join('.') ?? '';
  return `${at === '' ? 'the document' : at}: ${issue?.message ?? 'is not accepted'}`;
}
