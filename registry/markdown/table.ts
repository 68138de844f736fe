import { markdownTable } from 'markdown-table';

/** How a column stands: numbers to the right. */
export type Align = 'left' | 'right' | 'center';

/**
 * A GitHub table. Cells are finished markdown (untrusted text has gone through `code` or `prose`, so that it holds no
 * pipe); cells are not padded, since bytes are scarce in a comment.
 */
export function table(
  columns: readonly { head: string; align?: Align }[],
  rows: readonly (readonly string[])[],
): string {
  return markdownTable([columns.map((column) => column.head), ...rows.map((row) => [...row])], {
    align: columns.map((column) => column.align ?? 'left'),
    alignDelimiters: false,
    padding: true,
  });
}

/** The first `most` rows as a table, and how many more there are, and where. */
export function cappedTable(
  columns: readonly { head: string; align?: Align }[],
  rows: readonly (readonly string[])[],
  most: number,
  where = 'the evidence',
): string {
  const text = table(columns, rows.slice(0, most));
  return rows.length > most ? `${text}\n\n${rows.length - most} more rows stand in ${where}.` : text;
}
