import { stringify } from 'yaml';
import { z } from 'zod';
import { canonicalJson } from './canonical-json.ts';
import { UserError } from './error.ts';
import { parseVersion, Version } from './version.ts';
import { withoutAbsence } from './yaml/schema-keys.ts';

/**
 * The text of a manifest: keys in the order of the schema, those of open mappings sorted, one entry a line. Equal versions
 * have the same bytes, and they are read as they were given.
 * @throws UserError for a version that no manifest can hold, such as one with a parameter called `__proto__`.
 */
export function writeVersion(version: Version): string {
  const text = stringify(inOrder(Version, version), { lineWidth: 0, aliasDuplicateObjects: false, blockQuote: false });
  const path = `versions/${version.version}.yaml`;
  if (canonicalJson(parseVersion(text, path, version.version).value) !== canonicalJson(version)) {
    throw new UserError(
      `a manifest can't hold the names or numbers of ${version.version}: they would be read differently`,
      {
        fix: 'Give parameters, columns and files plain names.',
      },
    );
  }
  return text;
}

/** A value with the keys of its objects in the order of their schema, or else sorted. */
function inOrder(schema: unknown, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const bare = withoutAbsence(schema);
  if (Array.isArray(value)) return value.map((one) => inOrder(bare instanceof z.ZodArray ? bare.element : null, one));
  const shape: Record<string, unknown> = bare instanceof z.ZodObject ? bare.shape : {};
  const inside = bare instanceof z.ZodRecord ? bare.valueType : null;
  const rank = (key: string) => (Object.hasOwn(shape, key) ? Object.keys(shape).indexOf(key) : Number.MAX_SAFE_INTEGER);
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1))
      .map(([key, entry]) => [key, inOrder(shape[key] ?? inside, entry)]),
  );
}
