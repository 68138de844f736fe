/**
 * What GitHub would still interpret of a summary: without code blocks and code spans (a run of backticks up to the next
 * run of the same length on its line, as CommonMark defines them), and without the markup that summaries use themselves.
 */
export function bare(markdown: string): string {
  return markdown
    .replace(/^(`{3,}).*\n[^]*?^\1`*$/gm, '')
    .split('\n')
    .map((line) => withoutSpans(line))
    .join('\n')
    .replace(/<\/?(details|summary)>/g, '')
    .replace(/^> /gm, '');
}

function withoutSpans(line: string): string {
  let rest = line;
  let kept = '';
  for (;;) {
    const open = /(\\.)|(`+)/.exec(rest);
    if (open === null) return kept + rest;
    const [found, escaped, run] = open;
    kept += rest.slice(0, open.index);
    rest = rest.slice(open.index + found.length);
    if (escaped !== undefined) {
      kept += escaped;
      continue;
    }
    const close = [...rest.matchAll(/`+/g)].find(([other]) => other === run);
    if (close === undefined) kept += run;
    else rest = rest.slice(close.index + run.length);
  }
}
