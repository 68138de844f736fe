import { canonicalJson } from '../canonical-json.ts';
import { contractChanges } from '../contract.ts';
import type { VersionRecord } from '../record.ts';
import { code, prose } from './escape.ts';
import { type Fact, factsOf, GROUPS } from './facts.ts';
import { table } from './table.ts';

const NONE = '—';

/** Two versions side by side: first what differs, then what it means for callers, then what is the same, folded. */
export function versionDiff(before: VersionRecord, after: VersionRecord): string {
  const rows = sideBySide(factsOf(before), factsOf(after));
  const [older, newer] = [code(before.version.version), code(after.version.version)];
  const columns = [{ head: 'Group' }, { head: 'What' }, { head: older }, { head: newer }];
  const cells = (which: boolean) =>
    rows.filter(({ same }) => same === which).map((row) => [row.group, code(row.name), row.before, row.after]);
  const [differing, equal] = [cells(false), cells(true)];
  const parts = [`## ${code(after.version.model)}: ${older} and ${newer}`];
  parts.push(differing.length === 0 ? 'All that is known of them is the same.' : table(columns, differing));
  const changes = contractChanges(before.version.contract, after.version.contract);
  if (changes.length > 0) {
    // The words were written for champion and candidate, which these two need not be.
    parts.push(
      `### For callers\n\nAs if ${older} were the champion and ${newer} the candidate:`,
      changes.map(({ kind, sentence }) => `- **${kind}**: ${prose(sentence)}`).join('\n'),
    );
  }
  if (equal.length > 0) {
    const summary = `What is the same (${equal.length})`;
    parts.push(`<details><summary>${summary}</summary>\n\n${table(columns, equal)}\n\n</details>`);
  }
  return `${parts.join('\n\n')}\n`;
}

interface Row {
  group: string;
  name: string;
  before: string;
  after: string;
  same: boolean;
}

function sideBySide(before: readonly Fact[], after: readonly Fact[]): Row[] {
  const key = ({ group, name }: Fact) => `${group}\n${name}`;
  const older = new Map(before.map((fact) => [key(fact), fact]));
  const newer = new Map(after.map((fact) => [key(fact), fact]));
  const all = [...new Map([...older, ...newer]).values()];
  return GROUPS.flatMap((group) =>
    all
      .filter((fact) => fact.group === group)
      .map((fact) => {
        const [a, b] = [older.get(key(fact)), newer.get(key(fact))];
        const same = a !== undefined && b !== undefined && canonicalJson(a.value) === canonicalJson(b.value);
        return { group, name: fact.name, before: a?.cell ?? NONE, after: b?.cell ?? NONE, same };
      }),
  );
}
