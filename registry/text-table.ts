import { printable } from './printable.ts';

/** Columns for a terminal, two spaces apart; texts of other people are harmless in it. Empty columns are left out. */
export function textTable(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const shown = head.map((_, column) => column).filter((column) => rows.some((row) => (row[column] ?? '') !== ''));
  const lines = [head, ...rows].map((row) => shown.map((column) => printable(row[column] ?? '')));
  const widths = shown.map((_, column) => Math.max(...lines.map((line) => [...(line[column] ?? '')].length)));
  return lines.map((line) =>
    line
      .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - [...cell].length))
      .join('  ')
      .trimEnd(),
  );
}
