import { z } from 'zod';
import { type GitHub, type Place, stream } from './client.ts';
import { askAll, type Listed, pagesOf } from './lists.ts';
import { Time } from './time.ts';

const Artifact = z.object({
  id: z.int(),
  name: z.string(),
  size_in_bytes: z.int(),
  expired: z.boolean(),
  created_at: Time.nullable(),
  workflow_run: z.object({ id: z.int().optional() }).nullish().catch(null),
});
export type Artifact = z.infer<typeof Artifact>;

/** What a run uploaded, in all of its attempts. */
export async function listArtifacts(github: GitHub, place: Place, run: number): Promise<Listed<Artifact>> {
  return askAll(
    github,
    'GET /repos/{owner}/{repo}/actions/runs/{run_id}/artifacts',
    { ...place, run_id: run },
    { item: Artifact, under: 'artifacts', pages: 10 },
  );
}

/** What all runs uploaded under a name, page by page, as far as we saw what was made last first; 1,000 at most. */
export function artifactsNamed(
  github: GitHub,
  place: Place,
  name: string,
): AsyncGenerator<{ items: Artifact[]; isLast: boolean }> {
  const route = 'GET /repos/{owner}/{repo}/actions/artifacts';
  return pagesOf(github, route, { ...place, name }, { item: Artifact, under: 'artifacts', pages: 10 });
}

/** An artifact's zip file; null as soon as it turns out to have more than `most` bytes. */
export async function downloadArtifact(github: GitHub, place: Place, id: number, most: number): Promise<Buffer | null> {
  const route = 'GET /repos/{owner}/{repo}/actions/artifacts/{artifact_id}/{archive_format}';
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of stream(github, route, { ...place, artifact_id: id, archive_format: 'zip' })) {
    bytes += chunk.length;
    if (bytes > most) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
