import { standingQuarantine } from '#registry/channel-rules.ts';
import { type Channels, parseChannels } from '#registry/channels.ts';
import type { Evaluation } from '#registry/evidence/evaluation.ts';
import { getBlob, type TreeEntry } from '#registry/github/trees.ts';
import { parseVersion } from '#registry/version.ts';
import { byVersion } from '#registry/version-order.ts';
import { documentAt } from './champions.ts';
import { parseEvidence } from './evidence.ts';
import { LARGEST_EVIDENCE } from './folders.ts';
import type { Source } from './memory.ts';
import type { Listed } from './registry.ts';
import type { Promotion } from './snapshot.ts';

const MOST_PROMOTIONS = 20;

/**
 * What was promoted last of a model, by a commit's registry: what serves, then the newest versions first; what can't be
 * read is left out.
 * @param today By it overrides of a quarantine expire: `2026-11-21`.
 */
export async function readPromotions(
  source: Source,
  registry: Listed,
  model: string,
  today: string,
): Promise<Promotion[]> {
  const path = `registry/${model}/channels.yaml`;
  const channels = await documentAt(source, registry, path, (text) => parseChannels(text, path).value);
  if (channels === null || channels === 'unreadable') return [];
  const promotions: Promotion[] = [];
  for (const version of versionsOf(channels).slice(0, MOST_PROMOTIONS)) {
    const manifest = `registry/${model}/versions/${version}.yaml`;
    const read = (text: string) => parseVersion(text, manifest, version).value;
    const found = await documentAt(source, registry, manifest, read);
    if (found === null || found === 'unreadable' || found.evidence.evaluation === null) continue;
    const entry = registry.get(`registry/${model}/evidence/evaluation-${found.evidence.evaluation}.json`);
    const evaluation = entry === undefined ? null : await evaluationOf(source, entry, model);
    const quarantined = standingQuarantine(channels, found.artifact.digest, today) !== null;
    if (evaluation !== null) promotions.push({ version, evaluation, quarantined });
  }
  return promotions;
}

/**
 * Those that serve or have served. Among them are all that are quarantined: a promotion that went wrong is one of those,
 * and nothing in the channels tells it from a version that was quarantined before it ever served.
 */
function versionsOf({ canary, champion, quarantined, retired }: Channels): string[] {
  const before = [...retired, ...quarantined.map(({ version }) => version)].sort(byVersion).reverse();
  const all = [canary?.version ?? null, champion, ...before];
  return [...new Set(all.filter((version) => version !== null))];
}

async function evaluationOf(
  { github, key, memory, place }: Source,
  { bytes, kind, sha }: TreeEntry,
  model: string,
): Promise<Evaluation | null> {
  if (kind !== 'file' || bytes > LARGEST_EVIDENCE) return null;
  const found = await memory.promoted.read(
    key(sha, model),
    async () => parseEvidence(await getBlob(github, place, sha), model).evaluation ?? 'unreadable',
  );
  return found === 'unreadable' ? null : found;
}
