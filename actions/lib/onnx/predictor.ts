import { InferenceSession } from 'onnxruntime-node';
import type { Artifact } from '#registry/artifact.ts';
import { UserError } from '#registry/error.ts';
import { type Decoding, decode, predictionWidth } from './decode.ts';
import type { Feature, FeatureRows } from './features.ts';
import { feederFor } from './inputs.ts';
import { inspectModel, type ModelFacts } from './inspect.ts';
import { agreeOnClasses, chooseOutput } from './outputs.ts';

/** Rows of one call of ONNX Runtime. */
export const BATCH = 4096;

export interface PredictorOptions {
  /** The bytes of model.onnx, as the artifact has them. */
  model: Uint8Array;
  artifact: Pick<Artifact, 'task' | 'classes' | 'output' | 'activation'>;
  /** What features.sql gives, in its order. */
  features: Feature[];
  /** Rows of one call of ONNX Runtime. */
  batch?: number;
}

export interface Predictor {
  facts: ModelFacts;
  /** Class labels in the order of the probabilities, the positive one last; null for regression. */
  classes: string[] | null;
  /** Numbers of one row of predictions: K for a multiclass model, else 1. */
  width: number;
  /** `matrix` where the model takes one float tensor: then a Float32Array is best, and nulls of any type are NaN in it. */
  layout: 'matrix' | 'columns';
  /**
   * Predictions of the first `rows` rows of the features, which are in the order of features.sql: the probability of
   * the positive class, all probabilities (row-major, `width` a row), or the value. May contain NaN and infinity. One
   * call at a time: the input buffers are used again.
   */
  predict(features: FeatureRows, rows: number): Promise<Float64Array>;
  /**
   * For measuring latency: prepares these rows once, and returns a function that runs the model on them, in one call,
   * as often as wanted. Its buffers are its own; its result is written over by its next run.
   */
  prepare(features: FeatureRows, rows: number): () => Promise<Float64Array>;
  release(): Promise<void>;
}

/**
 * Opens a model for prediction, on one thread: the same bits come out over runs and batch sizes. Throws UserError where
 * the model is refused, or does not fit the features or artifact.json.
 */
export async function openPredictor({
  model,
  artifact,
  features,
  batch = BATCH,
}: PredictorOptions): Promise<Predictor> {
  const { facts, bytes } = inspectModel(model);
  const classes = agreeOnClasses(artifact.task, artifact.classes, facts.classes);
  const output = chooseOutput(facts.outputs, artifact.output).name;
  const feeder = feederFor(facts.inputs, features, batch);
  const session = await load(bytes);
  const decoding: Decoding = {
    task: artifact.task,
    activation: artifact.activation,
    classes: classes?.length ?? 1,
    output,
  };
  const width = predictionWidth(decoding);
  let busy = false;

  async function run(
    feed: ReturnType<typeof feeder.feed>,
    rows: number,
    into: Float64Array,
    start: number,
  ): Promise<void> {
    const { [output]: tensor } = await session.run(feed, [output]).catch((cause: unknown) => {
      throw refused('fails on the features', cause);
    });
    const { data } = tensor;
    if (!(data instanceof Float32Array || data instanceof Float64Array)) {
      throw new Error(`output ${output} was declared as numbers and came as ${tensor.type}`);
    }
    decode(data, tensor.dims, rows, decoding, into, start);
    tensor.dispose();
  }

  return {
    facts,
    classes,
    width,
    layout: feeder.layout,
    async predict(given, rows) {
      if (busy) throw new Error('predict was called again before it had finished');
      busy = true;
      try {
        const predictions = new Float64Array(rows * width);
        for (let start = 0; start < rows; start += batch) {
          const size = Math.min(batch, rows - start);
          await run(feeder.feed(given, start, size), size, predictions, start);
        }
        return predictions;
      } finally {
        busy = false;
      }
    },
    prepare(given, rows) {
      const feed = feederFor(facts.inputs, features, rows).feed(given, 0, rows);
      const predictions = new Float64Array(rows * width);
      return async () => {
        await run(feed, rows, predictions, 0);
        return predictions;
      };
    },
    release: () => session.release(),
  };
}

async function load(bytes: Uint8Array): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(bytes, {
      executionProviders: ['cpu'],
      executionMode: 'sequential',
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      graphOptimizationLevel: 'all',
      logSeverityLevel: 4,
    });
  } catch (cause) {
    throw refused('can’t be loaded', cause);
  }
}

function refused(what: string, cause: unknown): UserError {
  return new UserError(`model.onnx ${what}; ONNX Runtime says: ${reasonOf(cause)}`, {
    fix: 'Check the model with onnx.checker.check_model, and try it on a few rows where it was exported.',
    cause,
  });
}

/** ONNX Runtime's message without the source lines and C++ signatures that it puts before the reason. */
function reasonOf(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  const plain = message
    .replace(/Non-zero status code returned while running (\S+) node\. Name:'([^']*)' Status Message: /, '$1 ($2): ')
    .replace(/\/\S*onnxruntime\/\S+?:\d+ [^\n]*?\)(?: const)?(?: \[with [^\]]*\])? /g, '')
    .replace(/\s+/g, ' ')
    .trim();
  return plain.length > 300 ? `${plain.slice(0, 300)}…` : plain;
}
