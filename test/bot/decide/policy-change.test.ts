import { describe, expect, it } from 'vitest';
import { policyDigest } from '#registry/policy-digest.ts';
import { decide } from '../../../bot/decide/decide.ts';
import { changedPolicies } from '../../../bot/decide/policy-change.ts';
import type { ModelAt, Pull } from '../../../bot/snapshot/snapshot.ts';
import { comparisonOf, digestOf, evaluationOf, subjectOf } from '../../fixtures/evaluation.ts';
import { after } from './github-after.ts';
import { modelAt, pullOf, runOf, sha, snapshotOf, treeOf } from './snapshot.ts';

const treesOf = (head: ModelAt, base: ModelAt = modelAt()) => ({
  atBase: treeOf('0', { models: { 'flight-delay': base } }),
  atHead: treeOf('1', { models: { 'flight-delay': head } }),
  files: [{ path: 'models/flight-delay/model.yaml', status: 'modified' as const }],
});
function look(pull: Partial<Pull>) {
  const { actions } = decide(snapshotOf([pullOf(pull)]));
  const [check] = actions.flatMap((action) => (action.kind === 'check' ? [action] : []));
  const [body] = actions.flatMap((action) => (action.kind === 'comment' ? [action.body] : []));
  return {
    conclusion: check.conclusion,
    body,
    proposal: /#### The policy changes\n\n([^]*?)\n\n(?:#|<details)/.exec(body)?.[1] ?? null,
  };
}

/** log_loss rose by 0.008: too much by 0.005, not by 0.02. */
const evaluation = evaluationOf({
  comparisons: evaluationOf().comparisons.map((one) =>
    one.metric === 'log_loss' ? comparisonOf('log_loss', 0.44, 0.448, 0.0004) : one,
  ),
});
const looser = modelAt(['log_loss, max_loss: 0.005', 'log_loss, max_loss: 0.02']);
const promotion = (version: string, found = evaluationOf(), quarantined = false) => ({
  version,
  quarantined,
  evaluation: { ...found, candidate: subjectOf({ version }) },
});

