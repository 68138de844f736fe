import { canonicalJson } from '../canonical-json.ts';
import type { Comparison } from '../evidence/evaluation.ts';
import { standingOf, type VersionRecord } from '../record.ts';
import { code } from './escape.ts';
import { count, decimalsOf, fixed, plain, rounded } from './number.ts';

export const GROUPS = ['Version', 'Artifact', 'Data', 'Features', 'Params', 'Program', 'Contract', 'Metrics'] as const;
type Group = (typeof GROUPS)[number];

/** One thing that is known of a version, for a row of a table. */
export interface Fact {
  group: Group;
  /** Plain text: it may come out of a model's document. */
  name: string;
  /** What two versions are compared by. */
  value: unknown;
  /** Finished markdown. */
  cell: string;
}

const NONE = '—';

/** All that is known of a version, in the order in which it is shown; two versions' facts can be set side by side. */
export function factsOf(record: VersionRecord): Fact[] {
  const { version, training, evaluation } = record;
  const { artifact, lineage, contract, evidence, run, card } = version;
  const { train } = lineage.data;
  return [
    ...facts('Version', {
      stands: standingOf(record),
      task: version.task,
      parent: version.parent,
      owner: card.owner,
      'training evidence': evidence.training,
      'evaluation evidence': evidence.evaluation,
      'trained by the run': run === null ? null : `${run.repository} ${run.run_id}/${run.run_attempt} (${run.event})`,
    }),
    ...facts('Artifact', {
      digest: artifact.digest,
      uri: artifact.uri,
      'features digest': artifact.features_digest,
      threshold: artifact.threshold,
    }),
    { group: 'Artifact', name: 'bytes', value: artifact.bytes, cell: count(artifact.bytes) },
    ...facts('Data', { uri: train.uri, digest: train.digest, start: train.start, end: train.end }),
    { group: 'Data', name: 'rows', value: train.rows, cell: count(train.rows) },
    ...facts('Features', { 'features.sql': lineage.features.sql }),
    ...facts('Features', prefixed('state/', lineage.features.state, '.sql')),
    ...facts('Features', { names: training?.golden.features.join(', ') ?? null }),
    ...facts('Params', lineage.params),
    ...facts('Params', { seed: lineage.seed }),
    ...facts('Program', {
      command: lineage.program.command,
      'digest of its files': lineage.program.digest,
      commit: lineage.commit,
      'modified since': lineage.modified,
      'input digest': lineage.input_digest,
      ...omit(lineage.environment, 'lock_files'),
    }),
    { group: 'Program', name: 'seconds of training', value: version.seconds, cell: rounded(version.seconds) },
    ...facts('Program', lineage.environment.lock_files),
    ...facts(
      'Contract',
      prefixed(
        'column ',
        byName(contract.columns, ({ type }) => type),
      ),
    ),
    ...facts(
      'Contract',
      prefixed(
        'output ',
        byName(contract.outputs, ({ type, shape }) => `${type} [${shape.join(', ')}]`),
      ),
    ),
    ...facts('Contract', { classes: contract.classes?.join(', ') ?? null }),
    ...facts('Contract', prefixed('opset ', contract.opset)),
    ...numbers('on held-out training rows', training?.validation?.metrics ?? {}),
    ...numbers('reported by the program', training?.reported ?? {}),
    ...(evaluation?.comparisons ?? []).filter(({ slice }) => slice === null).map(measured),
  ];
}

function facts(group: Group, entries: Readonly<Record<string, unknown>>): Fact[] {
  return Object.entries(entries).map(([name, value]) => ({ group, name, value, cell: cellOf(value) }));
}

function cellOf(value: unknown): string {
  if (value === null || value === undefined || value === '') return NONE;
  return code(typeof value === 'string' ? value : canonicalJson(value));
}

function numbers(where: string, metrics: Readonly<Record<string, number>>): Fact[] {
  return Object.entries(metrics).map(([metric, value]) => ({
    group: 'Metrics',
    name: `${metric} ${where}`,
    value,
    cell: Number.isInteger(value) ? plain(value) : fixed(value, 4),
  }));
}

/** A metric on the benchmark, with its interval. */
function measured({ metric, params, candidate: { value, interval } }: Comparison): Fact {
  const decimals = decimalsOf(interval);
  const range = interval === null ? '' : ` (${fixed(interval[0], decimals)} to ${fixed(interval[1], decimals)})`;
  const spelled = Object.keys(params).length === 0 ? metric : `${metric} ${canonicalJson(params)}`;
  return { group: 'Metrics', name: `${spelled} on the benchmark`, value, cell: `${fixed(value, decimals)}${range}` };
}

function byName<T extends { name: string }>(items: readonly T[], of: (item: T) => unknown): Record<string, unknown> {
  return Object.fromEntries(items.map((item) => [item.name, of(item)]));
}

function prefixed(before: string, entries: Readonly<Record<string, unknown>>, after = ''): Record<string, unknown> {
  return Object.fromEntries(Object.entries(entries).map(([name, value]) => [`${before}${name}${after}`, value]));
}

function omit(entries: Readonly<Record<string, unknown>>, key: string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(entries).filter(([name]) => name !== key));
}
