import type { onnx } from 'onnx-proto';
import proto from 'onnx-proto';
import { labelsOf } from './labels.ts';
import type { Part } from './structure.ts';
import { concatenate, decodeAt, writeField } from './wire.ts';

const MODEL_GRAPH = 7;
const MODEL_OPERATOR_SET = 8;
const FLOAT = 1;

/**
 * A model without scikit-learn's ZipMap, whose list of maps onnxruntime-node can't return: the output keeps the name
 * that the exporter gave it and becomes the tensor [N, classes] that went into the ZipMap. All other bytes stay as they
 * are; a model without ZipMap comes back as it is.
 */
export function removeZipMaps(bytes: Uint8Array, model: Part): Uint8Array {
  const graph = model.children.find((part) => part.field === MODEL_GRAPH);
  const zipMaps = graph?.children.filter((part) => part.kind === 'node' && part.operator === 'ZipMap') ?? [];
  if (!graph || zipMaps.length === 0) return bytes;
  const replaced = new Map<Part, Uint8Array>();
  for (const zipMap of zipMaps) {
    const { input, output } = decodeAt(proto.onnx.NodeProto, bytes, zipMap);
    const identity = proto.onnx.NodeProto.encode({ opType: 'Identity', input, output: output.slice(0, 1) });
    replaced.set(zipMap, identity.finish());
    const classes = labelsOf(bytes, zipMap)?.length ?? null;
    for (const value of graph.children.filter((part) => part.kind === 'value' && part.name === output[0])) {
      const info = decodeAt(proto.onnx.ValueInfoProto, bytes, value);
      info.type = proto.onnx.TypeProto.create(tensorInstead(info.type, classes));
      replaced.set(value, proto.onnx.ValueInfoProto.encode(info).finish());
    }
  }
  const newGraph = new Map([[graph, splice(bytes, graph, replaced)]]);
  return concatenate([splice(bytes, model, newGraph), ...identitySet(model)]);
}

/** The message with some of its children replaced. */
function splice(bytes: Uint8Array, parent: Part, replaced: Map<Part, Uint8Array>): Uint8Array {
  const pieces: Uint8Array[] = [];
  let at = parent.from;
  for (const child of parent.children) {
    const payload = replaced.get(child);
    if (!payload) continue;
    pieces.push(bytes.subarray(at, child.start), writeField(child.field, payload));
    at = child.to;
  }
  return concatenate([...pieces, bytes.subarray(at, parent.to)]);
}

/** A model of ai.onnx.ml operators alone need not import the set that Identity is of, the same since version 1. */
function identitySet(model: Part): Uint8Array[] {
  const sets = model.children.filter((part) => part.kind === 'operator set');
  if (sets.some(({ domain }) => domain === '' || domain === 'ai.onnx')) return [];
  const set = proto.onnx.OperatorSetIdProto.encode({ domain: '', version: 13 }).finish();
  return [writeField(MODEL_OPERATOR_SET, set)];
}

/** The type of a tensor [N, classes] with the numbers that a sequence of maps from class to number holds. */
function tensorInstead(sequence: onnx.ITypeProto | null | undefined, classes: number | null): onnx.ITypeProto {
  const elemType = sequence?.sequenceType?.elemType?.mapType?.valueType?.tensorType?.elemType ?? FLOAT;
  const dim = [{ dimParam: 'N' }, classes === null ? { dimParam: 'classes' } : { dimValue: classes }];
  return { tensorType: { elemType, shape: { dim } } };
}
