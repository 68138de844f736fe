import { changesOf } from '../../contract.ts';
import type { Evaluation, Method, Subject } from '../../evidence/evaluation.ts';
import { code, prose } from '../escape.ts';
import { count, plain, plural, rounded } from '../number.ts';
import { span } from '../span.ts';
import { table } from '../table.ts';

const EXPLAINED: Record<Method, string> = {
  influence: '“influence”: from how much each row moves the metric, added up within clusters',
  delong: '“DeLong”: from how each row ranks among those of the other class',
  bootstrap: '“bootstrap”: from the metric over the benchmark drawn again many times',
  bootstrap_subsample:
    '“bootstrap of a subsample”: from the metric over a part of the benchmark drawn again many times, scaled to the whole',
  exact: '“exact”: both versions are the same, so there is no difference',
  none: '“none”: this metric has no interval that can be trusted',
};

/** How to read the numbers, with this evaluation's own. */
export function methodNotes(evidence: Evaluation): string {
  const { benchmark, comparisons, confidence } = evidence;
  const whole = comparisons.filter((one) => one.slice === null);
  const notes = [
    `Both versions predict the same rows, so a difference is measured row by row and is sharper than two separate numbers. Intervals are two-sided at ${plain(100 * confidence)} %.`,
  ];
  const effects = whole.flatMap((one) =>
    one.design_effect === null ? [] : [{ name: one.metric, effect: one.design_effect }],
  );
  const [effect] = effects;
  if (benchmark.clusters !== null) {
    notes.push(
      `The independent unit is ${benchmark.cluster === null ? 'a cluster' : code(benchmark.cluster)}, of which there are ${count(benchmark.clusters)}: rows of one resemble each other, so intervals rest on these and on a t distribution.${
        effect === undefined || !(effect.effect > 0)
          ? ''
          : ` The design effect of ${prose(effect.name)} is ${rounded(effect.effect)}: its interval is ${rounded(Math.sqrt(effect.effect))} times as wide as if every row stood for itself.`
      }`,
    );
  } else {
    notes.push(
      'No cluster is declared, so every row counts as independent. Where rows share a day, a user or a machine, declare `data.cluster`: intervals are too narrow without.',
    );
  }
  const methods = [...new Set(whole.map((one) => one.method))].map((method) => EXPLAINED[method]);
  if (methods.length > 0)
    notes.push(`Intervals were made by: ${methods.join(', ')}. Bootstraps start from seed ${evidence.seed}.`);
  notes.push(
    '“Smallest detectable” is the true difference that would be found in 80 % of repetitions: a smaller one can hide here.',
    'All rules must hold, so none needs a correction for their number; a failure named among several is held against Holm’s correction as well. Slices overlap and are corrected by Benjamini and Yekutieli’s method; no loss shown is not the same as no loss.',
  );
  notes.push(
    `${plural(benchmark.candidates_judged, 'candidate')} ${benchmark.candidates_judged === 1 ? 'is' : 'are'} known to have been judged on this benchmark.`,
  );
  return notes.map((note) => `- ${note}`).join('\n');
}

/** What anyone needs to repeat the evaluation. */
export function provenance(evidence: Evaluation): string {
  const { benchmark, candidate, champion } = evidence;
  const subject = (name: string, one: Subject): string[][] => [
    [`${name}’s artifact`, code(one.digest)],
    [`${name}’s features`, code(one.features_digest)],
    [`${name}’s training`, training(one)],
    [
      `${name}’s opset`,
      Object.entries(one.contract?.opset ?? {})
        .map(([domain, opset]) => code(`${domain} ${opset}`))
        .join(' ') || '—',
    ],
  ];
  const rows = [
    ...subject('Candidate', candidate),
    ...(champion === null ? [] : subject('Champion', champion)),
    ['Benchmark', code(benchmark.digest)],
    ['Policy', code(evidence.policy_digest)],
    ['Commit', evidence.commit === null ? '—' : code(evidence.commit)],
    ['Seed', String(evidence.seed)],
    ['Measured at', code(evidence.timing.measured_at)],
    [
      'Versions',
      Object.entries(evidence.versions)
        .map(([name, version]) => code(`${name} ${version}`))
        .join(' '),
    ],
  ];
  const inner = changesOf(evidence)
    .filter((change) => change.kind === 'inner')
    .slice(0, 20);
  const changes =
    inner.length === 0
      ? ''
      : `\n\nInside the artifact, free to change:\n\n${inner.map((change) => `- ${prose(change.sentence)}`).join('\n')}`;
  return table([{ head: 'What' }, { head: 'Value' }], rows) + changes;
}

function training(subject: Subject): string {
  return `${plural(subject.training.rows, 'row')}${span(subject.training)}`;
}
