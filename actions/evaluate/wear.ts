import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { UserError } from '#registry/error.ts';

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
    const evidence = await read(join(folder, file));
    if (evidence.benchmark.digest === benchmark) digests.add(evidence.candidate.digest);
  }
  return digests.size;
}

async function read(path: string): Promise<z.infer<typeof Judged>> {
  try {
    return Judged.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (cause) {
    throw new UserError(`${path} is no evidence of an evaluation, so nobody can say what it judged`, {
      fix: 'Restore it from git: evidence does not change.',
      cause,
    });
  }
}
