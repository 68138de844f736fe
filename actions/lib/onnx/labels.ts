import proto from 'onnx-proto';
import { type Part, partsOf } from './structure.ts';
import { decodeAt } from './wire.ts';

/**
 * The class labels that a model carries, in the order of its probabilities: those of its ZipMaps, else those of its
 * classifiers; null where it has none, or where several disagree (a stack of models) and no ZipMap says which counts.
 */
export function classLabels(bytes: Uint8Array, model: Part): string[] | null {
  const nodes = [...partsOf(model)].map(({ part }) => part).filter((part) => part.kind === 'node');
  const zipMaps = nodes.filter((node) => node.operator === 'ZipMap');
  return common(bytes, zipMaps) ?? common(bytes, nodes);
}

function common(bytes: Uint8Array, nodes: Part[]): string[] | null {
  const found = nodes.map((node) => labelsOf(bytes, node)).filter((labels) => labels !== null);
  const agree = found.every((labels) => JSON.stringify(labels) === JSON.stringify(found[0]));
  return agree ? (found[0] ?? null) : null;
}

/** The class labels of one node, as text; null where it has none. */
export function labelsOf(bytes: Uint8Array, node: Part): string[] | null {
  for (const part of node.children) {
    if (!/^classlabels_(ints|int64s|strings)$/.test(part.name)) continue;
    const attribute = decodeAt(proto.onnx.AttributeProto, bytes, part);
    const strings = attribute.strings.map((text) => new TextDecoder().decode(text));
    const labels = strings.length > 0 ? strings : attribute.ints.map(String);
    if (labels.length > 0) return labels;
  }
  return null;
}
