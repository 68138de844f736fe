import rehypeRaw from 'rehype-raw';
import remarkGfm from 'remark-gfm';
import remarkParse from 'remark-parse';
import remarkRehype from 'remark-rehype';
import { unified } from 'unified';
import { z } from 'zod';

/** As much of a tree of HTML as is looked at. */
interface Node {
  type: string;
  value?: string | undefined;
  tagName?: string | undefined;
  properties?: Record<string, unknown> | undefined;
  children?: Node[] | undefined;
}
const Node: z.ZodType<Node> = z.lazy(() =>
  z.object({
    type: z.string(),
    value: z.string().optional(),
    tagName: z.string().optional(),
    properties: z.record(z.string(), z.unknown()).optional(),
    children: z.array(Node).optional(),
  }),
);

const processor = unified()
  .use(remarkParse)
  .use(remarkGfm)
  .use(remarkRehype, { allowDangerousHtml: true })
  .use(rehypeRaw);

/** What our comments and checks are made of; no image among it, and nothing that loads, frames or asks. */
const OURS = new Set(
  'a blockquote br code details em h3 h4 h5 hr li ol p pre strong sub summary table tbody td th thead tr ul'.split(' '),
);
/** Pages of the repository itself: a run, its evidence, a file at a commit. */
const HREF =
  /^https:\/\/github\.com\/acme\/models\/(actions\/runs\/\d+(\/artifacts\/\d+)?|blob\/[0-9a-f]{40}\/models\/[a-z0-9-]+\/[\w.-]+(#L\d+)?)$/;
/** What GitHub makes a mention or a reference of, outside of code: https://github.github.com/gfm and its pages on autolinks. */
const MENTION = /(?<![\p{L}\p{N}_/`])@[a-z\d]/iu;
const REFERENCE =
  /(?<![\p{L}\p{N}_/])(?:[\w.-]+\/[\w.-]+)?#\d+\b|\bGH-\d+\b|(?<![\p{L}\p{N}])[0-9a-f]{7,40}(?![\p{L}\p{N}])/iu;
const MATH = /\$[^$\s][^$]*\$/u;

/**
 * What text of others became in Markdown of ours, as GitHub would show it, by a parser of CommonMark and GitHub's tables,
 * links and alerts that is not ours: a sentence for each mention, link, element and sign that must not be.
 */
export function interpreted(markdown: string): string[] {
  const wrong: string[] = [];
  const invisible = /[\p{Cf}\p{Zl}\p{Zp}]|[^\P{Cc}\n\t]|\p{Cs}/u.exec(markdown);
  if (invisible !== null) wrong.push(`the character U+${invisible[0].charCodeAt(0).toString(16)}`);
  const marker = /^<!-- tiltyard:1 [\w-]+ -->\n/.exec(markdown)?.[0] ?? '';
  const tree = Node.parse(processor.runSync(processor.parse(markdown.slice(marker.length))));
  visit(tree, false, wrong);
  return wrong;
}

function visit(
  { children = [], properties = {}, tagName, type, value = '' }: Node,
  inCode: boolean,
  wrong: string[],
): void {
  if (type === 'comment' || type === 'raw' || type === 'doctype') wrong.push(`${type}: ${value.slice(0, 60)}`);
  if (type === 'text' && !inCode) {
    for (const [what, sign] of Object.entries({ mention: MENTION, reference: REFERENCE, formula: MATH })) {
      const found = sign.exec(value);
      if (found !== null) wrong.push(`${what}: ${value.slice(Math.max(0, found.index - 20), found.index + 40)}`);
    }
  }
  const href = properties['href'];
  if (tagName !== undefined && !OURS.has(tagName)) wrong.push(`element: ${tagName}`);
  if (href !== undefined && !(typeof href === 'string' && HREF.test(href))) wrong.push(`link: ${String(href)}`);
  for (const name of Object.keys(properties))
    if (!['href', 'className', 'align', 'style', 'open'].includes(name)) wrong.push(`attribute: ${name}`);
  const classes = properties['className'];
  // A diagram is drawn from its text: there is no room for anybody's words in ours.
  const isDiagram = Array.isArray(classes) && classes.includes('language-mermaid');
  if (isDiagram && !children.every((child) => /^[\s\w'"#.,:[\]{}%()>-]*$/u.test(child.value ?? '')))
    wrong.push('a diagram with words of others');
  const code = inCode || tagName === 'code' || tagName === 'pre';
  for (const child of children) visit(child, code, wrong);
}

/** The same of text that GitHub shows as it is: a check's title, an annotation. */
export function interpretedPlain(text: string): string[] {
  const found = /@|<[a-z/!?]|\]\(|:\/\/|www\.|\p{Cc}|\p{Cf}|\p{Cs}/iu.exec(text.replaceAll('\n', ''));
  return found === null ? [] : [`plain text: ${text.slice(Math.max(0, found.index - 20), found.index + 40)}`];
}
