import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import type { onnx } from 'onnx-proto';
import proto from 'onnx-proto';
import { describe, expect, it } from 'vitest';
import { inspectModel } from '#lib/onnx/inspect.ts';
import { writeField } from '#lib/onnx/wire.ts';
import { UserError } from '#registry/error.ts';
import { modelBytes, node, tensor } from '../../fixtures/onnx/build.ts';
import {
  asksForMemory,
  customOperator,
  EXTERNAL_FORMS,
  EXTERNAL_PLACES,
  endlessLoop,
  externalData,
  nestedIf,
  notFinite,
  withFunction,
} from '../../fixtures/onnx/hostile.ts';
import { linear, logistic } from '../../fixtures/onnx/linear.ts';

const exported = (name: string): Uint8Array =>
  readFileSync(join(import.meta.dirname, `../../fixtures/onnx/exported/${name}.onnx`));
const concatenate = (...parts: Uint8Array[]): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.concat(parts));

/** The user's error that a model gives. */
function refusal(bytes: Uint8Array): UserError {
  try {
    inspectModel(bytes);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('the model was let through');
}

describe('facts', () => {
  it('says what a scikit-learn pipeline takes and gives, its ZipMap replaced by what went into it', () => {
    const { facts } = inspectModel(exported('sklearn-pipeline-columns'));
    expect(facts.inputs).toEqual([
      { name: 'hour', type: 'int64', shape: ['?', 1] },
      { name: 'distance', type: 'float', shape: ['?', 1] },
      { name: 'delay_rate', type: 'float', shape: ['?', 1] },
      { name: 'origin', type: 'string', shape: ['?', 1] },
      { name: 'weekend', type: 'bool', shape: ['?', 1] },
    ]);
    expect(facts.outputs).toEqual([
      { name: 'output_label', type: 'int64', shape: ['?'] },
      { name: 'output_probability', type: 'float', shape: ['N', 2] },
    ]);
    expect(facts.classes).toEqual(['0', '1']);
    expect(facts.domains).toEqual(['ai.onnx', 'ai.onnx.ml']);
    expect(facts.opset['ai.onnx.ml']).toBeGreaterThan(0);
  });

  it.each([
    ['sklearn-three-words-zipmap', ['early', 'late', 'on time']],
    ['sklearn-logistic', ['0', '1']],
    ['xgboost-three', ['0', '1', '2']],
    ['lightgbm-three-zipmap', ['0', '1', '2']],
    ['sklearn-stacking', ['0', '1']],
    ['torch-two-logits', null],
    ['sklearn-ridge', null],
  ])('finds the classes of %s', (name, classes) => {
    expect(inspectModel(exported(name)).facts.classes).toEqual(classes);
  });

  it('keeps double probabilities of a ZipMap double', () => {
    const { facts } = inspectModel(exported('sklearn-logistic-double'));
    expect(facts.outputs[1]).toEqual({ name: 'output_probability', type: 'double', shape: ['N', 2] });
  });

  it('names operators of a subgraph and of a local function', () => {
    expect(inspectModel(nestedIf(2, 3)).facts.domains).toEqual(['ai.onnx']);
    const { facts } = inspectModel(modelBytes(withFunction(2, [node('Neg', ['x'], ['y'])])));
    expect(facts.domains).toEqual(['ai.onnx', 'here']);
  });

  it('hands on a model without ZipMap as it is', () => {
    const bytes = exported('torch-two-logits');
    expect(inspectModel(bytes).bytes).toBe(bytes);
  });
});

describe('files that are no model', () => {
  it.each([
    ['an empty file', new Uint8Array()],
    ['a text', new TextEncoder().encode('model: yes\n')],
    ['zeros', new Uint8Array(1000)],
    ['a graph without operator sets', new Uint8Array([0x3a, 0x00])],
  ])('refuses %s', (_, bytes) => {
    expect(refusal(bytes).message).toMatch(/^model\.onnx is (empty|not an ONNX model)/);
  });

  it('refuses a model that is cut off anywhere', () => {
    const whole = exported('sklearn-boosting');
    fc.assert(
      fc.property(fc.integer({ min: 0, max: whole.length - 1 }), (length) => {
        expect(refusal(whole.subarray(0, length)).message).toContain('model.onnx is');
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  it('gives nothing but facts or a UserError, whatever bytes are changed', () => {
    const whole = exported('lightgbm-binary-zipmap');
    const change = fc.tuple(fc.nat(whole.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 5 }), (changes) => {
        const bytes = new Uint8Array(whole);
        for (const [at, byte] of changes) bytes[at] = byte;
        try {
          expect(inspectModel(bytes).facts.bytes).toBe(whole.length);
        } catch (error) {
          expect(error).toBeInstanceOf(UserError);
        }
      }),
      { seed: 1, numRuns: 500 },
    );
  });
});

describe('external data', () => {
  it.each(Object.keys(EXTERNAL_FORMS))('refuses %s', (form) => {
    expect(refusal(externalData(2, form, 'initializer')).message).toMatch(/tensor secret .*external data is refused/);
  });

  it.each(EXTERNAL_PLACES)('refuses it in a %s', (place) => {
    expect(refusal(externalData(2, 'an absolute path', place)).message).toContain('"/etc/passwd"');
  });

  it('refuses two graphs, of which some readers take the last and ONNX Runtime makes one', () => {
    const both = concatenate(externalData(2, 'an absolute path', 'initializer'), linear([1, 2], 3));
    expect(refusal(both).message).toContain('is not an ONNX model');
  });
});

describe('operators', () => {
  it.each([0, 1, 4])('refuses one of another domain below %i Ifs', (depth) => {
    expect(refusal(customOperator(2, { depth })).message).toContain('Shell of the domain "evil.example"');
  });

  it('refuses one in a local function', () => {
    const bytes = modelBytes(withFunction(2, [node('Shell', ['x'], ['y'], {}, 'evil.example')]));
    expect(refusal(bytes).message).toContain('Shell');
  });

  it('lets through what skl2onnx needs of ONNX Runtime’s own operators, and no other', () => {
    const own = (operator: string): Uint8Array => customOperator(2, { domain: 'com.microsoft', operator });
    expect(inspectModel(own('CDist')).facts.domains).toContain('com.microsoft');
    expect(refusal(own('EPContext')).message).toContain('EPContext of the domain "com.microsoft"');
    expect(refusal(customOperator(2, { domain: 'ai.onnx.preview.training' })).fix).toContain('standard operators');
  });

  it('looks into default attributes of a local function, which are newer than the schema that wrote these tests', () => {
    const { AttributeProto, FunctionProto, ModelProto } = proto.onnx;
    const model = ModelProto.decode(modelBytes(withFunction(2, [node('Neg', ['x'], ['y'])])));
    const withDefault = (held: onnx.ITensorProto): Uint8Array => {
      const attributeBytes = AttributeProto.encode({ name: 'default', type: 4, t: held }).finish();
      const local = concatenate(FunctionProto.encode(model.functions[0]).finish(), writeField(11, attributeBytes));
      const rest = ModelProto.encode({ ...model, functions: [] }).finish();
      return concatenate(rest, writeField(25, local));
    };
    expect(inspectModel(withDefault(tensor('plain', 'float', [1], [1]))).facts.domains).toContain('here');
    expect(refusal(withDefault({ name: 'secret', dataLocation: 1 })).message).toContain('tensor secret');
  });
});

describe('nesting', () => {
  it('lets ten Ifs through', () => {
    expect(inspectModel(nestedIf(2, 10)).facts.domains).toEqual(['ai.onnx']);
  });

  it.each([40, 5000])('refuses a chain of %i graphs', (depth) => {
    expect(refusal(deepChain(depth)).message).toContain('nests its graphs more deeply');
  });
});

/** A graph with a node with an attribute with a graph, and so on; written by hand, since writers recurse too. */
function deepChain(depth: number): Uint8Array {
  let chain: Uint8Array = new Uint8Array();
  // GraphProto.node = 1, NodeProto.attribute = 5, AttributeProto.g = 6.
  for (let level = 0; level < depth; level++) {
    for (const field of [6, 5, 1]) chain = writeField(field, chain);
  }
  return concatenate(
    writeField(8, proto.onnx.OperatorSetIdProto.encode({ version: 17 }).finish()),
    writeField(7, chain),
  );
}

describe('what only running shows', () => {
  it.each([
    ['an endless loop', endlessLoop(2)],
    ['40 GB of constants', asksForMemory(2, 'load')],
    ['40 GB at prediction', asksForMemory(2, 'run')],
    ['logarithms of negative numbers', notFinite(2)],
  ])('lets %s through: a standard model, for the child process to bear', (_, bytes) => {
    expect(inspectModel(bytes).facts.domains).toEqual(['ai.onnx']);
  });
});

describe('ZipMap', () => {
  it('is gone, and its output is a tensor', () => {
    const { bytes, facts } = inspectModel(
      logistic({ weights: [1, 2], intercept: 0, classes: ['no', 'yes'], zipMap: true }),
    );
    const nodes = proto.onnx.ModelProto.decode(bytes).graph?.node ?? [];
    expect(nodes.map((n) => n.opType)).not.toContain('ZipMap');
    expect(facts.outputs.map((output) => output.name)).toEqual(['output_label', 'output_probability']);
    expect(facts.classes).toEqual(['no', 'yes']);
  });
});
