import { createHash } from 'node:crypto';
import { Evaluation } from '#registry/evidence/evaluation.ts';
import type { GitHub, Place } from '#registry/github/client.ts';
import { type Artifact, downloadArtifact, listArtifacts } from '#registry/github/runs.ts';
import type { Evidence } from './snapshot.ts';
import { readZipEntry, UnreadableZip } from './zip.ts';

/** The artifacts that our action uploads, one a model. */
const NAME = /^tiltyard-evaluation-([a-z0-9][a-z0-9-]{0,62})$/;
const LARGEST_ZIP = 20_000_000;
const LARGEST_EVIDENCE = 30_000_000;

/** What a run uploaded, as hostile data: of limited size, unzipped into memory, held against the schema. */
export async function readEvidence(
  github: GitHub,
  place: Place,
  run: { id: number; html_url: string },
): Promise<Evidence[]> {
  const found: Evidence[] = [];
  const seen = new Set<string>();
  for (const artifact of await listArtifacts(github, place, run.id)) {
    const model = NAME.exec(artifact.name)?.[1];
    if (model === undefined || seen.has(model)) continue;
    seen.add(model);
    const url = `${run.html_url}/artifacts/${artifact.id}`;
    found.push({ model, url, ...(await evaluationOf(github, place, artifact, model)) });
  }
  return found;
}

type Read =
  | { evaluation: Evaluation; digest: string; problem: null }
  | { evaluation: null; digest: null; problem: string };
const problem = (text: string): Read => ({ evaluation: null, digest: null, problem: text });

async function evaluationOf(github: GitHub, place: Place, artifact: Artifact, model: string): Promise<Read> {
  if (artifact.expired) return problem('the evidence has expired on GitHub; run the workflow again');
  if (artifact.size_in_bytes > LARGEST_ZIP)
    return problem(`the evidence is too large to be read (${artifact.size_in_bytes} bytes)`);
  let text: string;
  try {
    const zip = await downloadArtifact(github, place, artifact.id);
    if (zip.length > LARGEST_ZIP) return problem(`the evidence is too large to be read (${zip.length} bytes)`);
    text = await readZipEntry(zip, (name) => /(^|\/)evaluation[^/]*\.json$/.test(name), LARGEST_EVIDENCE);
  } catch (error) {
    if (error instanceof UnreadableZip) return problem(`the evidence can’t be unpacked: ${error.message}`);
    throw error;
  }
  return parse(text, model);
}

function parse(text: string, model: string): Read {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return problem('the evidence is no JSON');
  }
  const parsed = Evaluation.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return problem(`the evidence does not follow its schema: ${issue?.path.join('.')}: ${issue?.message}`);
  }
  if (parsed.data.model !== model) return problem(`the evidence is about ${parsed.data.model}, not about ${model}`);
  return { evaluation: parsed.data, digest: createHash('sha256').update(text).digest('hex'), problem: null };
}
