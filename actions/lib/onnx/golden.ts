import { UserError } from '#registry/error.ts';
import type { Training } from '#registry/evidence/training.ts';
import type { Feature, FeatureColumn, FeatureRows, FeatureType } from './features.ts';
import { matchNames } from './names.ts';
import type { Predictor } from './predictor.ts';
import type { Value } from './value.ts';

/** Features of a few rows as a training kept them: values, without their types. */
export type GoldenRows = Pick<Training['golden'], 'features' | 'rows'>;
type GoldenValue = GoldenRows['rows'][number][number];

/** The features of golden rows, with the types that the model's inputs take. */
export function goldenFeatures({ features }: GoldenRows, inputs: Value[]): Feature[] {
  const named = features.map((name): Feature => ({ name, type: 'double' }));
  const [only] = inputs;
  // One tensor of all features has a name of its own.
  if (inputs.length === 1 && only !== undefined) return named.map(({ name }) => ({ name, type: typeFor(only) }));
  const places = matchNames(inputs, named);
  const inputOf = new Map(places.map((feature, input) => [feature, inputs[input]]));
  return named.map(({ name }, j) => ({ name, type: typeFor(inputOf.get(j)) }));
}

function typeFor(input: Value | undefined): FeatureType {
  if (input?.type === 'string' || input?.type === 'bool') return input.type;
  return input?.type === 'int64' || input?.type === 'int32' ? 'int64' : 'double';
}

/**
 * Golden rows in the form that the model is fed. They come out of a file that anybody may have written.
 * @throws UserError for rows that are not of these features.
 */
export function goldenInput(
  { rows }: GoldenRows,
  features: readonly Feature[],
  layout: Predictor['layout'],
): FeatureRows {
  if (rows.some((row) => row.length !== features.length)) {
    throw misfit(`a row has not the ${features.length} values of its features`);
  }
  if (layout === 'matrix') return Float32Array.from(rows.flat(), (value) => numberOf(value));
  return features.map(({ name, type }, j): FeatureColumn => {
    const values = rows.map((row) => row[j] ?? null);
    return { items: itemsOf(name, type, values), validity: null };
  });
}

function itemsOf(name: string, type: FeatureType, values: GoldenValue[]): FeatureColumn['items'] {
  if (type === 'string') return values.map((value) => (value === null ? null : String(value)));
  if (type === 'bool') return Uint8Array.from(values, (value) => Number(numberOf(value) !== 0));
  if (type !== 'int64') return Float64Array.from(values, (value) => numberOf(value));
  return BigInt64Array.from(values, (value) => {
    // What a double can't hold exactly was kept as text.
    if (!/^-?\d{1,19}$/.test(String(value))) throw misfit(`${name} has a value that is no whole number`);
    return BigInt(String(value));
  });
}

function numberOf(value: GoldenValue): number {
  if (typeof value === 'string') throw misfit('a number is given as text');
  return value ?? Number.NaN;
}

function misfit(what: string): UserError {
  return new UserError(`the golden rows do not fit the model: ${what}`, {
    fix: 'Restore the training evidence from git; tiltyard fsck tells what else is wrong.',
  });
}
