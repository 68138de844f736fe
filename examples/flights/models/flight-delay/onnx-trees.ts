import proto from 'onnx-proto';
import type { Boosted } from './boosting.ts';
import type { Node } from './tree.ts';

const { onnx } = proto;
const { AttributeType } = onnx.AttributeProto;
const { DataType } = onnx.TensorProto;

/**
 * The trees as an ONNX model: one operator, TreeEnsembleClassifier of the domain ai.onnx.ml.
 *
 * Input `features`: float, [rows, features]. Outputs: `label`, int64, [rows]; `probabilities`, float, [rows, 2], the
 * probabilities of 0 and of 1.
 */
export function toOnnx({ base, trees }: Boosted, features: number): Uint8Array {
  const treeIds: number[] = [];
  const nodeIds: number[] = [];
  const featureIds: number[] = [];
  const modes: string[] = [];
  const thresholds: number[] = [];
  const trueIds: number[] = [];
  const falseIds: number[] = [];
  const nanTrue: number[] = [];
  const leafTrees: number[] = [];
  const leafIds: number[] = [];
  const weights: number[] = [];
  // The base is one more tree, of a single leaf.
  const constant: Node = { feature: -1, threshold: 0, cut: 0, nanLeft: false, left: -1, right: -1, value: base };
  [...trees, [constant]].forEach((tree, treeId) => {
    tree.forEach((node, nodeId) => {
      const leaf = node.feature < 0;
      treeIds.push(treeId);
      nodeIds.push(nodeId);
      featureIds.push(leaf ? 0 : node.feature);
      modes.push(leaf ? 'LEAF' : 'BRANCH_LEQ');
      thresholds.push(node.threshold);
      trueIds.push(leaf ? 0 : node.left);
      falseIds.push(leaf ? 0 : node.right);
      nanTrue.push(node.nanLeft ? 1 : 0);
      if (!leaf) return;
      leafTrees.push(treeId);
      leafIds.push(nodeId);
      weights.push(node.value);
    });
  });
  const node = {
    opType: 'TreeEnsembleClassifier',
    domain: 'ai.onnx.ml',
    input: ['features'],
    output: ['label', 'probabilities'],
    attribute: [
      ints('nodes_treeids', treeIds),
      ints('nodes_nodeids', nodeIds),
      ints('nodes_featureids', featureIds),
      { name: 'nodes_modes', type: AttributeType.STRINGS, strings: modes.map((mode) => Buffer.from(mode)) },
      { name: 'nodes_values', type: AttributeType.FLOATS, floats: thresholds },
      ints('nodes_truenodeids', trueIds),
      ints('nodes_falsenodeids', falseIds),
      ints('nodes_missing_value_tracks_true', nanTrue),
      ints('class_treeids', leafTrees),
      ints('class_nodeids', leafIds),
      ints(
        'class_ids',
        leafIds.map(() => 0),
      ),
      { name: 'class_weights', type: AttributeType.FLOATS, floats: weights },
      ints('classlabels_int64s', [0, 1]),
      { name: 'post_transform', type: AttributeType.STRING, s: Buffer.from('LOGISTIC') },
    ],
  };
  const model = onnx.ModelProto.create({
    irVersion: 8,
    producerName: 'flight-delay',
    opsetImport: [
      { domain: '', version: 15 },
      { domain: 'ai.onnx.ml', version: 3 },
    ],
    graph: {
      name: 'flight-delay',
      node: [node],
      input: [tensor('features', DataType.FLOAT, features)],
      output: [tensor('label', DataType.INT64), tensor('probabilities', DataType.FLOAT, 2)],
    },
  });
  return onnx.ModelProto.encode(model).finish();
}

function ints(name: string, values: number[]) {
  return { name, type: AttributeType.INTS, ints: values };
}

/** A tensor of `rows` rows, and of `columns` columns if given. */
function tensor(name: string, elemType: number, columns?: number) {
  const dim = columns === undefined ? [{ dimParam: 'rows' }] : [{ dimParam: 'rows' }, { dimValue: columns }];
  return { name, type: { tensorType: { elemType, shape: { dim } } } };
}
