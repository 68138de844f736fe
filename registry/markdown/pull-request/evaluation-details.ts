import { bytes } from '../budget.ts';
import { code, codeBlock, prose } from '../escape.ts';
import { evaluationGrounds } from '../evaluation.ts';
import { type EvaluationMessage, lastLines, linksOf, NO_RUN, titleOf } from './evaluation-message.ts';
import { link } from './link.ts';

/** Bytes that one model takes of a check's summary. */
const LIMIT = 20_000;

/** What a check says of the evaluation of a model under its title; '' where the title says all. */
export function evaluationDetails(model: string, message: EvaluationMessage): string {
  switch (message.kind) {
    case 'waiting':
      if (message.started === null) return 'No run of the workflow has begun on this head.';
      return joined([`Started ${message.started}`, link('run', message.url)]);
    case 'overdue':
      if (message.url === null) return NO_RUN;
      return joined(['The run has not ended: look at it, and start it again if it hangs', link('run', message.url)]);
    case 'failed': {
      const step = message.step === null ? [] : [`Step ${code(message.step)}`];
      return [joined([...step, link('run', message.url)]), lastLines(message.lines)]
        .filter((part) => part !== '')
        .join('\n\n');
    }
    case 'broken':
      return codeBlock(message.problem.slice(0, 4000));
    case 'unreadable':
      return link('run', message.url);
    case 'removed':
    case 'untouched':
      return '';
    case 'judged': {
      const { claim, evaluation, next, verdict } = message;
      const around = [
        ...(claim === null ? [] : [prose(claim)]),
        `**Next:** ${next}\n\n${joined([...linksOf(model, message), 'the comment on the pull request says more'])}`,
      ];
      const limit = LIMIT - bytes(around.join('\n\n'));
      const [last = '', ...first] = around.toReversed();
      return [...first, evaluationGrounds(evaluation, verdict, titleOf(message), limit), last].join('\n\n');
    }
  }
}

const joined = (parts: readonly string[]) => parts.filter((part) => part !== '').join(' · ');
