import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Evaluation } from '#registry/evidence/evaluation.ts';
import { parseHostile } from '#registry/parse-hostile.ts';
import { evaluationOf } from '../fixtures/evaluation.ts';

const Tree = z.strictObject({
  name: z.string(),
  maybe: z.int().optional(),
  size: z.int().nullable().default(7),
  points: z.array(z.tuple([z.number(), z.number()])).max(2),
  named: z.record(z.string(), z.strictObject({ on: z.boolean() })),
  either: z.union([z.literal('a'), z.int()]),
});
const sound = { name: 'x', size: null, points: [[1, 2]], named: { k: { on: true } }, either: 3 };

describe('a value of others', () => {
  it('is what the schema makes of it', () => {
    const { size: _, ...without } = sound;
    expect(parseHostile(Tree, sound)).toEqual({ data: sound, problem: null });
    expect(parseHostile(Tree, without)).toEqual({ data: { ...sound, size: 7 }, problem: null });
    expect(parseHostile(Evaluation, evaluationOf())).toEqual({ data: evaluationOf(), problem: null });
  });

  it.each([
    ['a part that is missing', { ...sound, name: undefined }, 'name', 'expected string, received undefined'],
    ['another type', { ...sound, maybe: '1' }, 'maybe', 'expected number, received string'],
    ['null where it may not be', { ...sound, maybe: null }, 'maybe', 'expected number, received null'],
    [
      'a part of a tuple',
      {
        ...sound,
        points: [
          [1, 2],
          [1, 'x'],
        ],
      },
      'points.1.1',
      'expected number, received string',
    ],
    ['an object for a list', { ...sound, points: { 0: [1, 2] } }, 'points', 'expected array, received object'],
    ['a list for an object', { ...sound, named: { k: [] } }, 'named.k', 'expected object, received array'],
    ['a list for a record', { ...sound, named: [] }, 'named', 'expected record, received array'],
    ['a part of a record', { ...sound, named: { k: { on: 1 } } }, 'named.k.on', 'expected boolean, received number'],
    ['none of several', { ...sound, either: 'b' }, 'either', 'Invalid input'],
    [
      'a list that is too long',
      {
        ...sound,
        points: [
          [1, 2],
          [1, 2],
          [1, 2],
        ],
      },
      'points',
      'Too big',
    ],
    ['a key that nobody knows', { ...sound, more: 1 }, '', 'Unrecognized key: "more"'],
    ['such a key deep inside', { ...sound, named: { k: { on: true, off: 1 } } }, 'named.k', 'Unrecognized key: "off"'],
    ['nothing', undefined, '', 'expected object, received undefined'],
    ['a text', 'x', '', 'expected object, received string'],
  ])('with %s is refused, and where that is said', (_, value, where, message) => {
    const { data, problem } = parseHostile(Tree, value);
    expect(data).toBe(null);
    expect(problem).toEqual({ where, message: expect.stringContaining(message) });
    expect(Tree.safeParse(value).success).toBe(false);
  });

  it('that is wrong half a million times is refused for the first of them', () => {
    const comparisons = Array.from({ length: 490_000 }, () => ({}));
    const { problem } = parseHostile(Evaluation, { ...evaluationOf(), comparisons });
    expect(problem?.where).toBe('comparisons.0.metric');
  });

  it('is not repeated at length', () => {
    const { problem } = parseHostile(Tree, { ...sound, named: { ['k'.repeat(9999)]: 1 }, ['m'.repeat(9999)]: 1 });
    expect(problem?.where).toHaveLength(200);
    expect(parseHostile(Tree, { ...sound, ['m'.repeat(9999)]: 1 }).problem?.message).toHaveLength(300);
  });
});
