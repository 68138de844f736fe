import { bytes, type Section } from '../budget.ts';
import { code, codeBlock, prose } from '../escape.ts';
import { evaluationSummary } from '../evaluation.ts';
import {
  type EvaluationMessage,
  type JudgedMessage,
  lastLines,
  linksOf,
  NO_RUN,
  titleOf,
} from './evaluation-message.ts';
import { link } from './link.ts';
import { proposalPart } from './proposal.ts';

/** What a comment says of the evaluation of a model on `head`, under `limit` bytes. */
export function evaluationBody(
  { head, model }: { head: string; model: string },
  message: EvaluationMessage,
  limit: number,
): string {
  const name = `**${prose(model)}**`;
  const at = `head ${code(head.slice(0, 7))}`;
  switch (message.kind) {
    case 'waiting': {
      const since =
        message.started === null ? 'waiting for the workflow to start' : `evaluating, started ${message.started}`;
      return `⏳ ${name}: ${since} (${at}${run(message.url)}).`;
    }
    case 'overdue': {
      const what =
        message.url === null ? NO_RUN : `Look at the ${link('run', message.url)}, and start it again if it hangs.`;
      return `⚠️ ${name}: no evidence after ${message.minutes} minutes (${at}). ${what}`;
    }
    case 'failed': {
      const step = message.step === null ? '' : ` (step ${code(message.step)})`;
      const log = lastLines(message.lines);
      return `❌ ${name}: ${prose(message.why)}${step}, so there is nothing to judge (${at}${run(message.url)}).${log === '' ? '' : `\n\n${log}`}`;
    }
    case 'broken':
      return `❌ ${name}: its model.yaml can’t be read, so there is nothing to judge by (${at}).\n\n${codeBlock(message.problem.slice(0, 4000))}`;
    case 'unreadable':
      return `⚠️ ${name}: ${prose(message.problem)} (${at}${run(message.url)}).`;
    case 'removed':
      return `⚠️ ${name} is gone from ${at}, and with it the policy that it was judged by: a person decides.`;
    case 'untouched':
      return `${name} is not changed any more by ${at}.`;
    case 'judged':
      return judged(model, head, message, limit);
  }
}

function judged(model: string, head: string, message: JudgedMessage, limit: number): string {
  const { changes, claim, evaluation, next, proposal, verdict } = message;
  const sections: Section[] = [];
  if (proposal !== null) sections.push(proposalPart(proposal));
  if (changes.length > 0) {
    const text = `#### What changed\n\n${changes.map((one) => `- ${one}`).join('\n')}`;
    sections.push({ name: 'what changed', weight: 93, text });
  }
  // Above all that is folded, where a reader in a hurry still looks; it is the last to be left out.
  const step = `**Next:** ${next}\n\n${[`Head ${code(head.slice(0, 7))}`, ...linksOf(model, message)].join(' · ')}`;
  sections.push({ name: 'the next step', weight: 1000, text: step });
  const banner = claim === null ? '' : `> [!WARNING]\n> ${prose(claim)}\n\n`;
  const title = titleOf(message);
  const summary = evaluationSummary(evaluation, verdict, title, { sections, limit: limit - bytes(banner) });
  return `${banner}${summary.trimEnd()}`;
}

const run = (url: string | null) => (link('run', url) === '' ? '' : `, ${link('run', url)}`);
