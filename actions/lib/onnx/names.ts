import { UserError } from '#registry/error.ts';
import { nearest } from '#registry/nearest.ts';
import type { Feature } from './features.ts';
import type { Value } from './value.ts';

/**
 * For each input of a graph with one input a feature, the place of the feature of that name; throws UserError where a
 * name is missing or left over. A feature also has the name that skl2onnx makes of it.
 */
export function matchNames(inputs: Value[], features: Feature[]): number[] {
  const places = inputs.map(({ name }) => {
    const exact = features.findIndex((feature) => feature.name === name);
    if (exact >= 0) return exact;
    const alike = features.filter((feature) => exportedName(feature.name) === name);
    return alike.length === 1 ? features.indexOf(alike[0]) : -1;
  });
  const missing = inputs.filter((_, at) => places[at] < 0).map((input) => input.name);
  const extra = features.filter((_, j) => !places.includes(j)).map((feature) => feature.name);
  if (missing.length === 0 && extra.length === 0) return places;
  const parts = [
    missing.length > 0 ? `model.onnx takes ${missing.join(', ')}, which features.sql does not give` : '',
    extra.length > 0 ? `features.sql gives ${extra.join(', ')}, which model.onnx does not take` : '',
  ];
  const hints = missing.flatMap((name) => {
    const near = nearest(name, extra);
    return near === null ? [] : [`${near} may be meant for ${name}`];
  });
  throw new UserError(parts.filter((part) => part !== '').join('; '), {
    fix: `Give features.sql’s columns the names of the model’s inputs${hints.length > 0 ? ` (${hints.join(', ')})` : ''}.`,
  });
}

/** What skl2onnx 1.20 makes of a column's name (`Topology._generate_unique_name`): `delay rate` becomes `delay_rate`. */
function exportedName(name: string): string {
  return name.replace(/[^\p{L}\p{N}_+]/gu, '_').replace(/^(?=[0-9])/, '_');
}
