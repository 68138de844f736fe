import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { fields } from '#registry/yaml/fields.ts';

describe('fields', () => {
  it('lists what a schema describes, through defaults, lists, records and unions', () => {
    const schema = z.strictObject({
      a: z.string().describe('text'),
      b: z.int().default(3).describe('number'),
      silent: z.string(),
      c: z
        .array(z.union([z.strictObject({ d: z.enum(['x', 'y']).optional().describe('enum') }), z.string()]))
        .describe('list'),
      e: z.record(z.string(), z.strictObject({ f: z.boolean().describe('flag') })).describe('record'),
    });
    expect(fields(schema)).toEqual([
      { name: 'a', type: 'text', presence: 'required', description: 'text' },
      { name: 'b', type: 'whole number', presence: '`3`', description: 'number' },
      { name: 'c', type: 'list', presence: 'required', description: 'list' },
      { name: 'c[].d', type: '`x`, `y`', presence: 'optional', description: 'enum' },
      { name: 'e', type: '', presence: 'required', description: 'record' },
      { name: 'e.*.f', type: 'true or false', presence: 'required', description: 'flag' },
    ]);
  });
});
