import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import rehypeRaw from 'rehype-raw';
import rehypeSanitize from 'rehype-sanitize';
import rehypeStringify from 'rehype-stringify';
import remarkGfm from 'remark-gfm';
import remarkParse from 'remark-parse';
import remarkRehype from 'remark-rehype';
import { unified } from 'unified';
import type { Shown } from './pull-request.ts';

/**
 * Comments and checks as a page that looks as they do on GitHub, in light and dark: GitHub's flavour of Markdown, HTML in
 * it sanitised by GitHub's list of what may stay, GitHub's stylesheet. Nothing in it runs, and nothing is fetched. What
 * GitHub does beyond that is missing: mentions, references, coloured alerts, and charts, whose `mermaid` blocks stay text.
 */
export async function pageOf({ checks, comments, title }: Shown): Promise<string> {
  const path = fileURLToPath(import.meta.resolve('github-markdown-css/github-markdown.css'));
  const boxes = await Promise.all(comments.map(async (body) => box('<b>tiltyard</b> bot commented', await html(body))));
  const lines = await Promise.all(
    checks.map(async ({ conclusion, name, summary, title: said }) => {
      const mark = conclusion === 'success' ? '✓' : conclusion === 'failure' ? '✗' : '!';
      const more = await html(summary ?? '');
      return `<details><summary>${mark} <b>${text(name)}</b> ${text(said ?? '')}</summary>${more}</details>`;
    }),
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>${text(title)}</title>
<style>
${await readFile(path, 'utf8')}
${FRAME}</style>
</head>
<body class="markdown-body">
<main>
<h1>${text(title)}</h1>
${boxes.join('\n')}
${box('Checks', lines.join('\n'))}
</main>
</body>
</html>
`;
}

/** As wide as a conversation on GitHub, where a comment's text has some 750 pixels, and in its size. */
const FRAME = `
body.markdown-body { margin: 0; min-height: 100vh; font-size: 14px; }
main { box-sizing: border-box; max-width: 816px; margin: 0 auto; padding: 16px; }
section { margin: 16px 0; border: 1px solid var(--borderColor-default); border-radius: 6px; }
section > header { padding: 8px 16px; border-radius: 6px 6px 0 0; background: var(--bgColor-muted); border-bottom: 1px solid var(--borderColor-default); }
section > div { padding: 16px; }
`;

const box = (header: string, content: string): string =>
  `<section><header>${header}</header><div>${content}</div></section>`;

const processor = unified()
  .use(remarkParse)
  .use(remarkGfm)
  .use(remarkRehype, { allowDangerousHtml: true })
  .use(rehypeRaw)
  .use(rehypeSanitize)
  .use(rehypeStringify);

/** A comment's Markdown as GitHub shows it. */
async function html(markdown: string): Promise<string> {
  return String(await processor.process(markdown));
}

function text(plain: string): string {
  return plain.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
