import type { onnx } from 'onnx-proto';
import { identity, labelsOf, messages, isNode, probabilitiesType } from './proto.ts';

/**
 * Takes scikit-learn's ZipMap out of a decoded model, in place: onnxruntime-node can't return its list of maps. The
 * output keeps the name that the exporter gave it and becomes the tensor [N, classes] that went into the ZipMap.
 *
 * Returns the class labels that the graph carries, in the order of the probabilities; null where it has none, or where
 * several classifiers disagree (a stack of models) and no ZipMap says which counts.
 */
export function removeZipMaps(model: onnx.ModelProto): string[] | null {
  const graph = model.graph;
  const nodes = graph?.node ?? [];
  const zipMaps = nodes.filter((node) => node.opType === 'ZipMap');
  const classes = commonLabels(zipMaps) ?? commonLabels(classifiers(model));
  for (const zipMap of zipMaps) {
    const [input, output] = [zipMap.input?.[0] ?? '', zipMap.output?.[0] ?? ''];
    nodes[nodes.indexOf(zipMap)] = identity(input, output);
    const width = labelsOf(zipMap)?.length ?? null;
    for (const info of [...(graph?.output ?? []), ...(graph?.valueInfo ?? [])]) {
      if (info.name === output) info.type = probabilitiesType(info.type, width);
    }
  }
  // A model of ai.onnx.ml operators alone may not import the set that Identity is of; it is unchanged since version 1.
  if (zipMaps.length > 0 && !model.opsetImport.some((set) => !set.domain || set.domain === 'ai.onnx')) {
    model.opsetImport.push({ domain: '', version: 13 });
  }
  return classes;
}

function classifiers(model: onnx.ModelProto): onnx.INodeProto[] {
  return [...messages(model)].map(({ message }) => message).filter(isNode);
}

function commonLabels(nodes: onnx.INodeProto[]): string[] | null {
  const found = nodes.map(labelsOf).filter((labels) => labels !== null);
  const agree = found.every((labels) => JSON.stringify(labels) === JSON.stringify(found[0]));
  return agree ? (found[0] ?? null) : null;
}
