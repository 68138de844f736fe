import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { parseJson } from '#registry/json.ts';

const Judged = z.object({
  kind: z.literal('evaluation'),
  candidate: z.object({ digest: z.string() }),
  benchmark: z.object({ digest: z.string() }),
});

/**
 * How many distinct candidates are known to have been judged on a benchmark: those of the evidence committed in the
 * registry, and this one. Each look at a holdout wears it out a little, as the best of many looks better than it is.
 * @throws UserError for evidence that can't be read: leaving it out would make the count too low.
 */
export async function candidatesJudged(
  root: string,
  model: string,
  benchmark: string,
  candidate: string,
): Promise<number> {
  const folder = join(root, 'registry', model, 'evidence');
  const files = await readdir(folder).catch(() => []);
  const digests = new Set([candidate]);
  for (const file of files) {
    if (!file.startsWith('evaluation-') || !file.endsWith('.json')) continue;
    const evidence = parseJson(Judged, await readFile(join(folder, file), 'utf8'), join(folder, file));
    if (evidence.benchmark.digest === benchmark) digests.add(evidence.candidate.digest);
  }
  return digests.size;
}
