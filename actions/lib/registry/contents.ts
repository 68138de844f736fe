import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { UserError } from '#registry/error.ts';
import { Evaluation } from '#registry/evidence/evaluation.ts';
import { Training } from '#registry/evidence/training.ts';
import { EvidenceFacts, evidenceFacts } from '#registry/fsck/evidence-facts.ts';
import { type Contents, type ReadManifest, readManifest } from '#registry/fsck/model-state.ts';
import { registryFile } from '#registry/fsck/place.ts';
import { plural } from '#registry/markdown/number.ts';
import { sha256 } from '#registry/sha256.ts';
import type { VersionNumber } from '#registry/version.ts';
import { readBlobs } from '../git/blobs.ts';
import type { GitRepository } from '../git/repository.ts';
import { writeTogether } from '../write.ts';

/** Reads what the check of a registry needs of files: of manifests and channels the text, of evidence only its facts. */
export interface ContentsReader {
  /** Those that were read before are not read again. */
  read(files: Iterable<{ path: string; id: string }>): Promise<void>;
  /** What was read; what is known of evidence is kept for the next time. */
  contents(): Promise<Contents>;
}

/** @param uncommitted What git does not have, by the ids that stand for it. */
export async function openContents(
  repository: GitRepository,
  uncommitted: Promise<ReadonlyMap<string, Buffer>>,
): Promise<ContentsReader> {
  const cache = await openFactsCache(repository.root);
  const texts = new Map<string, string>();
  const facts = new Map(cache.known);
  const manifests = new Map<string, ReadManifest>();
  const manifest = (id: string, path: string, number: VersionNumber) => {
    const known = manifests.get(`${id} ${path}`) ?? readManifest(have(texts, id), path, number);
    manifests.set(`${id} ${path}`, known);
    return known;
  };
  return {
    async read(files) {
      const evidence = new Set<string>();
      const others = new Map<string, { path: string; number: VersionNumber | null }>();
      for (const { path, id } of files) {
        const file = registryFile(path);
        if (file.kind === 'evidence' && !facts.has(id)) evidence.add(id);
        if (file.kind === 'channels' && !texts.has(id)) others.set(id, { path, number: null });
        if (file.kind === 'version' && !texts.has(id)) others.set(id, { path, number: file.version });
      }
      const take = (id: string, bytes: Buffer) => {
        if (evidence.delete(id)) facts.set(id, evidenceFacts(bytes));
        const file = others.get(id);
        if (file === undefined) return;
        others.delete(id);
        texts.set(id, bytes.toString('utf8'));
        // Now, while git still works, rather than when they are asked for.
        if (file.number !== null) manifest(id, file.path, file.number);
      };
      for (const [id, bytes] of await uncommitted) take(id, bytes);
      await readBlobs(repository, [...evidence, ...others.keys()], take);
      const [missing] = [...evidence, ...others.keys()];
      if (missing === undefined) return;
      const count = plural(evidence.size + others.size, 'object');
      throw new UserError(`git does not have ${count} of the registry’s history, such as ${missing}`, {
        fix: 'Fetch the whole history, or check the repository with git fsck.',
      });
    },
    async contents() {
      const known = await uncommitted;
      await cache.keep(new Map([...facts].filter(([id]) => !known.has(id))));
      return { text: (id) => have(texts, id), manifest, evidence: (id) => have(facts, id) };
    },
  };
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
  const key = sha256(schemas).slice(0, 16);
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
