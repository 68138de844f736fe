import { canonicalJson } from './canonical-json.ts';
import { readDocument } from './document.ts';
import type { Where } from './judge/context.ts';
import { Model } from './model.ts';
import { dataProblems } from './model-checks/data.ts';
import { evaluateProblems } from './model-checks/evaluate.ts';
import { trainProblems } from './model-checks/train.ts';

/**
 * Reads a `model.yaml` and checks what takes several fields to see: columns that the schema must have, metrics of the
 * task, bounds of rules. `where` tells a finding on which line its rule stands.
 * @throws UserError that names every problem with its file, line and column.
 */
export function parseModel(text: string, path: string): { model: Model; where: Where } {
  const document = readDocument(Model, text, path, (model) => [
    ...dataProblems(model),
    ...trainProblems(model),
    ...evaluateProblems(model),
  ]);
  return { model: document.value, where: { path, line: document.line } };
}

/**
 * The part of a model that says what is good enough and on which data, as canonical JSON: its sha256 is the policy's
 * digest. How training data is found and the model trained is no part of it.
 */
export function policyText(model: Pick<Model, 'name' | 'task' | 'data' | 'evaluate'>): string {
  const { train: _train, production: _production, ...data } = model.data;
  return canonicalJson({ name: model.name, task: model.task, data, evaluate: model.evaluate });
}
