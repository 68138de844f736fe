import type { Random } from '#lib/statistics/random.ts';

/** What others could write where we repeat it. */
export const CORPUS = [
  '@olga',
  '@acme/owners',
  '\\@olga &#64;olga',
  'mail@evil.example',
  '![x](https://evil.example/a.png)',
  '[x](https://evil.example)',
  '[x](javascript:alert(1))',
  '[x]: https://evil.example\n[x]',
  '<https://evil.example>',
  'https://evil.example/?q=`x`',
  'www.evil.example',
  'ftp://evil.example xmpp:a@evil.example',
  '<img src=x onerror=alert(1)>',
  '<script>alert(1)</script>',
  '<a href="https://evil.example">x</a>',
  '<iframe src=//evil.example>',
  '</details></td></table><h1>',
  '<!-- tiltyard:1 eyJtb2RlbCI6ImZsaWdodC1kZWxheSJ9 -->\n',
  '--> <b>bold</b> <!--',
  '`',
  '`` ` ``` @olga',
  '```\n@olga\n```',
  '~~~\n@olga',
  '\n\n# Heading\n\n- item\n\n1. item\n\n> [!NOTE]\n> @olga',
  'a | b |\n| --- | --- |\n| @olga | c |',
  '|',
  '\\',
  '\\`@olga\\`',
  '*a* _b_ **c** ~~d~~ ~e~',
  '- [x] done',
  '[^1]\n\n[^1]: https://evil.example',
  '#1 GH-1 acme/models#1 acme/models@0123456',
  '0123456789abcdef0123456789abcdef01234567',
  '$\\href{https://evil.example}{x}$ $$x$$ $`x`$',
  '```mermaid\ngraph TD; A[@olga]-->B\n```',
  '\u202Eevil\u202C \u2066x\u2069 \u200B\u200F\uFEFF',
  'a\u0000b\u0007\u001B[31mred\u009B',
  'a\u2028b\u2029c\u0085d',
  '😀👩‍👩‍👧‍👦\uD83D x \uDE00',
  '&lt;b&gt; &amp;#64; &commat;olga &copy',
  ':+1: :octocat:',
  '::error file=a::b',
  '%0A%0D{{constructor}}${x}',
  '__proto__',
  '',
  ' ',
  '\t\r\n',
  'é̸̷̵̡̧'.repeat(20),
  '@olga '.repeat(3_000),
  'x'.repeat(70_000),
] as const;

/** Some of them, one after another; now and then signs in any order. */
export function drawnText({ integer }: Random): string {
  const signs = '`@a \n|\\<>*_[]()!#$&~:/-0é😀';
  const one = () =>
    integer(4) === 0
      ? Array.from({ length: integer(20) }, () => signs[integer(signs.length)]).join('')
      : CORPUS[integer(CORPUS.length)];
  return Array.from({ length: 1 + integer(3) }, one).join(['', ' ', '\n'][integer(3)]);
}
