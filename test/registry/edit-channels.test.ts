import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Channels, parseChannels } from '#registry/channels.ts';
import { editChannels } from '#registry/edit-channels.ts';
import { applyMove, type Move } from '#registry/moves.ts';
import { channels, context, digestOf, likelyMoves, likelyWalk } from '../fixtures/moves.ts';

const FOLDER = new URL('./golden/channels/', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, FOLDER), 'utf8');

const promotion: Move = { kind: 'promote', version: '1.3.0', quarantine: null };
const first: Move = { kind: 'promote', version: '1.0.0', quarantine: null };
const back: Move = { kind: 'rollback', to: '1.1.0', quarantine: null };
const backWith = (reason: string): Move => ({ ...back, quarantine: reason });
const override: Move = { kind: 'override', version: '1.0.0', reason: 'checked: fine', expires: '2026-12-31' };

/** golden/channels/<name>.before.yaml, and the move that leads to <name>.after.yaml. */
const MOVES: Record<string, Move> = {
  empty: first,
  'only-comments': first,
  'empty-mapping': first,
  'first-version': first,
  'first-version-unwritten': first,
  promotion,
  'promotion-block-canary': promotion,
  'promotion-flow': promotion,
  'promotion-many-lines': promotion,
  'promotion-missing-keys': promotion,
  'promotion-other-order': { ...promotion, quarantine: 'it # leaks' },
  traffic: { kind: 'canary', version: '1.3.0', traffic: 25 },
  'canary-unwritten': { kind: 'canary', version: '1.3.0', traffic: 5 },
  'canary-withdrawn': { kind: 'withdraw' },
  rollback: back,
  'rollback-only-one': back,
  'rollback-flow': back,
  'rollback-quarantined': backWith('p99 doubled: 12 ms, “wow”'),
  'rollback-quarantined-more': backWith('line one\nline two'),
  'quarantine-flow': { kind: 'quarantine', version: '1.3.0', reason: 'leaks, too' },
  'quarantine-flow-list': { kind: 'quarantine', version: '1.1.0', reason: 'leaks, too' },
  'quarantine-only-retired': { kind: 'quarantine', version: '1.1.0', reason: 'slow' },
  override,
  'override-again': override,
  'quarantine-overridden': { kind: 'quarantine', version: '1.0.0', reason: 'it was slow' },
  'quarantine-overridden-comments': { kind: 'quarantine', version: '1.0.0', reason: 'it was slow' },
};

const sha256Of = (text: string) => createHash('sha256').update(text).digest('hex');
const edit = (text: string, move: Move) => editChannels(text, move, context(), 'channels.yaml');

