import { describe, expect, it } from 'vitest';
import { trainingLines, trainingSummary } from '#registry/markdown/training.ts';
import { trainingDocument } from '../../fixtures/training.ts';
import { versionDocument } from '../../fixtures/version.ts';

const digest = 'ab'.repeat(32);
const training = trainingDocument(versionDocument('1.4.0'), (document) => {
  document.artifact.digest = digest;
});

describe('what a training came to', () => {
  it('ends with the digest on a terminal', () => {
    expect(trainingLines(training, 'roc_auc', null).at(-1)).toBe(`Its digest is ${digest}.`);
  });

  it('has the digest alone as code in the summary, so that it can be copied', () => {
    expect(trainingSummary(training, 'roc_auc', null)).toContain(`\n- Its digest is \`${digest}\`.\n`);
  });

  it('S15 keeps the name of the model and of who made it before from being tags or mentions', () => {
    const hostile = { ...training, model: '<img src=x> @everyone' };
    const summary = trainingSummary(hostile, 'roc_auc', 'the run @everyone');
    expect(summary.replaceAll(/`[^`]*`/g, '')).not.toMatch(/<img|@everyone/);
  });
});
