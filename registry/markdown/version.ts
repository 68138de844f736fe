import type { VersionRecord } from '../record.ts';
import { code } from './escape.ts';
import { factsOf, GROUPS } from './facts.ts';
import { table } from './table.ts';

/** A version with all that is known of it, one table for each group of facts. */
export function versionPage(record: VersionRecord): string {
  const { version } = record;
  const all = factsOf(record);
  const parts = [`## ${code(version.model)} ${code(version.version)}`];
  for (const group of GROUPS) {
    const rows = all.filter((fact) => fact.group === group).map(({ name, cell }) => [code(name), cell]);
    if (rows.length > 0) parts.push(`### ${group}\n\n${table([{ head: 'What' }, { head: 'Value' }], rows)}`);
  }
  return `${[...parts, ...missing(record)].join('\n\n')}\n`;
}

/** What the manifest names and the repository lacks, or what never was. */
export function missing({ version: { evidence }, training, evaluation }: VersionRecord): string[] {
  return [
    ...(training === null ? ['The training evidence is not in the repository.'] : []),
    ...(evidence.evaluation === null
      ? ['It was registered without an evaluation.']
      : evaluation === null
        ? ['The evaluation evidence is not in the repository.']
        : []),
  ];
}
