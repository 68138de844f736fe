import { createHash } from 'node:crypto';
import { z } from 'zod';
import { canonicalJson } from '../canonical-json.ts';
import { Evaluation } from '../evidence/evaluation.ts';
import { Training } from '../evidence/training.ts';

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
  /** sha256 of the canonical JSON of a training's lineage. */
  lineage: z.string().nullable(),
});
export type EvidenceFacts = z.infer<typeof EvidenceFacts>;

export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

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
    lineage: null,
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
    const { artifact, lineage } = training.data;
    return { ...facts, kind, model, artifact: artifact.digest, lineage: sha256(canonicalJson(lineage)) };
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
