import type { Channels, Quarantined } from './channels.ts';
import type { Digest } from './digest.ts';
import type { VersionNumber } from './version.ts';
import type { Entry, Problem } from './yaml/problem.ts';

/** The digest of each registered version's artifact. */
export type Registered = ReadonlyMap<VersionNumber, Digest>;

/**
 * What is illegal about a state of the channels, whatever led to it: nothing for a legal one. No day comes into it, so
 * that a legal state does not become illegal by waiting. Without `registered`, what only the manifests can tell is passed
 * over.
 */
export function channelProblems(channels: Channels, registered?: Registered): Problem[] {
  const { champion, canary, retired, quarantined, overrides } = channels;
  const problems: Problem[] = [];
  const find = (entry: Entry, message: string, fix: string) => problems.push({ entry, message, fix });

  if (champion === null && canary !== null) {
    find(['canary'], `the canary ${canary.version} has no champion beside it`, 'The first version becomes champion.');
  }
  if (champion === null && retired.length > 0) {
    find(['retired'], 'versions are retired, but there is no champion', 'Name the champion that followed them.');
  }

  const seen = new Map<VersionNumber, string>();
  for (const { version, role, entry } of serving(channels)) {
    const before = seen.get(version);
    if (before !== undefined) {
      find(
        entry,
        `the ${role} ${version} is ${before} already`,
        'Name each version once: champion, canary or retired.',
      );
    }
    seen.set(version, role === 'retired version' ? 'retired' : `the ${role}`);
    const digest = registered?.get(version) ?? quarantined.find((one) => one.version === version)?.digest;
    if (
      quarantined.some((one) => one.digest === digest || one.version === version) &&
      !overrides.some((one) => one.digest === digest)
    ) {
      find(entry, `the ${role} ${version} is quarantined`, 'Point the channel to a version that is not.');
    }
    if (registered !== undefined && !registered.has(version)) {
      find(entry, `the ${role} ${version} is not registered`, 'Register it, or name a version that is.');
    }
  }

  for (const [list, entries] of [
    ['quarantined', quarantined],
    ['overrides', overrides],
  ] as const) {
    entries.forEach(({ version, digest }, index) => {
      const entry = [list, index];
      if (entries.findIndex((one) => one.digest === digest) !== index) {
        find(entry, `${list} names the digest of ${version} twice`, 'Remove one of them.');
      }
      if (list === 'overrides' && !quarantined.some((one) => one.digest === digest)) {
        find(
          entry,
          `the override of ${version} has no quarantine to override`,
          'Remove it, or restore the quarantine.',
        );
      }
      if (registered === undefined) return;
      const known = registered.get(version);
      if (known === undefined) {
        find(entry, `${list} names ${version}, which is not registered`, 'Restore its manifest from git.');
      } else if (known !== digest) {
        find([...entry, 'digest'], `${list} gives ${version} another digest than its manifest`, `Write ${known}.`);
      }
    });
  }
  return problems;
}

interface Serving {
  version: VersionNumber;
  role: string;
  entry: Entry;
}

/** What serves, or may serve again by a rollback. */
function serving({ champion, canary, retired }: Channels): Serving[] {
  return [
    ...(champion === null ? [] : [{ version: champion, role: 'champion', entry: ['champion'] }]),
    ...(canary === null ? [] : [{ version: canary.version, role: 'canary', entry: ['canary', 'version'] }]),
    ...retired.map((version, index) => ({ version, role: 'retired version', entry: ['retired', index] })),
  ];
}

/**
 * The quarantine by which an artifact may not move on a day (`2026-11-21`); null where there is none, or an override
 * lets it.
 */
export function standingQuarantine(channels: Channels, digest: Digest, today: string): Quarantined | null {
  const lifted = channels.overrides.some((one) => one.digest === digest && one.expires >= today);
  return lifted ? null : (channels.quarantined.find((one) => one.digest === digest) ?? null);
}