describe('editChannels', () => {
  it('has golden files for each of its cases, and no others', () => {
    const files = Object.keys(MOVES).flatMap((name) => [`${name}.after.yaml`, `${name}.before.yaml`]);
    expect(readdirSync(FOLDER).sort()).toEqual(files.sort());
  });

  it.each(Object.entries(MOVES))('%s', (name, move) => {
    const before = read(`${name}.before.yaml`);
    const edited = edit(before, move);
    expect(edited).toBe(read(`${name}.after.yaml`));
    expect(
      applyMove(
        before === '' || name === 'only-comments' ? Channels.parse({}) : parseChannels(before, 'c').value,
        move,
        context(),
      ),
    ).toEqual({
      kind: 'moved',
      channels: parseChannels(edited, 'c').value,
    });
  });

  it.each(Object.entries(MOVES))(
    '%s, with the line endings of Windows, a byte-order mark, and no final newline',
    (name, move) => {
      const [before, after] = [read(`${name}.before.yaml`), read(`${name}.after.yaml`)];
      if (before !== '') {
        const windows = (text: string) => text.replaceAll('\n', '\r\n');
        expect(edit(windows(before), move)).toBe(windows(after));
        expect(edit(`\uFEFF${before}`, move)).toBe(`\uFEFF${after}`);
        expect(edit(before.slice(0, -1), move)).toBe(after.slice(0, -1));
      } else {
        expect(edit('\r\n', move)).toBe(`\r\n${after.replaceAll('\n', '\r\n')}`);
      }
    },
  );

  it('changes nothing that a refused move would', () => {
    const text = read('promotion.before.yaml');
    expect(() => edit(text, first)).toThrow('channels.yaml: 1.0.0 is retired, and comes back only by a rollback');
  });

  it.each([
    ['a key given twice', 'champion: 1.2.0\nchampion: 1.2.0\n', 'channels.yaml:2:1: this key is there twice.'],
    ['an anchor', 'champion: &a 1.2.0\ncanary: null\n', 'channels.yaml:1:14: anchors (&) are not read.'],
    ['an alias', 'champion: &a 1.2.0\nretired: [*a]\n', 'aliases (*) are not read.'],
    ['a merge key', 'champion: 1.2.0\n<<: { canary: null }\n', 'merge keys (<<) are not read.'],
    ['a tag', 'champion: !v 1.2.0\n', 'tags (!) are not read.'],
    ['two documents', 'champion: 1.2.0\n---\nchampion: 1.2.0\n', 'channels.yaml holds 2 documents.'],
    ['an unknown key', 'champion: 1.2.0\nretierd: [1.1.0]\n', 'the document has the unknown key “retierd”.'],
    ['no YAML', 'champion: 1.2.0\n  canary: [\n', 'this is no valid YAML'],
    [
      'an illegal state',
      'champion: 1.2.0\nretired: [1.1.0, 1.1.0]\n',
      'channels.yaml:2:18: the retired version 1.1.0 is retired already.',
    ],
    [
      'an unregistered version',
      'champion: 1.2.0\nretired: [1.1.0, 7.0.0]\n',
      'the retired version 7.0.0 is not registered',
    ],
    ['keys with question marks', '? champion\n: 1.2.0\n? retired\n: - 1.1.0\n', "can't be edited in place"],
  ])('refuses a text with %s', (_, text, message) => {
    expect(() => edit(text, back)).toThrow(
      expect.objectContaining({ name: 'UserError', message: expect.stringContaining(message) }),
    );
  });
});

describe('docs/registry.md', () => {
  const page = readFileSync(new URL('../../docs/registry.md', import.meta.url), 'utf8');
  const block = (language: string) => page.split(`\`\`\`${language}\n`)[1]?.split('```')[0] ?? '';

  it('shows a channels.yaml that is legal, and the edit that a promotion makes in it', () => {
    const registered = new Map(
      ['1.1.0', '1.2.0', '1.3.0', '1.4.0', '1.5.0'].map((version) => [
        version,
        version === '1.1.0' ? sha256Of('test') : version,
      ]),
    );
    const before = block('yaml').replace('traffic: 5 ', 'traffic: 50 ');
    const after = editChannels(before, { ...promotion, version: '1.5.0' }, { registered, today: '2026-11-21' }, 'c');
    const lines = (text: string) => text.split('\n');
    const gone = lines(before).filter((line) => !lines(after).includes(line));
    const come = lines(after).filter((line) => !lines(before).includes(line));
    const diff = [...gone.map((line) => `-${line}`), ...come.map((line) => `+${line}`)];
    expect(diff.join('\n')).toBe(block('diff').trimEnd());
  });
});

/** How a state is written: every choice is one that a person or a program might make. */
const style = fc.record({
  order: fc.shuffledSubarray(['champion', 'canary', 'retired', 'quarantined', 'overrides'] as const, { minLength: 5 }),
  quote: fc.constantFrom('', '"', "'"),
  flow: fc.record({ canary: fc.boolean(), retired: fc.boolean(), items: fc.boolean(), lists: fc.boolean() }),
  indent: fc.constantFrom('', '  ', '      '),
  defaults: fc.boolean(),
  comments: fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }),
  eol: fc.constantFrom('\n', '\r\n'),
  bom: fc.boolean(),
  closed: fc.boolean(),
});
type Style = typeof style extends fc.Arbitrary<infer T> ? T : never;

