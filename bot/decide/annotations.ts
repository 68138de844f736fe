import { changesOf } from '#registry/contract.ts';
import type { Evaluation } from '#registry/evidence/evaluation.ts';
import { NO_CHAMPION, quoted } from '#registry/judge/context.ts';
import type { Finding } from '#registry/verdict.ts';
import type { Pull } from '../snapshot/snapshot.ts';
import { soundModel } from './model-at.ts';
import type { Annotation } from './plan.ts';
import type { Judged, State } from './state.ts';

/** Remarks on the lines of model.yaml and features.sql, as the head has them, that findings speak of. */
export function annotationsOf(pull: Pull, model: string, state: State): Annotation[] {
  if (state.kind === 'broken') return state.problem.split('\n').flatMap((line) => problemAt(line));
  return state.kind === 'judged' ? findingsAt(pull, model, state) : [];
}

/** `models/m/model.yaml:23:5: this key is there twice`, as our readers write it. */
function problemAt(problem: string): Annotation[] {
  const [, path, line, message] =
    /^(models\/[a-z0-9-]{1,63}\/model\.yaml):(\d{1,7}):\d{1,7}:? (.*)$/.exec(problem) ?? [];
  return path === undefined || line === undefined || message === undefined
    ? []
    : [{ path, line: Number(line), level: 'failure', message }];
}

function findingsAt(pull: Pull, model: string, { evaluation, linesOfHead, verdict }: Judged): Annotation[] {
  const order = { fail: 0, inconclusive: 1, pass: 2 };
  const rules = verdict.findings
    // That there is no champion is said once, not at each rule.
    .filter(({ sentence, status }) => status !== 'pass' && !sentence.includes(NO_CHAMPION))
    .sort((a, b) => order[a.status] - order[b.status])
    .flatMap((finding) => (linesOfHead ? ruleAt(finding) : []));
  const narrowed = evaluation.declared_major ? [] : changesOf(evaluation).filter(({ kind }) => kind === 'narrowed');
  const head = soundModel(pull.atHead, model);
  const features = head !== null && head.features !== null ? `models/${model}/${head.model.features}` : null;
  const sql = narrowed.flatMap(({ sentence }): Annotation[] =>
    features === null
      ? []
      : [
          {
            path: features,
            line: lineIn(head?.features ?? '', evaluation, sentence),
            level: 'failure',
            message: sentence,
          },
        ],
  );
  return [...rules, ...sql];
}

/** The line of features.sql that first names the raw column that a sentence is about; else the first. */
function lineIn(sql: string, { candidate }: Evaluation, sentence: string): number {
  const column = candidate.contract?.columns.find(({ name }) => sentence.includes(quoted(name)));
  const at = column === undefined ? -1 : sql.indexOf(column.name);
  return at === -1 ? 1 : sql.slice(0, at).split('\n').length;
}

function ruleAt({ sentence, status, where }: Finding): Annotation[] {
  const [, path, line] = /^(.*):(\d+)$/.exec(where ?? '') ?? [];
  if (path === undefined || line === undefined) return [];
  return [{ path, line: Number(line), level: status === 'fail' ? 'failure' : 'warning', message: sentence }];
}
