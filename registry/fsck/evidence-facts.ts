import { z } from 'zod';
import { Evaluation } from '../evidence/evaluation.ts';
import { Training } from '../evidence/training.ts';
import { type Problem, parseHostile } from '../parse-hostile.ts';
import { sha256 } from '../sha256.ts';
import { parseStrictJson, UnreadableJson } from '../strict-json.ts';
import { Trained, trainedOf } from './trained.ts';

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
    value = parseStrictJson(text);
  } catch (error) {
    if (error instanceof UnreadableJson) return { ...facts, problem: error.message };
    throw error;
  }
  const about = About.safeParse(value);
  if (!about.success) return { ...facts, problem: 'it names no kind and no model' };
  const { kind, model } = about.data;
  if (kind === 'training') {
    const { data, problem } = parseHostile(Training, value);
    if (problem !== null) return { ...facts, ...about.data, problem: sentence(problem) };
    const { artifact, timing } = data;
    const trained = trainedOf({ ...data, seconds: timing.seconds });
    return { ...facts, kind, model, artifact: artifact.digest, trained };
  }
  if (kind === 'evaluation') {
    const { data, problem } = parseHostile(Evaluation, value);
    if (problem !== null) return { ...facts, ...about.data, problem: sentence(problem) };
    return { ...facts, kind, model, artifact: data.candidate.digest };
  }
  return { ...facts, kind, model };
}

const sentence = ({ message, where }: Problem) => `${where === '' ? 'the document' : where}: ${message}`;
