import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { type GtoTag, gtoMirror } from '#registry/gto.ts';
import type { Commit, FileChange } from '#registry/history/commit.ts';

interface Step {
  registers: string[];
  champion: string | null;
  canary: string | null;
  quarantined: string[];
  /** How far the clock goes; committers' clocks may stand, or go back. */
  seconds: number;
}

const VERSIONS = ['1.0.0', '1.0.1', '1.1.0', '2.0.0', '10.0.0'];
const version = fc.constantFrom(...VERSIONS);
const step = fc
  .record<Step>({
    registers: fc.uniqueArray(version, { maxLength: 2 }),
    champion: fc.option(version),
    canary: fc.option(version),
    quarantined: fc.uniqueArray(version, { maxLength: 2 }),
    seconds: fc.integer({ min: -100, max: 100 }),
  })
  // A state that is illegal in itself is passed over, as one that can't be read.
  .map(({ canary, quarantined, ...one }) => {
    const isFree = canary !== one.champion && one.champion !== null;
    const serving = [one.champion, isFree ? canary : null];
    return { ...one, canary: serving[1], quarantined: quarantined.filter((number) => !serving.includes(number)) };
  });

/** A history of commits that go from any legal state to any other, and may name versions before they are registered. */
function historyOf(steps: readonly Step[]): { commits: Commit[]; text: (id: string) => string } {
  const texts = new Map<string, string>();
  const nobody = { name: 'Ada', email: 'ada@example.com' };
  let clock = Date.UTC(2026, 0, 1) / 1000;
  const there = new Set<string>();
  const commits = steps.map((one, index): Commit => {
    clock += one.seconds;
    const changes: FileChange[] = [];
    for (const number of one.registers.filter((number) => !there.has(number))) {
      there.add(number);
      changes.push({ path: `registry/shop/versions/${number}.yaml`, before: null, after: number, kind: 'file' });
    }
    const { champion, canary } = one;
    const quarantined = one.quarantined.map((number) => ({
      version: number,
      digest: 'a'.repeat(63) + VERSIONS.indexOf(number),
      reason: 'It fell.',
    }));
    const id = `channels-${index}`;
    texts.set(id, stringify({ champion, canary: canary && { version: canary, traffic: 5 }, quarantined }));
    changes.push({ path: 'registry/shop/channels.yaml', before: null, after: id, kind: 'file' });
    const date = new Date(1000 * clock).toISOString();
    const about = { author: nobody, committer: nobody, date, message: '', trailers: [] };
    return { id: String(index).padStart(40, '0'), parents: [], ...about, changes };
  });
  return { commits, text: (id) => texts.get(id) ?? '' };
}

/** As GTO reads tags: a version by its commit, and of the events of a version and stage the latest. */
function readTags(tags: readonly GtoTag[]): { versions: Map<string, string>; stages: Record<string, string[]> } {
  const versions = new Map<string, string>();
  const latest = new Map<string, { stage: string; version: string; given: boolean }>();
  for (const { name, commit: on, own } of [...tags].sort((a, b) => a.seconds - b.seconds)) {
    const commit = `${on} ${own}`;
    const [, registered] = /^shop@v([^#!]+)$/.exec(name) ?? [];
    if (registered !== undefined) versions.set(commit, registered);
    const [, stage, taken] = /^shop#([a-z]+)(!?)#\d+$/.exec(name) ?? [];
    const at = versions.get(commit);
    if (stage !== undefined && at !== undefined)
      latest.set(`${at} ${stage}`, { stage, version: at, given: taken === '' });
  }
  const stages: Record<string, string[]> = { champion: [], canary: [], quarantined: [] };
  for (const { stage, version: at, given } of latest.values()) if (given) stages[stage].push(at);
  return { versions, stages };
}

describe('gtoMirror', () => {
  it('tells GTO exactly what the channels say at the end, of every version', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 8 }), (steps) => {
        const { commits, text } = historyOf(steps);
        const tags = gtoMirror('shop', commits, text);
        const { versions, stages } = readTags(tags);
        expect(versions.size).toBe(tags.filter(({ name }) => name.includes('@')).length);
        const known = new Set(versions.values());
        expect(known).toEqual(new Set(steps.flatMap(({ registers }) => registers)));
        const last = steps.at(-1);
        // Whoever had a channel before it was registered got no tag then.
        const early = (one: string) => steps.findIndex(({ registers }) => registers.includes(one));
        for (const stage of ['champion', 'canary'] as const) {
          const holder = last?.[stage] ?? null;
          const since = steps.findLastIndex((one) => one[stage] !== holder) + 1;
          const told = holder !== null && known.has(holder) && early(holder) <= since;
          expect(stages[stage]).toEqual(told ? [holder] : []);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('only adds: a longer history begins with the tags of a shorter one, and none has the name or time of another', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 2, maxLength: 8 }), (steps) => {
        const { commits, text } = historyOf(steps);
        const tags = gtoMirror('shop', commits, text);
        const before = gtoMirror('shop', commits.slice(0, -1), text);
        expect(tags.slice(0, before.length)).toEqual(before);
        expect(new Set(tags.map(({ name }) => name)).size).toBe(tags.length);
        expect(new Set(tags.map(({ seconds }) => seconds)).size).toBe(tags.length);
      }),
      { numRuns: 500 },
    );
  });

  it('refuses a name that GTO does not take', () => {
    expect(() => gtoMirror('shop-', [], () => '')).toThrow('GTO takes no artifact that is called shop-');
  });
});
