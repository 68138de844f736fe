import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { ChildStopped } from '#lib/child/child.ts';
import { judge } from '#registry/judge.ts';
import { parseModel } from '#registry/parse-model.ts';
import { evidenceFor, isMeasuredFor } from '#registry/proposed.ts';
import { measureProposed } from '../../actions/evaluate/proposed.ts';
import { type ModelDocument, makeRepository, makeRows, type Repository } from '../fixtures/repository.ts';
import { measure, of, run, untimed } from '../fixtures/run.ts';
import { testWorld } from '../fixtures/world.ts';

const rows = makeRows('binary_classification', 1200);
const make = () =>
  makeRepository({
    rows,
    edit: ({ evaluate }) => {
      evaluate.primary = { metric: 'roc_auc', max_loss: 0.05 };
      evaluate.slices = { columns: ['sex'], max_loss: 0.5, min_rows: 50 };
    },
  });

/** Writes a model.yaml that differs from the repository's as `edit` says; gives its path. */
function propose(repository: Repository, edit: (document: ModelDocument) => void): string {
  const document: ModelDocument = parse(readFileSync(repository.path('models/shop/model.yaml'), 'utf8'));
  edit(document);
  writeFileSync(repository.path('proposed.yaml'), stringify(document));
  return repository.path('proposed.yaml');
}
const proposedModel = (path: string) => parseModel(readFileSync(path, 'utf8'), 'models/shop/model.yaml');