function write(state: Channels, how: Style): string {
  const version = (text: string) => `${how.quote}${text}${how.quote}`;
  const text = (value: unknown) => JSON.stringify(value);
  const flowItem = (item: object) =>
    `{ ${Object.entries(item)
      .map(([key, value]) => `${key}: ${text(value)}`)
      .join(', ')} }`;
  const list = (key: string, items: readonly object[]) => {
    if (items.length === 0 || how.flow.lists) return [`${key}: [${items.map(flowItem).join(', ')}]`];
    const lines = (item: object) =>
      how.flow.items
        ? [`- ${flowItem(item)}`]
        : Object.entries(item).map(([name, value], k) => `${k === 0 ? '-' : ' '} ${name}: ${text(value)}`);
    return [`${key}:`, ...items.flatMap(lines).map((line) => how.indent + line)];
  };
  const { champion, canary, retired } = state;
  const written: Record<(typeof how.order)[number], string[]> = {
    champion: champion === null ? ['champion:'] : [`champion: ${version(champion)}`],
    canary:
      canary === null
        ? ['canary: null']
        : how.flow.canary
          ? [`canary: {version: ${version(canary.version)}, traffic: ${canary.traffic}}`]
          : ['canary:', `  traffic: ${canary.traffic}`, `  version: ${version(canary.version)}`],
    retired:
      retired.length === 0 || how.flow.retired
        ? [`retired: [ ${retired.map(version).join(', ')} ]`]
        : ['retired:', ...retired.map((one) => `${how.indent}- ${version(one)}`)],
    quarantined: list('quarantined', state.quarantined),
    overrides: list('overrides', state.overrides),
  };
  const empty = { ...channels() };
  const keys = how.order.filter((key) => how.defaults || JSON.stringify(state[key]) !== JSON.stringify(empty[key]));
  const lines = keys
    .flatMap((key) => written[key])
    .flatMap((line, k) => [
      ...(how.comments[k] === true && !/ (digest|reason|expires):/.test(line)
        ? [...(k % 3 === 0 ? [''] : []), `${how.indent}# own ${k}`]
        : []),
      `${line}${how.comments[k + 1] === true ? `  # beside ${k}` : ''}`,
    ]);
  const whole = (how.bom ? '\uFEFF' : '') + lines.join(how.eol);
  return how.closed ? whole + how.eol : whole;
}

describe('properties of editChannels', () => {
  it('whatever the style, the text says what the move leads to, and all other lines stay', () => {
    let edits = 0;
    fc.assert(
      fc.property(likelyMoves, style, (choices, how) => {
        for (const { before, move, after } of likelyWalk(choices, context())) {
          const text = write(before, how);
          const edited = edit(text, move);
          expect(parseChannels(edited, 'c').value).toEqual(after);
          const lines = (whole: string) => whole.split(how.eol);
          // Every line that is gone told of something that the move changed; comments on lines of their own never go.
          const gone = lines(text).filter((line) => !lines(edited).includes(line));
          expect(gone.filter((line) => /^\uFEFF?\s*#/.test(line))).toEqual([]);
          const items = (state: Channels) => [...state.retired, ...state.quarantined, ...state.overrides].length;
          expect(gone.length).toBeLessThanOrEqual(4 + 4 * Math.max(1, 1 + items(before) - items(after)));
          // Line endings and the end of the file are as they were.
          if (text.includes(how.eol)) {
            expect(edited.replaceAll(how.eol, '').match(/[\r\n]/)).toBe(null);
            expect(edited.endsWith(how.eol)).toBe(text.endsWith(how.eol));
          }
          expect(edited.startsWith('\uFEFF')).toBe(how.bom);
          edits += 1;
        }
      }),
      { numRuns: 40 },
    );
    expect(edits).toBeGreaterThan(100);
  });

  it('writes any reason so that it is read as it was given', () => {
    const state = 'champion: 1.2.0\nretired: [1.1.0]\n';
    const more = `quarantined: [{ version: 1.0.0, digest: ${digestOf('a')}, reason: slow }]\n`;
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', minLength: 1 }),
        fc.constantFrom(state, state + more, `{ champion: 1.2.0, retired: [1.1.0] }\n`),
        (reason, text) => {
          const edited = edit(text, backWith(reason));
          expect(parseChannels(edited, 'c').value.quarantined.at(-1)?.reason).toBe(reason);
        },
      ),
      { numRuns: 100 },
    );
  });
});
