import { isObject } from './is-object.ts';

/**
 * JSON with sorted keys and no spaces, the same bytes for equal values: what a digest of a document is made over.
 * Numbers and strings are written as JSON.stringify writes them (as in RFC 8785); keys are sorted by UTF-16 units.
 * @throws TypeError for what JSON can't hold: NaN, infinity, functions, `undefined` in a list.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError(`JSON can't hold ${value}`);
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (isObject(value)) {
    let members = '';
    for (const key of Object.keys(value).sort()) {
      const member = value[key];
      if (member === undefined) continue;
      members += `${members === '' ? '' : ','}${JSON.stringify(key)}:${canonicalJson(member)}`;
    }
    return `{${members}}`;
  }
  throw new TypeError(`JSON can't hold a ${typeof value}`);
}
