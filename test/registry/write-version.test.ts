import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseVersion, type Version } from '#registry/version.ts';
import { writeVersion } from '#registry/write-version.ts';
import { readPlainYaml } from '#registry/yaml/plain.ts';
import { versionDocument } from '../fixtures/version.ts';

const read = (text: string, version: Version) => parseVersion(text, 'v.yaml', version.version).value;

/** What no key of our documents may be called. */
const FORBIDDEN = ['__proto__', 'constructor', 'prototype', '<<'];

/** The same value with its keys in another order, at every depth. */
function shuffled(version: Version, by: (keys: string[]) => string[]): Version {
  const inside = (value: unknown): string => {
    if (typeof value !== 'object' || value === null) return JSON.stringify(value);
    if (Array.isArray(value)) return `[${value.map(inside).join(',')}]`;
    const entries = new Map(Object.entries(value));
    return `{${by([...entries.keys()])
      .map((key) => `${JSON.stringify(key)}:${inside(entries.get(key))}`)
      .join(',')}}`;
  };
  return JSON.parse(inside(version));
}

const name = fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }).filter((text) => !FORBIDDEN.includes(text));
const json = fc
  .json({ maxDepth: 3 })
  .filter((text) => !FORBIDDEN.some((key) => text.includes(key)))
  .map((text) => JSON.parse(text));
const hex = fc.nat().map((number) => number.toString(16).padStart(64, '0'));

const version = fc
  .record({
    params: fc.dictionary(name, json, { maxKeys: 5, noNullPrototype: true }),
    state: fc.dictionary(name, hex, { maxKeys: 3, noNullPrototype: true }),
    columns: fc.array(fc.record({ name, type: name }, { noNullPrototype: true }), { maxLength: 4 }),
    shape: fc.array(fc.oneof(fc.integer(), name), { maxLength: 3 }),
    classes: fc.option(fc.array(fc.string({ unit: 'binary' }))),
    text: fc.option(fc.string({ unit: 'binary', minLength: 1 })),
    // JSON has no −0.
    threshold: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0)),
    digest: hex,
    uri: fc.string({ unit: 'binary', minLength: 1 }),
  })
  .map((some) =>
    versionDocument('1.4.0', (document) => {
      document.lineage.params = some.params;
      document.lineage.features.state = some.state;
      document.contract.columns = some.columns;
      document.contract.outputs = [{ name: 'p', type: 'float', shape: some.shape }];
      document.contract.classes = some.classes;
      document.card = { owner: some.text, intended_use: some.text, limits: some.text };
      document.artifact = { ...document.artifact, threshold: some.threshold, digest: some.digest, uri: some.uri };
    }),
  );

describe('writeVersion', () => {
  it('writes what people and the fast reader read', () => {
    const text = writeVersion(versionDocument('1.4.0'));
    expect(text).toMatch(
      /^version: 1\.4\.0\nmodel: shop\ntask: binary_classification\nparent: null\nartifact:\n {2}digest: /,
    );
    expect(text).toContain('\n  params:\n    trees: 100\n  seed: 7\n');
    expect(readPlainYaml(text)?.value).toEqual(versionDocument('1.4.0'));
  });

  it('round trips whatever the names and numbers', () => {
    fc.assert(
      fc.property(version, (document) => {
        expect(read(writeVersion(document), document)).toEqual(document);
      }),
      { numRuns: 200 },
    );
  });

  it('gives equal versions the same bytes, in whatever order their keys came', () => {
    fc.assert(
      fc.property(version, fc.func(fc.nat()), (document, weight) => {
        const reversed = shuffled(document, (keys) => keys.toReversed());
        const mixed = shuffled(document, (keys) => keys.toSorted((a, b) => weight(a) - weight(b)));
        expect([writeVersion(reversed), writeVersion(mixed)]).toEqual([writeVersion(document), writeVersion(document)]);
      }),
      { numRuns: 50 },
    );
  });

  it.each(FORBIDDEN)('refuses a parameter called %s', (key) => {
    const document = versionDocument('1.4.0', ({ lineage }) => {
      lineage.params = JSON.parse(`{ ${JSON.stringify(key)}: 1 }`);
    });
    expect(() => writeVersion(document)).toThrow(
      expect.objectContaining({ name: 'UserError', message: expect.stringMatching(key === '<<' ? 'merge keys' : key) }),
    );
  });
});
