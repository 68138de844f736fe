import { UserError } from '#registry/error.ts';
import type { onnx } from 'onnx-proto';
import { decodeModel, encodeModel, isExternal, isNode, isTensor, messages, type Value, valueOf } from './proto.ts';
import { removeZipMaps } from './rewrite.ts';
import { hasDefaultAttributes } from './wire.ts';

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

/** A model that may be given to ONNX Runtime: examined, without ZipMap, written anew from what was examined. */
export interface InspectedModel {
  facts: ModelFacts;
  bytes: Uint8Array;
}

const STANDARD = ['ai.onnx', 'ai.onnx.ml'];

/**
 * Operators of ONNX Runtime's own domain that are let through: those that skl2onnx writes for text features, nearest
 * neighbours and kernels. All others are refused: they tie a model to one runtime, and one of them (EPContext) names files.
 */
const CONTRIBUTED = ['Tokenizer', 'CDist', 'MurmurHash3', 'Solve'];

/**
 * Examines the bytes of `model.onnx`. Throws UserError where they aren't an ONNX model, keep data in other files or in
 * memory addresses, use operators outside the ONNX standard, or nest too deeply.
 */
export function inspectModel(bytes: Uint8Array): InspectedModel {
  const model = decodeModel(bytes);
  model.trainingInfo = []; // never run at inference
  refuseUnreadableFunctions(model, bytes);
  const domains = new Set<string>();
  const functions = new Set(model.functions.map((f) => `${f.domain ?? ''}:${f.name ?? ''}`));
  for (const { message, where } of messages(model)) {
    if (isTensor(message)) refuseExternalData(message, where);
    if (!isNode(message)) continue;
    const domain = message.domain || 'ai.onnx';
    domains.add(domain);
    const known = STANDARD.includes(domain) || (domain === 'com.microsoft' && CONTRIBUTED.includes(message.opType));
    if (!known && !functions.has(`${message.domain}:${message.opType}`)) throw customOperator(message, where);
  }
  refuseUnknownVersion(model, domains);
  const classes = removeZipMaps(model);
  const graph = model.graph ?? {};
  // Before IR version 4 the initializers were listed among the inputs.
  const initializers = new Set((graph.initializer ?? []).map((tensor) => tensor.name));
  const facts: ModelFacts = {
    bytes: bytes.byteLength,
    opset: Object.fromEntries(model.opsetImport.map((set) => [set.domain || 'ai.onnx', Number(set.version ?? 0)])),
    domains: [...domains].sort(),
    inputs: (graph.input ?? []).filter((input) => !initializers.has(input.name)).map(valueOf),
    outputs: (graph.output ?? []).map(valueOf),
    classes,
  };
  return { facts, bytes: encodeModel(model) };
}

function refuseExternalData(tensor: onnx.TensorProto, where: string): void {
  if (!isExternal(tensor)) return;
  const location = tensor.externalData.find((entry) => entry.key === 'location')?.value;
  const target = location ? `in ${JSON.stringify(location)}` : 'outside the file';
  throw new UserError(`model.onnx keeps the data of ${where} ${target}; external data is refused`, {
    fix: 'Save the model as one file: onnx.save_model(model, path, save_as_external_data=False).',
  });
}

function customOperator(node: onnx.NodeProto, where: string): UserError {
  return new UserError(
    `model.onnx uses the operator ${node.opType} of the domain ${JSON.stringify(node.domain)} at ${where}; ` +
      'only operators of ai.onnx and ai.onnx.ml are allowed',
    { fix: 'Export the model with standard operators only.' },
  );
}

function refuseUnreadableFunctions(model: onnx.ModelProto, bytes: Uint8Array): void {
  const names = model.functions.map((local) => `${local.domain}:${local.name}`);
  const overloaded = new Set(names).size < names.length;
  if (!overloaded && !(names.length > 0 && hasDefaultAttributes(bytes))) return;
  const what = overloaded ? 'several forms of one name' : 'default attributes';
  throw new UserError(`model.onnx has local functions with ${what}, which are not supported`, {
    fix: 'Inline the functions: onnx.inliner.inline_local_functions(model).',
  });
}

/** A file that was cut off may lack its last fields, and these are the operator sets. */
function refuseUnknownVersion(model: onnx.ModelProto, domains: Set<string>): void {
  const imports = [...model.opsetImport, ...model.functions.flatMap((local) => local.opsetImport ?? [])];
  const versioned = new Set(imports.map((set) => set.domain || 'ai.onnx'));
  const unknown = [...domains].filter((domain) => !versioned.has(domain));
  if (unknown.length === 0) return;
  throw new UserError(`model.onnx is incomplete: it uses operators of ${unknown.join(', ')} without their version`, {
    fix: 'Export the model again, and check that the copy is complete.',
  });
}
