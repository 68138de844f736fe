import proto from 'onnx-proto';
import { UserError } from '#registry/error.ts';
import { classLabels } from './labels.ts';
import { removeZipMaps } from './rewrite.ts';
import { type Part, partsOf, structureOf } from './structure.ts';
import { type Value, valueOf } from './value.ts';
import { decodeAt, MALFORMED, scan, WIRE } from './wire.ts';

/** What a model file says of itself. */
export interface ModelFacts {
  bytes: number;
  /** Version of each operator set that is used, by domain; the standard one is `ai.onnx`. */
  opset: Record<string, number>;
  /** Domains of all operators, also inside subgraphs and local functions, sorted. */
  domains: string[];
  inputs: Value[];
  /** Outputs by the names that the exporter gave them; a ZipMap's output is the tensor that went into it. */
  outputs: Value[];
  /** Class labels in the order of the probabilities, where the graph carries them. */
  classes: string[] | null;
}

/** A model that may be given to ONNX Runtime: examined, and without ZipMap. */
export interface InspectedModel {
  facts: ModelFacts;
  bytes: Uint8Array;
}

/** Protocol Buffers can't hold more in one message, so an ONNX file above this keeps its weights elsewhere. */
const LARGEST_MODEL = 2 ** 31 - 1;

const STANDARD = ['ai.onnx', 'ai.onnx.ml'];

/**
 * Operators of ONNX Runtime's own domain that are let through: those that skl2onnx writes for texts, nearest neighbours
 * and kernels. All others are refused: they tie a model to one runtime, and one of them (EPContext) names files.
 */
const CONTRIBUTED = ['Tokenizer', 'CDist', 'MurmurHash3', 'Solve'];

const GRAPH_INPUT = 11;
const GRAPH_OUTPUT = 12;
const TENSOR_EXTERNAL_DATA = 13;

/**
 * Examines the bytes of `model.onnx`. Throws UserError where they aren't an ONNX model, keep data in other files or in
 * memory addresses, use operators outside the ONNX standard, or nest too deeply.
 */
export function inspectModel(bytes: Uint8Array): InspectedModel {
  if (bytes.length > LARGEST_MODEL) {
    throw new UserError(`model.onnx has ${bytes.length} bytes; a model file can have at most ${LARGEST_MODEL}`, {
      fix: 'Export a smaller model: fewer trees, or float instead of double weights.',
    });
  }
  try {
    return inspect(bytes);
  } catch (error) {
    if (error !== MALFORMED) throw error;
    const what =
      bytes.length === 0 ? 'is empty' : `is not an ONNX model, or its end is missing (${bytes.length} bytes)`;
    throw new UserError(`model.onnx ${what}`, { fix: 'Export the model again, and check that the copy is complete.' });
  }
}

function inspect(bytes: Uint8Array): InspectedModel {
  const model = structureOf(bytes);
  const domains = examine(bytes, model);
  const classes = classLabels(bytes, model);
  const rewritten = removeZipMaps(bytes, model);
  const { inputs, outputs } = interfaceOf(rewritten);
  const sets = model.children
    .filter((part) => part.kind === 'operator set')
    .map((part) => decodeAt(proto.onnx.OperatorSetIdProto, bytes, part));
  const opset = Object.fromEntries(sets.map((set) => [set.domain || 'ai.onnx', Number(set.version)]));
  return { facts: { bytes: bytes.length, opset, domains, inputs, outputs, classes }, bytes: rewritten };
}

/** Refuses what may not be in a model, and returns the domains of its operators. */
function examine(bytes: Uint8Array, model: Part): string[] {
  const functions = new Set<string>();
  const [used, versioned] = [new Set<string>(), new Set<string>()];
  const all = [...partsOf(model)];
  for (const { part } of all) {
    if (part.kind === 'function') functions.add(JSON.stringify([part.domain, part.name]));
    if (part.kind === 'operator set') versioned.add(part.domain || 'ai.onnx');
  }
  for (const { part, where } of all) {
    if (part.external) throw externalData(bytes, part, where);
    if (part.kind !== 'node') continue;
    const domain = part.domain || 'ai.onnx';
    used.add(domain);
    const known = STANDARD.includes(domain) || (domain === 'com.microsoft' && CONTRIBUTED.includes(part.operator));
    if (!known && !functions.has(JSON.stringify([part.domain, part.operator]))) throw customOperator(part, where);
  }
  const unknown = [...used].filter((domain) => !versioned.has(domain));
  if (unknown.length > 0) throw incomplete(unknown);
  return [...used].sort();
}

/** Inputs and outputs of the graph, in its order. */
function interfaceOf(bytes: Uint8Array): { inputs: Value[]; outputs: Value[] } {
  const parts = structureOf(bytes).children.find((part) => part.kind === 'graph')?.children ?? [];
  // Before IR version 4 the initializers were listed among the inputs.
  const initializers = new Set(parts.filter((part) => part.kind === 'tensor').map((part) => part.name));
  const valuesOf = (field: number): Value[] =>
    parts
      .filter((part) => part.field === field)
      .map((part) => valueOf(decodeAt(proto.onnx.ValueInfoProto, bytes, part)));
  return {
    inputs: valuesOf(GRAPH_INPUT).filter(({ name }) => !initializers.has(name)),
    outputs: valuesOf(GRAPH_OUTPUT),
  };
}

function externalData(bytes: Uint8Array, tensor: Part, where: string): UserError {
  let location = '';
  scan(bytes, tensor.from, tensor.to, (field, wire, _start, from, to) => {
    if (field !== TENSOR_EXTERNAL_DATA || wire !== WIRE.bytes) return;
    const entry = decodeAt(proto.onnx.StringStringEntryProto, bytes, { from, to });
    if (entry.key === 'location') location = entry.value;
  });
  const target = location ? `in ${JSON.stringify(location)}` : 'outside the file';
  return new UserError(`model.onnx keeps the data of ${where} ${target}; external data is refused`, {
    fix: 'Save the model as one file: onnx.save_model(model, path, save_as_external_data=False).',
  });
}

function customOperator({ operator, domain }: Part, where: string): UserError {
  return new UserError(
    `model.onnx uses the operator ${operator} of the domain ${JSON.stringify(domain)} at ${where}; ` +
      'only operators of ai.onnx and ai.onnx.ml are allowed',
    { fix: 'Export the model with standard operators only.' },
  );
}

/** A file that was cut off may lack its last fields, and these are the operator sets. */
function incomplete(domains: string[]): UserError {
  return new UserError(`model.onnx is incomplete: it uses operators of ${domains.join(', ')} without their version`, {
    fix: 'Export the model again, and check that the copy is complete.',
  });
}
