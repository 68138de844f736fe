import { z } from 'zod';

/** One entry of a document for its reference page. */
export interface Field {
  /** `data.schema.*.type`, `evaluate.guardrails[].metric`. */
  name: string;
  /** `text`, `number`, `one of …`; empty for a mapping whose entries follow. */
  type: string;
  /** `required`, `optional`, or the default as JSON. */
  presence: string;
  description: string;
}

/** Every entry that a schema describes, in its order. Entries without a description are left out with all below them. */
export function fields(schema: unknown, prefix = ''): Field[] {
  const bare = unwrap(schema).schema;
  if (bare instanceof z.ZodObject) {
    return Object.entries(bare.shape).flatMap(([key, child]) => field(child, prefix === '' ? key : `${prefix}.${key}`));
  }
  if (bare instanceof z.ZodNullable) return fields(bare.unwrap(), prefix);
  if (bare instanceof z.ZodArray) return fields(bare.element, `${prefix}[]`);
  if (bare instanceof z.ZodRecord) return fields(bare.valueType, `${prefix}.*`);
  if (bare instanceof z.ZodUnion) return bare.options.flatMap((option) => fields(option, prefix));
  return [];
}

function field(schema: unknown, name: string): Field[] {
  const { description, presence, schema: bare } = unwrap(schema);
  if (description === null) return [];
  return [{ name, type: typeName(bare), presence, description }, ...fields(bare, name)];
}

function unwrap(schema: unknown): { schema: unknown; presence: string; description: string | null } {
  const own = schema instanceof z.ZodType ? (z.globalRegistry.get(schema)?.description ?? null) : null;
  const inside = (inner: unknown, presence: string | null) => {
    const rest = unwrap(inner);
    return { schema: rest.schema, presence: presence ?? rest.presence, description: own ?? rest.description };
  };
  if (schema instanceof z.ZodOptional) return inside(schema.unwrap(), 'optional');
  if (schema instanceof z.ZodDefault) return inside(schema.unwrap(), `\`${JSON.stringify(schema.def.defaultValue)}\``);
  if (schema instanceof z.ZodPipe) return inside(schema.in, null);
  return { schema, presence: 'required', description: own };
}

function typeName(schema: unknown): string {
  if (schema instanceof z.ZodEnum)
    return schema.options.length > 8 ? 'a name' : schema.options.map((one) => `\`${one}\``).join(', ');
  if (schema instanceof z.ZodLiteral) return [...schema.values].map((one) => `\`${String(one)}\``).join(', ');
  if (schema instanceof z.ZodNullable) return `${typeName(schema.unwrap())} or null`;
  if (schema instanceof z.ZodString) return 'text';
  if (schema instanceof z.ZodNumber) return schema.isInt ? 'whole number' : 'number';
  if (schema instanceof z.ZodBoolean) return 'true or false';
  if (schema instanceof z.ZodArray) return 'list';
  if (schema instanceof z.ZodUnion) {
    const names = schema.options.map((option: unknown) => typeName(unwrap(option).schema)).filter((one) => one !== '');
    return [...new Set(names)].join(' or ');
  }
  return '';
}
