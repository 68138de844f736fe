import type { RawColumn } from '#lib/data/dataset.ts';
import { UserError } from '#registry/error.ts';
import { nearest } from '#registry/nearest.ts';

export type FeatureType = 'float' | 'double' | 'int64' | 'string' | 'bool';

/** One column that features.sql gives besides the id. */
export interface Feature {
  name: string;
  type: FeatureType;
  /** As DuckDB calls it. */
  stored: string;
}

export interface OutputColumn {
  name: string;
  type: string;
}

/** The features among the columns that features.sql gives, in its order; the id must be there once, unchanged in type. */
export function featureSchema(
  outputs: readonly OutputColumn[],
  id: RawColumn & { stored: string },
  name: string,
): Feature[] {
  const names = outputs.map((output) => output.name.toLowerCase());
  const twice = outputs.find((output, index) => names.indexOf(output.name.toLowerCase()) !== index);
  if (twice !== undefined) {
    throw new UserError(`${name} gives two columns called ${twice.name}`, {
      fix: 'Give each feature its own name, with AS.',
    });
  }
  // SQL does not tell upper from lower case.
  const given = outputs.find((output) => output.name.toLowerCase() === id.name.toLowerCase());
  if (given === undefined) {
    const near = nearest(
      id.name,
      outputs.map((output) => output.name),
    );
    throw new UserError(`${name} does not give the id column ${id.name}, by which rows are paired`, {
      fix: `Add ${id.name} to the columns that it selects${near === null ? '.' : `; it gives ${near}.`}`,
    });
  }
  if (given.type !== id.stored) {
    throw new UserError(`${name} gives the id column ${id.name} as ${given.type}, but the raw rows have ${id.stored}`, {
      fix: `Select ${id.name} as it stands.`,
    });
  }
  const features = outputs.filter((output) => output !== given).map((output) => toFeature(output, name));
  if (features.length === 0) {
    throw new UserError(`${name} gives no feature, only the id`, { fix: 'Select at least one more column.' });
  }
  return features;
}

const TYPES: [RegExp, FeatureType][] = [
  [/^FLOAT$/, 'float'],
  [/^(DOUBLE|DECIMAL\(.*\))$/, 'double'],
  [/^(TINYINT|SMALLINT|INTEGER|BIGINT|UTINYINT|USMALLINT|UINTEGER)$/, 'int64'],
  [/^(VARCHAR|ENUM\(.*\))$/s, 'string'],
  [/^BOOLEAN$/, 'bool'],
];

function toFeature({ name, type }: OutputColumn, file: string): Feature {
  const found = TYPES.find(([pattern]) => pattern.test(type));
  if (found !== undefined) return { name, type: found[1], stored: type };
  const fix = /^(DATE|TIME)/.test(type)
    ? `Turn it into numbers, for example hour(${name}) or epoch(${name}).`
    : type.endsWith('INT')
      ? `Cast it: CAST(${name} AS BIGINT) or AS DOUBLE.`
      : 'Cast it to a number, text or boolean, or leave it out.';
  throw new UserError(`${file}: the feature ${name} is of type ${type}, which no model input takes`, { fix });
}
