import { Evaluation } from '#registry/evidence/evaluation.ts';
import { type Artifact, downloadArtifact } from '#registry/github/artifacts.ts';
import { type GitHub, isGone, type Place } from '#registry/github/client.ts';
import { isModelName } from '#registry/model-name.ts';
import { parseHostile } from '#registry/parse-hostile.ts';
import { sha256 } from '#registry/sha256.ts';
import { parseStrictJson, UnreadableJson } from '#registry/strict-json.ts';
import { PREFIX } from './artifacts.ts';
import { LARGEST_EVIDENCE } from './folders.ts';
import type { Source } from './memory.ts';
import type { Evidence } from './snapshot.ts';
import { readZipEntry, UnreadableZip } from './zip.ts';

const LARGEST_ZIP = 10_000_000;
/** Of all models of a run together, unpacked. */
const LARGEST_RUN = 100_000_000;

/** Of a run, what tells where its evidence is and whether it can be relied on. */
export interface EvidenceRun {
  url: string;
  /** When its last attempt began, where what earlier attempts left does not count. */
  since: Date | null;
}

/**
 * What a run left for some models among what it uploaded, as hostile data: of limited size, unpacked in memory, held against
 * the schema.
 */
export async function readEvidence(
  { github, place }: Pick<Source, 'github' | 'place'>,
  run: EvidenceRun,
  models: readonly string[],
  artifacts: readonly Artifact[],
): Promise<{ evidence: Evidence[]; bytes: number }> {
  const found: Evidence[] = [];
  let room = LARGEST_RUN;
  for (const [model, artifact] of newestOf(artifacts, run)) {
    if (!models.includes(model)) continue;
    const read = await evaluationOf(github, place, artifact, { model, room });
    room -= read.bytes;
    const url = `${run.url}/artifacts/${artifact.id}`;
    found.push({ model, url, ...read.evidence });
  }
  return { evidence: found, bytes: LARGEST_RUN - room };
}

/** By model; of several with one name, as several attempts leave them, the one that was made last. */
function newestOf(artifacts: readonly Artifact[], { since }: EvidenceRun): Map<string, Artifact> {
  const counted = artifacts.filter(({ created_at: at }) => since === null || (at !== null && at >= since));
  return new Map(
    counted
      .sort((a, b) => a.id - b.id)
      .flatMap((artifact) => {
        const model = artifact.name.startsWith(PREFIX) ? artifact.name.slice(PREFIX.length) : '';
        return isModelName(model) ? [[model, artifact]] : [];
      }),
  );
}

type Parsed =
  | { evaluation: Evaluation; digest: string; problem: null }
  | { evaluation: null; digest: null; problem: string };

interface Read {
  bytes: number;
  evidence: Parsed;
}

const problem = (text: string): Parsed => ({ evaluation: null, digest: null, problem: text });
const nothing = (text: string): Read => ({ bytes: 0, evidence: problem(text) });

async function evaluationOf(
  github: GitHub,
  place: Place,
  artifact: Artifact,
  { model, room }: { model: string; room: number },
): Promise<Read> {
  if (artifact.expired) return nothing(EXPIRED);
  if (artifact.size_in_bytes > LARGEST_ZIP) return nothing(TOO_LARGE);
  if (room <= 0) return nothing('the evidence of all models of this run together is too large to be read');
  try {
    const zip = await downloadArtifact(github, place, artifact.id, LARGEST_ZIP);
    if (zip === null) return nothing(TOO_LARGE);
    const isEvaluation = (name: string) => /(^|\/)evaluation[^/]*\.json$/.test(name);
    const bytes = await readZipEntry(zip, isEvaluation, Math.min(LARGEST_EVIDENCE, room));
    return { bytes: bytes.length, evidence: parseEvidence(bytes, model) };
  } catch (error) {
    if (error instanceof UnreadableZip) return nothing(`the evidence can’t be unpacked: ${error.message}`);
    if (isGone(error)) return nothing(EXPIRED);
    throw error;
  }
}

const EXPIRED = 'the evidence has expired on GitHub; run the workflow again';
const TOO_LARGE = `the evidence is too large to be read: more than ${LARGEST_ZIP} bytes`;

/** Reads an evaluation of a model out of its bytes. Whatever they hold, it is evidence or a problem, never an exception. */
export function parseEvidence(bytes: Uint8Array, model: string): Parsed {
  let value: unknown;
  try {
    value = parseStrictJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    if (error instanceof UnreadableJson) return problem(`the evidence can’t be read: ${error.message}`);
    if (error instanceof TypeError) return problem('the evidence can’t be read: it is no UTF-8');
    throw error;
  }
  const { data, problem: wrong } = parseHostile(Evaluation, value);
  if (wrong !== null) {
    const where = wrong.where === '' ? '' : `${wrong.where}: `;
    return problem(`the evidence does not follow its schema: ${where}${wrong.message}`);
  }
  if (data.model !== model) return problem(`the evidence is about ${data.model.slice(0, 100)}, not about ${model}`);
  return { evaluation: data, digest: sha256(bytes), problem: null };
}
