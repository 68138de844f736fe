import { describe, expect, it } from 'vitest';
import { UserError } from '#registry/error.ts';
import { parseModel, policyText } from '#registry/parse-model.ts';
import { flightModelPath, flightModelText } from '../fixtures/model.ts';

/** What reading the flights' model says after `from` was replaced by `to`. */
function complaint(from: string, to: string): { message: string; fix: string } {
  const text = flightModelText.replace(from, () => to);
  expect(text).not.toBe(flightModelText);
  try {
    parseModel(text, flightModelPath);
  } catch (error) {
    if (error instanceof UserError) return { message: error.message, fix: error.fix };
    throw error;
  }
  throw new Error(`nothing was wrong with ${to}`);
}

/** The line of the first occurrence, so that the table stays right when the fixture grows. */
const lineOf = (part: string) => flightModelText.slice(0, flightModelText.indexOf(part)).split('\n').length;

describe('parseModel', () => {
  it('reads a model and knows where its rules stand', () => {
    const { model, where } = parseModel(flightModelText, flightModelPath);
    expect(model.evaluate.primary).toEqual({ metric: 'roc_auc', params: {}, max_loss: 0.002 });
    expect(model.evaluate.guardrails[3]).toEqual({
      metric: 'precision_at_recall',
      params: { recall: 0.8 },
      max_loss: 0.01,
    });
    expect(model.evaluate.confidence).toBe(0.95);
    expect(where.path).toBe(flightModelPath);
    expect(where.line(['evaluate', 'primary', 'max_loss'])).toBe(lineOf('primary:'));
    expect(where.line(['evaluate', 'guardrails', 2, 'max_loss'])).toBe(lineOf('metric: recall,'));
    expect(where.line(['evaluate', 'slices', 'max_loss'])).toBe(lineOf('slices:'));
    expect(where.line(['evaluate', 'confidence'])).toBeNull();
  });

  it.each<[string, string, string, string]>([
    // [what is written, what is written instead, what the message says, what the fix says]
    ['max_loss: 0.002', 'max_los: 0.002', 'evaluate.primary has the unknown key “max_los”', 'Did you mean max_loss?'],
    ['name: flight-delay', 'nmae: flight-delay', 'the document has the unknown key “nmae”', 'Did you mean name?'],
    ['{ size: megabytes', '{ sise: megabytes', 'has the unknown key “sise”', 'Did you mean size?'],
    ['features: features.sql', 'zzzzzz: 1', 'the document has the unknown key “zzzzzz”', 'Known there: name, task,'],
    [
      'metric: roc_auc',
      'metric: roc_acu',
      'evaluate.primary.metric can’t be the text “roc_acu”',
      'Did you mean roc_auc?',
    ],
    ['metric: roc_auc', 'metric: rmse', 'rmse is no metric of binary_classification', 'Choose one of'],
    ['metric: roc_auc', 'metric: max_error', 'max_error is no metric of binary_classification', ''],
    [
      'recall: 0.8, ',
      '',
      'precision_at_recall needs the parameter recall',
      '{ metric: precision_at_recall, recall: … }',
    ],
    ['metric: roc_auc,', 'metric: roc_auc, recall: 1,', 'roc_auc has no parameter recall', 'takes no parameters'],
    ['recall: 0.8', 'recall: high', 'evaluate.guardrails[3].recall must be a number, but is the text “high”', ''],
    [
      'metric: roc_auc, max_loss: 0.002',
      'metric: roc_auc',
      'exactly one of max_loss, min_gain, but has none',
      'for example',
    ],
    ['max_loss: 0.002', 'max_loss: 0.002, min_gain: 1', 'but has max_loss and min_gain', 'one rule for each bound'],
    ['max_loss: 0.002', 'at_least: 0.7', 'so it can’t have at_least', 'guardrails'],
    ['max_loss: 0.005', 'at_least: 0, max_loss: 0.005', 'but has max_loss and at_least', ''],
    [
      'metric: log_loss, max_loss',
      'metric: positive_rate, max_loss',
      'positive_rate can’t be compared',
      'at_least or at_most',
    ],
    ['max_loss: 0.002', 'max_loss: -1', 'must be at least 0, but is -1', ''],
    ['max_loss: 0.002', 'max_loss: .nan', 'evaluate.primary.max_loss must be a number, but is NaN', ''],
    ['max_loss: 0.002', 'max_loss: .inf', 'evaluate.primary.max_loss must be a number', ''],
    ['max_loss: 0.002', 'max_loss: "0.002"', 'must be a number, but is the text “0.002”', ''],
    [', at_most: 5, max_ratio: 1.2', '', 'evaluate.guardrails[4] has no bound', 'max_ratio'],
    [
      '{ size: megabytes, at_most: 50 }',
      '{ fairness: demographic_parity_ratio, column: origin, at_least: 0.8 }',
      'not declared protected',
      'evaluate.protected',
    ],
    ['id: flight_id', 'id: flght_id', 'data.id names the column “flght_id”', 'Did you mean flight_id?'],
    ['id: flight_id', 'id: constructor', 'data.id names the column “constructor”', ''],
    ['label: late', 'label: flight_id', 'data.label and data.id are the same column', ''],
    ['label: late', 'label: date', 'must be a boolean, an integer or a string', ''],
    ['label: late', 'label: origin', 'the label is a string', 'data.positive'],
    ['label: late', 'label: late\n  positive: 3', 'data.positive can’t be a value of a label of type boolean', ''],
    ['time: date', 'time: distance', 'data.time is the column “distance” of type integer', ''],
    ['time: date', 'weight: origin', 'data.weight is the column “origin” of type string', ''],
    [
      'known_later: [delay]',
      'known_later: [dealy]',
      'data.known_later[0] names the column “dealy”',
      'Did you mean delay?',
    ],
    ['known_later: [delay]', 'known_later: [flight_id]', 'data.known_later names the id', ''],
    ['known_later: [delay]', 'known_later: delay', 'data.known_later must be a list, but is the text “delay”', ''],
    ['columns: [origin', 'columns: [late', 'slices can’t be made by the label', ''],
    ['columns: [origin', 'columns: [orign', 'names the column “orign”', 'Did you mean origin?'],
    ['columns: [origin', 'columns: [distance_band', 'is sliced twice', ''],
    ['columns: [origin', 'columns: [{ column: origin, edges: [1] }', 'must be a number to be put into bands', ''],
    ['columns: [origin', 'columns: [{ column: distance, edges: [5, 1] }', 'edges of bands must ascend', ''],
    ['max_loss: 0.02,', 'min_rows: 2.5,', 'there twice', ''],
    ['type: boolean', 'type: bool', 'data.schema.late.type can’t be the text “bool”', 'Choose one of boolean'],
    ['task: binary_classification', 'task: regression', 'must be a number, since the task is regression', ''],
    ['name: flight-delay', 'name: Flight Delay', 'name is the text “Flight Delay”', 'lower-case letters'],
    ['owner: "@acme/ml-flights"', 'owner: @acme/ml-flights', 'no valid YAML', 'quotes'],
    ['name: flight-delay', 'name: &a flight-delay', 'anchors (&) are not read', ''],
    ['name: flight-delay', 'name: flight-delay\nname: x', 'this key is there twice', 'Remove one'],
    ['name: flight-delay', '<<: { name: x }', 'merge keys', ''],
    ['name: flight-delay', 'name: !!js/function x', 'Unresolved tag', ''],
    ['name: flight-delay', 'name: !x y', 'tags (!) are not read', ''],
    ['name: flight-delay', '__proto__: { name: x }', 'the key __proto__ is not allowed', ''],
    ['name: flight-delay', '? [name]\n: flight-delay', 'a key must be text', ''],
  ])('refuses %j written as %j', (from, to, message, fix) => {
    const said = complaint(from, to);
    expect(said.message).toContain(message);
    expect(said.fix).toContain(fix);
    expect(said.message).toMatch(/^models\/flight-delay\/model\.yaml:\d+:\d+: /);
    expect(said.message).toMatch(/\.$/);
  });

  it('names line and column of what it refuses', () => {
    const column = flightModelText.split('\n')[lineOf('primary:') - 1].indexOf('max_loss') + 1;
    expect(complaint('max_loss: 0.002', 'max_los: 0.002').message).toBe(
      `${flightModelPath}:${lineOf('primary:')}:${column}: evaluate.primary has the unknown key “max_los”.`,
    );
  });

  it('needs a time column for an age', () => {
    const text = flightModelText.replace('  time: date\n', '').replace('min_rows: 100000', 'max_age: 90d');
    expect(() => parseModel(text, flightModelPath)).toThrow('data.benchmark.max_age needs a time column');
  });

  it.each<[string, string]>([
    ['', 'is empty'],
    ['# nothing\n', 'is empty'],
    ['['.repeat(100_000), 'nested too deeply'],
    [' '.repeat(250_001), 'longer than'],
    [`${flightModelText}---\nname: x\n`, 'holds 2 documents'],
    ['- 1\n', 'the document must be a mapping'],
    [`a: &a [x]\nb: [${'*a, '.repeat(1000)}*a]\n`, 'anchors'],
  ])('refuses a text such as %.20j', (text, message) => {
    expect(() => parseModel(text, 'm.yaml')).toThrow(message);
    expect(() => parseModel(text, 'm.yaml')).toThrow(UserError);
  });

  it.each<[string, string, string]>([
    ['unknown keys', Array.from({ length: 20_000 }, (_, i) => `k${i}: 1`).join('\n'), 'has the unknown key “k0”'],
    ['equal keys', 'a: 1\n'.repeat(49_000), 'this key is there twice'],
    ['keys in one line', `{${Array.from({ length: 17_000 }, (_, i) => `k${i}: 1`).join(', ')}}`, 'unknown key “k0”'],
    ['wrong items', `evaluate:\n  guardrails:\n${'    - 1\n'.repeat(24_000)}`, 'guardrails[0]'],
  ])('S16 refuses a long text of %s before anybody gives up waiting', (_, text, message) => {
    expect(() => parseModel(text, 'm.yaml')).toThrow(message);
    expect(() => parseModel(text, 'm.yaml')).toThrow(UserError);
  });

  it('cuts and cleans what it quotes', () => {
    const said = complaint('name: flight-delay', `"\\u202e${'x'.repeat(500)}": 1`);
    expect(said.message).toContain('\uFFFDxxx');
    expect(said.message.length).toBeLessThan(400);
  });
});

describe('policyText', () => {
  const { model } = parseModel(flightModelText, flightModelPath);

  it('stays the same under comments, order and spelling', () => {
    const other = flightModelText.replace(
      'primary: { metric: roc_auc, max_loss: 0.002 }',
      '# why\n  primary:\n    max_loss: 2e-3\n    metric: roc_auc',
    );
    expect(policyText(parseModel(other, 'x.yaml').model)).toBe(policyText(model));
  });

  it('changes with any rule and with the benchmark, not with training', () => {
    const changed = (from: string, to: string) =>
      policyText(parseModel(flightModelText.replace(from, to), 'x.yaml').model);
    expect(changed('max_loss: 0.002', 'max_loss: 0.003')).not.toBe(policyText(model));
    expect(changed('flights-2001-04', 'flights-2001-05')).not.toBe(policyText(model));
    expect(changed('flights-2001-01', 'flights-2001-02')).toBe(policyText(model));
    expect(changed('seed: 7', 'seed: 8')).toBe(policyText(model));
  });
});
