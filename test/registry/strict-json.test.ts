import { describe, expect, it } from 'vitest';
import { parseStrictJson, UnreadableJson } from '#registry/strict-json.ts';

const list = (item: string, count: number) => `[${Array.from({ length: count }, () => item).join(',')}]`;

describe('strict JSON', () => {
  it.each([
    '{"a": [1, -2.5e3, "x", true, null, {}], "b": {"a": ""}}',
    '"\\u0061\\"\\\\"',
    '[1e308, -1e308, 1e-999, 0]',
    '{"a\\\\": 1, "a": 2}',
    '["{", "}", "[,", "1e999", "__proto__"]',
    ' \t\r\n[ ] ',
    '7',
  ])('reads %s as JSON.parse does', (text) => {
    expect(parseStrictJson(text)).toEqual(JSON.parse(text));
  });

  it.each([
    ['a key that is there twice', '{"a": 1, "b": 2, "a": 3}', 'the key "a" is there twice'],
    ['a key that is there twice, written otherwise', '{"a": 1, "\\u0061": 2}', 'the key "a" is there twice'],
    ['a key that is there twice, deep inside', '[{"x": [{"a": {}, "a": []}]}]', 'the key "a" is there twice'],
    ['a long key that is there twice', `{"${'k'.repeat(99)}": 1, "${'k'.repeat(99)}": 2}`, `"${'k'.repeat(60)}…"`],
    ['__proto__', '{"a": {"__proto__": {"polluted": true}}}', 'no key may be called __proto__'],
    ['__proto__, written otherwise', '{"__proto\\u005f_": 1}', 'no key may be called __proto__'],
    ['constructor', '{"constructor": 1}', 'no key may be called constructor'],
    ['prototype', '{"prototype": 1}', 'no key may be called prototype'],
    ['1e999', '{"a": 1e999}', 'it has a number that is too large'],
    ['-1E+400', '[-1E+400]', 'it has a number that is too large'],
    ['four hundred digits', `[${'9'.repeat(400)}]`, 'it has a number that is too large'],
    ['NaN', '{"a": NaN}', 'it is no JSON'],
    ['Infinity', '[-Infinity]', 'it is no JSON'],
    ['a hexadecimal number', '[0x10]', 'it is no JSON'],
    ['a comma too many', '[1,]', 'it is no JSON'],
    ['a comment', '{} // all', 'it is no JSON'],
    ['two documents', '{}{}', 'it is no JSON'],
    ['nothing', '', 'it is no JSON'],
    ['half of a document', '{"a": [1, "b', 'it is no JSON'],
    ['a quotation mark that never ends', `"${'\\'.repeat(100_001)}"`, 'it is no JSON'],
    ['brackets that close nothing', ']]]]', 'it is no JSON'],
    ['minus signs alone', '-'.repeat(1_000_000), 'it is no JSON'],
    ['an escape that is none, in a key', '{"\\x": 1}', 'it is no JSON'],
    ['31 lists in each other', `${'['.repeat(31)}${']'.repeat(31)}`, 'it is nested more than 30 deep'],
    ['a million lists in each other', '['.repeat(1_000_000), 'it is nested more than 30 deep'],
    ['a million objects in each other', '{"a":'.repeat(1_000_000), 'it is nested more than 30 deep'],
    ['more than a million values', list('1', 1_000_001), 'it has more than 1000000 values'],
    ['as many lists', list('[]', 500_001), 'it has more than 1000000 values'],
    [
      'ten thousand and one keys',
      `{${Array.from({ length: 10_001 }, (_, i) => `"k${i}":1`).join(',')}}`,
      'an object in it has more than 10000 keys',
    ],
  ])('refuses %s', (_, text, why) => {
    const read = () => parseStrictJson(text);
    expect(read).toThrow(UnreadableJson);
    expect(read).toThrow(why);
  });
});
