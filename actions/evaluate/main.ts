import { dirname, join, resolve } from 'node:path';
import { reportToWorkflow } from '#lib/action.ts';
import { loadModel } from '#lib/load-model.ts';
import { fetchData } from '#lib/store/fetch-data.ts';
import type { Verb } from '#lib/verb.ts';
import { writeTogether } from '#lib/write.ts';
import type { Evaluation } from '#registry/evidence/evaluation.ts';
import { judge } from '#registry/judge.ts';
import type { Section } from '#registry/markdown/budget.ts';
import { evaluationSummary } from '#registry/markdown/evaluation.ts';
import { proposalPart } from '#registry/markdown/pull-request/proposal.ts';
import { evidenceFor, isMeasuredFor } from '#registry/proposed.ts';
import type { Status } from '#registry/verdict.ts';
import { evaluate } from './evaluate.ts';
import { EvaluateInputs } from './inputs.ts';
import { loadProposal, type Proposal } from './proposed.ts';
import { findSubjects } from './subjects.ts';

const EXIT: Record<Status, number> = { pass: 0, fail: 1, inconclusive: 2 };

export const verb: Verb<typeof EvaluateInputs> = {
  description:
    'Evaluates a candidate against the champion on the benchmark, and judges it by the policy of model.yaml.',
  inputs: EvaluateInputs,
  async run(inputs, world) {
    const root = resolve(inputs.root);
    const { model, where } = await loadModel(root, inputs.model);
    // Held against the policy as it is written.
    const proposal = inputs.proposed === undefined ? null : await loadProposal(inputs.proposed, model, world);
    if (inputs.benchmark !== undefined) model.data.benchmark.uri = inputs.benchmark;
    const { candidate, champion } = inputs;
    const asked = { root, candidate, champion, selfTest: inputs['self-test'] };
    await fetchData(model.data.benchmark.uri, root, world);
    const subjects = await findSubjects(model, asked, world);
    const limits = { memory: inputs['memory-limit'] * 1e6, seconds: inputs.timeout };
    const proposed = proposal?.model ?? null;
    const request = { model, proposed, subjects, root, limits, latency: inputs.latency, major: inputs.major };
    const { evidence, flips } = await evaluate(request, world);
    const verdict = judge(model, evidence, where);
    const sections = proposal === null ? [] : [proposedPart(proposal, evidence)];
    const summary = evaluationSummary(evidence, verdict, {}, { sections });

    const flipsPath = join(dirname(inputs.evidence), 'flips.json');
    await writeTogether({
      [inputs.evidence]: json(evidence),
      // Those of an earlier run would pass for this one's.
      [flipsPath]: flips === null ? null : json(flips),
      [inputs.summary]: summary,
    });
    const outputs = {
      verdict: verdict.verdict,
      evidence: inputs.evidence,
      summary: inputs.summary,
      flips: flips === null ? '' : flipsPath,
    };
    await reportToWorkflow(outputs, summary);

    const [headline] = summary.split('\n<details>');
    world.print(headline.trimEnd());
    const also = flips === null ? '' : `, flipped rows in ${flipsPath}`;
    world.print(`\nSummary in ${inputs.summary}, evidence in ${inputs.evidence}${also}`);
    const red = verdict.verdict === 'fail' || inputs['fail-on'] === 'inconclusive';
    return inputs['fail-on'] !== 'never' && red ? EXIT[verdict.verdict] : 0;
  },
};

/** What the proposed policy would say of the same candidate. */
function proposedPart({ model, where }: Proposal, evidence: Evaluation): Section {
  return proposalPart({
    verdict: judge(model, evidenceFor(model, evidence), where),
    isMeasured: isMeasuredFor(model, evidence),
    again: null,
  });
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 1)}\n`;
}
