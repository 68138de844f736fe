/**
 * Text of other people (names of columns, categories, models; error texts) as harmless GitHub Markdown: no mention, link,
 * image, HTML, emphasis, table cell or line of its own. GitHub turns `@name` into a mention after a backslash and after
 * `&#64;` alike; only a code span stops it.
 */

/** Longest text shown of one name; the whole stands in the evidence. */
const LONGEST = 200;

/** Control, format (bidirectional overrides, zero-width) and separator characters; a lone surrogate. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

function visible(text: string): string {
  // A pipe ends a table's cell even inside a code span, and what a backslash before it does depends on what comes before.
  const clean = text.replace(/\s+/gu, ' ').replace(INVISIBLE, '\uFFFD').replaceAll('|', '¦');
  const characters = [...clean];
  return characters.length > LONGEST ? `${characters.slice(0, LONGEST - 1).join('')}…` : clean;
}

/** The shortest fence of backticks, at least `least`, that is longer than any run of them inside. */
export function fenceFor(text: string, least = 1): string {
  const runs = text.match(/`+/g) ?? [];
  return '`'.repeat(Math.max(least, ...runs.map((run) => run.length + 1)));
}

/** The text as a code span on one line. */
export function code(text: string): string {
  const clean = visible(text);
  if (clean.trim() === '') return text === '' ? '*(empty)*' : '*(blank)*';
  const fence = fenceFor(clean);
  const pad = clean.startsWith('`') || clean.endsWith('`') || (clean.startsWith(' ') && clean.endsWith(' ')) ? ' ' : '';
  return `${fence}${pad}${clean}${pad}${fence}`;
}

/** The text as a block of code, lines kept. */
export function codeBlock(text: string, language = ''): string {
  const clean = text.replace(INVISIBLE, (character) =>
    character === '\n' || character === '\t' ? character : '\uFFFD',
  );
  const fence = fenceFor(clean, 3);
  return `${fence}${language}\n${clean}\n${fence}`;
}

/**
 * The text on one line for places that show it as it is (titles of checks, annotations), should anything read it as
 * Markdown or HTML all the same: signs that begin a mention, a tag or an address are replaced by their likenesses.
 */
export function inert(text: string): string {
  return text
    .replace(/\s+/gu, ' ')
    .replace(INVISIBLE, '\uFFFD')
    .replaceAll('@', '＠')
    .replace(/<(?=[a-z/!?])/giu, '‹')
    .replaceAll('://', ':∕∕')
    .replaceAll('](', '] (')
    .replace(/www\./giu, 'www․');
}

const SAFE = /^[\p{L}\p{N}\p{M}\p{Sc}.,;:()%+=<>&/?!'‘’“”"…−–—×÷°·→_-]*$/u;
const LINKS = /\/\/|www\.|^\W*_|_\W*$|\$|gh-\d|(?<![\p{L}\p{N}])[0-9a-f]{7,64}(?![\p{L}\p{N}])/iu;

/**
 * A sentence as text: each word that GitHub could turn into something else becomes a code span, the rest stays readable.
 * Not for the start of a line, where a number or a dash would begin a list.
 */
export function prose(text: string): string {
  const clean = [...text].length > 10 * LONGEST ? `${[...text].slice(0, 10 * LONGEST).join('')}…` : text;
  return clean
    .replace(INVISIBLE, (character) => (/\s/u.test(character) ? ' ' : '\uFFFD'))
    .split(/\s+/u)
    .filter((word) => word !== '')
    .map((word) => (SAFE.test(word) && (!LINKS.test(word) || isNumber(word)) ? entities(word) : code(word)))
    .join(' ');
}

/** A long count is no commit. */
function isNumber(word: string): boolean {
  return /^[^\p{L}\p{N}]*[\d.,]+[^\p{L}\p{N}]*$/u.test(word) && !/\/\/|_|\$/.test(word);
}

function entities(word: string): string {
  return word.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
