import { atParity, type FeatureParity, type Parity } from '../parity.ts';
import { code } from './escape.ts';
import { table } from './table.ts';

const number = (count: number) => count.toLocaleString('en-US');

/** What a comparison of logged and computed features came to, with the first rows that differ. */
export function paritySummary(parity: Parity, about: { model: string; digest: string; tolerance: number }): string {
  const { features, compared } = parity;
  const broken = features.filter(({ logged, different }) => !logged || different > 0);
  const title = atParity(parity)
    ? `✅ **${about.model}: all ${number(features.length)} features are as logged** in ${number(compared)} rows.`
    : `❌ **${about.model}: ${number(broken.length)} of ${number(features.length)} features ${broken.length === 1 ? 'is' : 'are'} not as logged** in ${number(compared)} rows.`;
  const columns = [
    { head: 'Feature' },
    { head: 'Type' },
    { head: 'Rows that differ', align: 'right' },
    { head: 'Largest relative difference', align: 'right' },
    { head: 'First ids' },
  ] as const;
  const rows = features.map((feature) => [
    code(feature.name),
    feature.type,
    feature.logged ? number(feature.different) : 'not logged',
    feature.largest === null ? '—' : feature.largest === 0 ? '0' : feature.largest.toExponential(1),
    feature.first.map(({ id }) => code(id)).join(', '),
  ]);
  const notes = [
    `Features of artifact ${code(about.digest.slice(0, 12))}, computed for ${number(parity.raw)} raw rows; ${number(parity.logged)} rows were logged. ` +
      `Numbers with a fraction may differ by ${about.tolerance}, relative to the larger; all else must be equal.`,
    ids('Not logged', parity.missing),
    ids('Logged without a raw row', parity.extra),
    ids('Logged more than once', parity.repeated),
    parity.others.length === 0 ? '' : `No features: ${parity.others.map(code).join(', ')}`,
  ].filter((note) => note !== '');
  return `${[title, table(columns, rows), ...broken.flatMap(examples), notes.map((note) => `- ${note}`).join('\n')].join('\n\n')}\n`;
}

function ids(what: string, { count, first }: Parity['missing']): string {
  if (count === 0) return '';
  return `${what}: ${number(count)} ${count === 1 ? 'id' : 'ids'}, first ${first.map(code).join(', ')}`;
}

function examples({ name, first }: FeatureParity): string[] {
  if (first.length === 0) return [];
  const value = (text: string | null) => (text === null ? 'nothing' : code(text));
  const rows = first.map(({ id, logged, computed }) => `${code(id)}: ${value(logged)}, not ${value(computed)}`);
  return [`${code(name)} was logged as: ${rows.join('; ')}`];
}
