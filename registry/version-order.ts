import { compare } from 'semver';
import type { VersionNumber } from './version.ts';

/** For sorting: oldest first, as semver orders them (1.9.0 before 1.10.0). */
export function byVersion(a: VersionNumber, b: VersionNumber): number {
  return compare(a, b);
}