describe('a proposed policy', () => {
  it('S6 has what only it asks for measured besides, and the base’s evidence and verdict stay as they are', async () => {
    const repository = make();
    const alone = await measure(repository);
    const path = propose(repository, ({ evaluate }) => {
      Object.assign(evaluate, { guardrails: [{ metric: 'precision_at_recall', recall: 0.9, at_least: 0.1 }] });
      evaluate.slices = { columns: ['city'], max_loss: 0.9, min_rows: 5, min_per_class: 2 };
      evaluate.protected = ['sex'];
      evaluate.confidence = 0.9;
    });
    const both = await measure(repository, { more: ['--proposed', path] });
    const { proposed, ...base } = JSON.parse(untimed(both.text));
    const { proposed: none, ...before } = JSON.parse(untimed(alone.text));
    expect([none, base]).toEqual([null, before]);
    expect(both.verdict).toEqual(alone.verdict);

    expect(proposed.slice_columns).toEqual([['city']]);
    expect(proposed.confidence).toBe(0.9);
    expect(proposed.fairness).toHaveLength(1);
    const { model, where } = proposedModel(path);
    expect(isMeasuredFor(model, both.evidence)).toBe(true);
    const named = (name: string) => (finding: { name: string }) => finding.name.startsWith(name);
    const asked = judge(model, evidenceFor(model, both.evidence), where);
    expect(asked.findings.find(named('precision_at_recall'))?.status).toBe('pass');
    // Against the base's evidence alone, nobody could tell.
    expect(judge(model, both.evidence, where).verdict).toBe('inconclusive');
    expect(both.summary).toContain('#### The policy changes');
    expect(both.summary).toContain('What it asks for was measured besides, for it alone.');
    expect(both.summary).not.toContain('promotion');
  });

  it('is measured on the base’s rows, and as the base itself would measure it', async () => {
    const repository = make();
    const path = propose(repository, ({ data, evaluate }) => {
      evaluate.slices = { columns: ['city', { column: 'age', edges: [40] }], min_rows: 50, min_per_class: 5 };
      data.benchmark.uri = 'data/elsewhere.parquet';
    });
    const { evidence } = await measure(repository, { more: ['--proposed', path] });
    const other = makeRepository({
      rows,
      edit: ({ evaluate }) => {
        evaluate.primary = { metric: 'roc_auc', max_loss: 0.05 };
        evaluate.slices = { columns: ['city', { column: 'age', edges: [40] }], min_rows: 50, min_per_class: 5 };
      },
    });
    const itself = await measure(other);
    expect(evidence.proposed?.comparisons).toEqual(itself.evidence.comparisons);
    expect(evidence.proposed?.slices).toEqual(itself.evidence.slices);
  });

  it('that differs in nothing but form is none', async () => {
    const repository = make();
    const path = propose(repository, () => {});
    const benchmark = repository.path(parse(readFileSync(path, 'utf8')).data.benchmark.uri);
    const { evidence, summary } = await measure(repository, { more: ['--proposed', path, '--benchmark', benchmark] });
    expect(evidence.proposed).toBeNull();
    expect(summary).not.toContain('The policy changes');
  });

  it.each<[string, (repository: Repository) => string, string]>([
    ['can’t be read', (one) => propose(one, ({ evaluate }) => Object.assign(evaluate, { guardrail: [] })), 'guardrail'],
    [
      'is about another model',
      (one) => propose(one, (document) => Object.assign(document, { name: 'cart' })),
      'another',
    ],
    [
      'slices by a column that is not there',
      (one) =>
        propose(one, ({ evaluate }) => {
          evaluate.slices = { columns: ['planet'] };
        }),
      'planet',
    ],
    [
      'slices by a column of thousands of values',
      (one) =>
        propose(one, ({ evaluate }) => {
          evaluate.slices = { columns: ['row_id', 'amount'], pairs: true };
        }),
      'slice',
    ],
  ])('that %s is told of, and keeps nothing from being evaluated', async (_, proposed, word) => {
    const repository = make();
    const alone = await measure(repository);
    const { errors, evidence, verdict } = await measure(repository, { more: ['--proposed', proposed(repository)] });
    expect(errors).toMatch(/^The proposed policy is not measured: /m);
    expect(errors).toContain(word);
    expect(evidence.proposed).toBeNull();
    expect(verdict).toEqual(alone.verdict);
    expect(of({ evidence }, 'roc_auc')).toEqual(of(alone, 'roc_auc'));
  });

  it('S16 whose slices take more than the process that reads them may is told of likewise', async () => {
    const { model } = proposedModel(make().path('models/shop/model.yaml'));
    const world = testWorld('.');
    const stopping = async () => {
      throw new ChildStopped('memory', 'reading the benchmark was stopped: it used more than 700 MB of memory');
    };
    const reader = { slices: stopping, read: stopping, ids: stopping, stop: () => {} };
    const nothing = { rows: 0, label: new Uint8Array(), weight: null, clusters: null, clusterCount: null, slices: [] };
    const benchmark = { ...nothing, digest: '', start: null, end: null, overlaps: [] };
    const thresholds = { candidate: 0.5, champion: 0.5 };
    const scores = { candidate: null, champion: null, compared: false, thresholds, classes: null, finite: null };
    const measured = { model, benchmark, scores: { ...scores, notFinite: 0 }, identical: false };
    expect(await measureProposed(model, measured, reader, world)).toBeNull();
    expect(world.errors).toEqual([
      'The proposed policy is not measured: reading the benchmark was stopped: it used more than 700 MB of memory',
    ]);
  });

  it('of a size that no model.yaml has is not read', async () => {
    const repository = make();
    const path = repository.path('proposed.yaml');
    writeFileSync(path, '');
    // A hole: it takes no room on the disk.
    truncateSync(path, 3e9);
    const { errors, evidence } = await measure(repository, { more: ['--proposed', path] });
    expect(errors).toContain(`The proposed policy is not measured: ${path} has more than 1000000 bytes`);
    expect(evidence.proposed).toBeNull();
    const folder = await run(repository, { more: ['--proposed', repository.path('models')] });
    expect([folder.status, folder.errors]).toEqual([3, expect.stringContaining('there is no file')]);
  });

  it('that is not there is a mistake', async () => {
    const repository = make();
    const { errors, status, wrote } = await run(repository, { more: ['--proposed', repository.path('no.yaml')] });
    expect([status, wrote]).toEqual([3, []]);
    expect(errors).toContain('which should be the proposed model.yaml');
  });

  it('counts only for the policy that it was measured for', async () => {
    const repository = make();
    const path = propose(repository, ({ evaluate }) => {
      evaluate.primary = { metric: 'roc_auc', max_loss: 0.01 };
    });
    const { evidence } = await measure(repository, { more: ['--proposed', path] });
    const other = proposedModel(
      propose(repository, ({ evaluate }) => {
        evaluate.primary = { metric: 'roc_auc', max_loss: 0.9 };
      }),
    );
    expect(evidence.proposed).not.toBeNull();
    expect(isMeasuredFor(other.model, evidence)).toBe(false);
    expect(evidenceFor(other.model, evidence)).toBe(evidence);
  });
});