describe('a pull request that changes the policy', () => {
  it('S6 is judged by the base’s policy; what it proposes is shown beside, and decides nothing', () => {
    const loose = look({ ...treesOf(looser), runs: [runOf({}, evaluation)] });
    expect(loose.conclusion).toBe('failure');
    expect(loose.proposal).toBe(
      'This pull request changes the policy. **The base’s decides.** By the one that it brings: ✅ flight-delay passes: roc_auc rose from 0.6402 to 0.7011 (better), and the candidate keeps all 9 rules.\n\nThe registry holds no evidence of promoted or quarantined versions that could be judged again.',
    );
    const strict = look({ ...treesOf(modelAt(), looser), runs: [runOf({}, evaluation)] });
    expect(strict.conclusion).toBe('success');
    expect(strict.proposal).toMatch(
      /By the one that it brings: ❌ flight-delay fails: 1 of 9 rules is broken \(log_loss\)\.\n\n- ❌ log_loss rose/,
    );
    expect(look({ ...treesOf(modelAt(), looser), runs: [runOf({}, evaluation)] }).body).toContain('**policy** changes');
  });

  it('S6 is judged by what was measured for the policy that it proposes, and only for that one', () => {
    const asks = modelAt([
      '    - { metric: recall, ',
      '    - { metric: recall_at_precision, precision: 0.4, at_least: 0.2 }\n    - { metric: recall, ',
    ]);
    if (asks.model === null) throw new Error('the model is broken');
    const at = comparisonOf('recall_at_precision', 0.3, 0.31, 0.001, { params: { precision: 0.4 } });
    const { comparisons, confidence, fairness, slice_columns, slices } = evaluation;
    const besides = { confidence, fairness, slice_columns, slices, comparisons: [...evaluationOf().comparisons, at] };
    const measured = (digest: string) => ({ ...evaluation, proposed: { ...besides, policy_digest: digest } });
    const read = (found: typeof evaluation) => look({ ...treesOf(asks), runs: [runOf({}, found)] });

    const known = read(measured(policyDigest(asks.model)));
    expect(known.proposal).toContain('✅ flight-delay passes');
    expect(known.proposal).toContain('What it asks for was measured besides, for it alone.');
    // The base's evidence says that log_loss is broken, whatever was measured besides.
    expect(known.conclusion).toBe('failure');
    for (const found of [evaluation, measured(digestOf('9'))]) {
      const { conclusion, proposal } = read(found);
      expect(conclusion).toBe('failure');
      expect(proposal).toContain('the evidence does not measure it');
      expect(proposal).not.toContain('measured besides');
    }
    const open = look({
      ...treesOf(asks),
      runs: [runOf({}, { ...evaluation, comparisons: evaluationOf().comparisons })],
    });
    expect(open.conclusion).toBe('success');
    expect(open.proposal).toContain('What only it asks for was not measured: the workflow can give');
    expect(comparisons).toHaveLength(evaluationOf().comparisons.length);
  });

  it('S14 gets no check anew where the base has moved and its policy has not', () => {
    const first = snapshotOf([pullOf({ ...treesOf(looser), runs: [runOf({}, evaluation)] })]);
    const { pulls } = after(first, decide(first));
    const based = (digit: string) => pulls.map((pull) => ({ ...pull, base: { ...pull.base, sha: sha(digit) } }));
    expect(decide(snapshotOf(based('9'))).actions.map(({ kind }) => kind)).toEqual(['comment']);
    expect(decide(snapshotOf(based('0'))).actions).toEqual([]);
  });

  it('puts no remark at lines of model.yaml that mean another rule in the head', () => {
    const { actions } = decide(snapshotOf([pullOf({ ...treesOf(looser), runs: [runOf({}, evaluation)] })]));
    const annotations = actions.flatMap((action) => (action.kind === 'check' ? action.annotations : []));
    expect(annotations).toEqual([]);
  });

  it('S6 takes a policy that is only written otherwise for the same', () => {
    const rewritten = modelAt(
      ['name: flight-delay', '# Flights.\nname: "flight-delay"'],
      ['max_loss: 0.005', 'max_loss: 5.0e-3'],
      ['data/flights-2001-01.parquet', 'data/flights-2001-02.parquet'],
      ['  seed: 7\n', '  seed: 8\n'],
    );
    expect(changedPolicies(treesOf(rewritten))).toEqual([]);
    expect(look(treesOf(rewritten))).toMatchObject({ conclusion: 'success', proposal: null });
    const trees = treesOf(looser);
    expect(changedPolicies(trees)).toEqual(['flight-delay']);
    const { models } = treeOf('0');
    expect(
      changedPolicies({ atBase: treeOf('0', { models: {} }), atHead: treeOf('1', { models }), files: null }),
    ).toEqual([]);
  });

  it('S6 takes a policy that was changed in the base since for no change of the pull request', () => {
    const trees = treesOf(modelAt(), looser);
    const files = [{ path: 'models/flight-delay/features.sql', status: 'modified' as const }];
    expect(changedPolicies({ ...trees, files })).toEqual([]);
    expect(look({ ...trees, files })).toMatchObject({ conclusion: 'success', proposal: null });
    // Of what GitHub does not list, nobody knows that it is not changed.
    expect(changedPolicies({ ...trees, files: null })).toEqual(['flight-delay']);
  });

  it('names the promotions of before that it would judge otherwise', () => {
    const promotions = {
      'flight-delay': [
        promotion('1.4.0', evaluation),
        promotion('1.3.0'),
        promotion('1.2.0', evaluationOf({ champion: null }), true),
        promotion('1.1.0', evaluation, true),
      ],
    };
    const found = look({ ...treesOf(modelAt(), looser), promotions });
    expect(found.conclusion).toBe('success');
    expect(found.proposal).toMatch(
      /Of the last 4 promoted or quarantined versions, judged again by their stored evidence, 2 would flip:\n\n- `1\.4\.0`: ✅ pass → ❌ fail\. flight-delay fails: 1 of 9 rules is broken \(log_loss\)\.\n- `1\.1\.0` \(quarantined\): ✅ pass → ❌ fail\. /,
    );
    const none = look({ ...treesOf(modelAt(), looser), promotions: { 'flight-delay': [promotion('1.3.0')] } });
    expect(none.proposal).toMatch(
      /The last promoted or quarantined version, judged again by its stored evidence, keeps its verdict\.$/,
    );
    const two = look({
      ...treesOf(modelAt(), looser),
      promotions: { 'flight-delay': [promotion('1.3.0'), promotion('1.2.0')] },
    });
    expect(two.proposal).toMatch(
      /Of the last 2 promoted or quarantined versions, judged again by their stored evidence, none would flip\.$/,
    );
  });

  it('S6 believes no number that was measured on data of the pull request’s own choice', () => {
    for (const edit of [
      ['label: late', 'label: delay'],
      ['flights-2001-04', 'flights-2001-05'],
      ['cluster: "date::DATE"', 'cluster: "origin"'],
    ] satisfies [string, string][]) {
      const head = modelAt(
        edit,
        ...(edit[1] === 'label: delay'
          ? ([['known_later: [delay]', 'known_later: [late]']] satisfies [string, string][])
          : []),
      );
      const found = look(treesOf(head));
      expect(found.conclusion, edit[1]).toBe('action_required');
      expect(found.body).toContain('the pull request changes how the benchmark is found or read');
      // Where it leaves model.yaml alone, the base has moved.
      const moved = look({
        ...treesOf(head),
        files: [{ path: 'models/flight-delay/features.sql', status: 'modified' }],
      });
      expect(moved.conclusion, edit[1]).toBe('action_required');
      expect(moved.body).toContain('the base branch finds or reads the benchmark in another way since');
      expect(moved.body).toContain('bring this branch up to date with the base branch');
    }
  });

  it('S6 reads how long to wait at the base', () => {
    const patient = { settings: { ...treeOf('1').settings, bot: { ...treeOf('1').settings.bot, max_wait: 100_000 } } };
    const late = { runs: [], updatedAt: new Date('2026-11-21T07:00:00Z') };
    expect(look({ ...late, atHead: treeOf('1', patient) }).conclusion).toBe('action_required');
    expect(look({ ...late, atBase: treeOf('0', patient) }).conclusion).toBeNull();
  });
});
