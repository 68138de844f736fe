/** A part of a document that may be left out: the higher `weight`, the longer it stays. */
export interface Section {
  name: string;
  text: string;
  weight: number;
}

const encoder = new TextEncoder();

/** Length as GitHub counts it: bytes of UTF-8. */
export function bytes(text: string): number {
  return encoder.encode(text).length;
}

/** As many lines as stay within `limit` bytes, at most `most`, and how many more there are. */
export function fitLines(lines: readonly string[], limit: number, most = Number.POSITIVE_INFINITY): string[] {
  const kept: string[] = [];
  let room = limit;
  for (const line of lines) {
    room -= bytes(line) + 1;
    if (room < 0 || kept.length === most) break;
    kept.push(line);
  }
  return kept.length === lines.length ? kept : [...kept, `- and ${lines.length - kept.length} more`];
}

/**
 * `head` and as many sections as stay within `limit` bytes, in their order; the least important are left out first, and
 * the last line then names them. The head always stays: it must be well under the limit by itself.
 */
export function fit(head: string, sections: readonly Section[], limit: number): string {
  const kept = new Set(sections);
  const byWeight = [...sections].sort((a, b) => a.weight - b.weight);
  const render = () => {
    const dropped = sections.filter((section) => !kept.has(section)).map((section) => section.name);
    const note = dropped.length === 0 ? [] : [`Left out for length: ${dropped.join(', ')}.`];
    const texts = sections.filter((section) => kept.has(section)).map((section) => section.text);
    return `${[head, ...texts, ...note].join('\n\n')}\n`;
  };
  let text = render();
  for (const section of byWeight) {
    if (bytes(text) <= limit) break;
    kept.delete(section);
    text = render();
  }
  return text;
}
