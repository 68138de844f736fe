import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { UserError } from '#registry/error.ts';
import { Evaluation } from '#registry/evidence/evaluation.ts';
import { Training } from '#registry/evidence/training.ts';
import { EvidenceFacts, evidenceFacts } from '#registry/fsck/evidence-facts.ts';
import type { Contents } from '#registry/fsck/model-state.ts';
import { registryFile } from '#registry/fsck/place.ts';
import type { Commit } from '#registry/history/commit.ts';
import { readBlobs } from '../git/blobs.ts';
import type { GitRepository } from '../git/repository.ts';
import { writeTogether } from '../write.ts';

/** What the check of a registry reads: texts of manifests and channels whole, of evidence only its facts. */
export async function readContents(
  repository: GitRepository,
  commits: readonly Commit[],
  uncommitted: ReadonlyMap<string, Buffer>,
): Promise<Contents> {
  const cache = await openFactsCache(repository.root);
  const texts = new Map<string, string>();
  const facts = new Map<string, EvidenceFacts>();
  const evidence = new Set<string>();
  const wanted = new Set<string>();
  for (const { changes } of commits) {
    for (const { path, after, kind } of changes) {
      const file = registryFile(path);
      if (after === null || kind !== 'file' || file.kind === 'other' || file.kind === 'stranger') continue;
      if (file.kind === 'evidence') {
        evidence.add(after);
        const known = cache.known.get(after);
        if (known !== undefined) facts.set(after, known);
      }
      if (!facts.has(after)) wanted.add(after);
    }
  }
  const take = (id: string, bytes: Buffer) => {
    if (evidence.has(id)) facts.set(id, evidenceFacts(bytes));
    else texts.set(id, bytes.toString('utf8'));
  };
  for (const [id, bytes] of uncommitted) if (wanted.delete(id)) take(id, bytes);
  const missing = await readBlobs(repository, wanted, take);
  if (missing.length > 0) {
    throw new UserError(
      `git does not have ${missing.length} objects of the registry’s history, such as ${missing[0]}`,
      {
        fix: 'Fetch the whole history, or check the repository with git fsck.',
      },
    );
  }
  await cache.keep(new Map([...facts].filter(([id]) => !uncommitted.has(id))));
  return { text: (id) => have(texts, id), evidence: (id) => have(facts, id) };
}

function have<T>(map: ReadonlyMap<string, T>, id: string): T {
  const found = map.get(id);
  if (found === undefined) throw new Error(`the content ${id} was not read`);
  return found;
}

interface FactsCache {
  known: ReadonlyMap<string, EvidenceFacts>;
  keep(facts: ReadonlyMap<string, EvidenceFacts>): Promise<void>;
}

/**
 * Facts of evidence that was read before, by git's id of its content, which stands for its bytes. They are kept for the
 * schemas that they were read by: others may read something else.
 */
async function openFactsCache(root: string): Promise<FactsCache> {
  const schemas = JSON.stringify([Training, Evaluation].map((schema) => z.toJSONSchema(schema, { io: 'input' })));
  const key = createHash('sha256').update(schemas).digest('hex').slice(0, 16);
  const path = join(root, '.tiltyard', 'cache', `evidence-facts-${key}.json`);
  const text = await readFile(path, 'utf8').catch(() => null);
  const known = new Map(Object.entries(text === null ? {} : parseFacts(text)));
  return {
    known,
    async keep(facts) {
      if ([...facts.keys()].every((id) => known.has(id))) return;
      // A place that can't be written only costs time.
      await writeTogether({ [path]: JSON.stringify(Object.fromEntries([...known, ...facts])) }).catch(() => {});
    },
  };
}

function parseFacts(text: string): Record<string, EvidenceFacts> {
  try {
    return z.record(z.string(), EvidenceFacts).parse(JSON.parse(text));
  } catch {
    return {};
  }
}
