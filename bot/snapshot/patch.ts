const HUNK = /^@@ -(\d+)(?:,(\d+))? \+\d+(?:,(\d+))? @@/;
const NO_NEWLINE = '\\ No newline at end of file';

/**
 * A text after a patch: hunks of a unified diff, as GitHub gives them with the files of a comparison. Null where the patch is
 * none, or none of this text. It looks at each line once, whatever somebody put there.
 */
export function patched(before: string, patch: string): string | null {
  const old = linesOf(before);
  const lines = patch.split('\n');
  const made: string[] = [];
  let at = 0;
  let next = 0;
  while (next < lines.length) {
    const [header, from, removed = '1', added = '1'] = HUNK.exec(lines[next] ?? '') ?? [];
    if (header === undefined) return null;
    next += 1;
    // Where nothing is taken away, it names the line before.
    const start = Number(removed) === 0 ? Number(from) : Number(from) - 1;
    if (start < at || start > old.length) return null;
    for (; at < start; at++) made.push(old[at] ?? '');
    let [left, right] = [Number(removed), Number(added)];
    while (left > 0 || right > 0) {
      const line = lines[next] ?? '';
      const isLast = lines[next + 1] === NO_NEWLINE;
      const text = isLast ? line.slice(1) : `${line.slice(1)}\n`;
      const [sign] = line;
      if (sign !== ' ' && sign !== '-' && sign !== '+') return null;
      next += isLast ? 2 : 1;
      if (sign !== '+') {
        if (old[at] !== text) return null;
        at += 1;
        left -= 1;
      }
      if (sign !== '-') {
        made.push(text);
        right -= 1;
      }
    }
    if (left < 0 || right < 0) return null;
  }
  return [...made, ...old.slice(at)].join('');
}

/** Each with the end that it has; the last may have none. */
function linesOf(text: string): string[] {
  const lines = text.split('\n').map((line) => `${line}\n`);
  const last = lines.pop()?.slice(0, -1) ?? '';
  return last === '' ? lines : [...lines, last];
}
