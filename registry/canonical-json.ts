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
  if (typeof value === 'object') {
    let members = '';
    const record: Record<string, unknown> = { ...value };
    for (const key of Object.keys(record).sort()) {
      if (record[key] === undefined) continue;
      members += `${members === '' ? '' : ','}${JSON.stringify(key)}:${canonicalJson(record[key])}`;
    }
    return `{${members}}`;
  }
  throw new TypeError(`JSON can't hold a ${typeof value}`);
}
