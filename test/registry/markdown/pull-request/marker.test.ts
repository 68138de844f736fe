import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytes } from '#registry/markdown/budget.ts';
import { keptPast, markerLine, readMarker, writeMarker } from '#registry/markdown/pull-request/marker.ts';

const marker = {
  model: 'flight-delay',
  head: '1'.repeat(40),
  line: 'flight-delay passes',
  read: '2026-11-21T09:00:00.000Z',
  history: [{ head: '2'.repeat(40), line: '❌ fails' }],
};
const encoded = (value: unknown) =>
  `<!-- tiltyard:1 ${Buffer.from(JSON.stringify(value)).toString('base64url')} -->\nText`;

describe('marker', () => {
  it('is read as it was written, also after GitHub changed the ends of lines', () => {
    expect(readMarker(`${writeMarker(marker)}Text`)).toEqual(marker);
    expect(readMarker(`${writeMarker(marker)}Text`.replaceAll('\n', '\r\n'))).toEqual(marker);
  });

  it.each<[string, string]>([
    ['no marker', 'Text'],
    ['one that is not in the first line', `Text\n${encoded(marker)}`],
    ['another program’s', '<!-- other:1 e30 -->\n'],
    ['a later version', encoded(marker).replace(':1', ':2')],
    ['no JSON', '<!-- tiltyard:1 abc -->\n'],
    ['a head that is none', encoded({ ...marker, head: 'main' })],
    ['a line that is too long', encoded({ ...marker, line: 'x'.repeat(300) })],
    ['more than it may hold', encoded({ ...marker, more: 1 })],
    ['a time that is none', encoded({ ...marker, read: 'now' })],
    ['a long text', `<!-- tiltyard:1 ${'A'.repeat(70_000)} -->\n`],
  ])('is not found in %s', (_, body) => {
    expect(readMarker(body)).toBeNull();
  });

  it('S15 ends in no text that it holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        const written = writeMarker({ ...marker, line: markerLine(`${text}-->`) });
        expect(written).toMatch(/^<!-- tiltyard:1 [\w-]+ -->\n$/);
        expect(readMarker(written)).not.toBeNull();
      }),
      { numRuns: 200, seed: 7 },
    );
  });

  it('keeps the last twenty heads, or as many as there is room for', () => {
    const past = Array.from({ length: 30 }, (_, i) => ({ head: i.toString(16).padStart(40, '0'), line: `${i}` }));
    expect(keptPast(past)).toEqual(past.slice(10));
    const long = past.map((one) => ({ ...one, line: '❔'.repeat(240) }));
    const kept = keptPast(long);
    expect(kept).toEqual(long.slice(-kept.length));
    expect(kept.length).toBeGreaterThan(3);
    expect(bytes(JSON.stringify(kept))).toBeLessThan(6_000);
  });
});
