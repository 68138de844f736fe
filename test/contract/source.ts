import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's folder, with a slash at its end. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

/** One file, as the contract tests look at it. */
export interface Source {
  /** From the repository's root, with forward slashes. */
  path: string;
  text: string;
}

/** An import, re-export, dynamic import, or `new URL('./child.ts', import.meta.url)`, which starts a child process. */
export interface Import {
  /** As written. */
  specifier: string;
  /** A path from the repository's root, or a package's name, or `node:…`; `?` where the argument is computed. */
  target: string;
  line: number;
}

/** Every file that is in git or would be added by `git add .`, from the repository's root. */
export function repositoryPaths(): string[] {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  return listed.split('\0').filter((path) => path !== '' && existsSync(root + path) && statSync(root + path).isFile());
}

/** Those that hold text. */
export function repositoryFiles(): Source[] {
  return repositoryPaths()
    .map((path) => ({ path, text: readFileSync(root + path, 'utf8') }))
    .filter(({ text }) => !text.includes('\0'));
}

/**
 * TypeScript with its comments blanked out and each string replaced by `'n'`, where n is its place in `strings`; lines
 * stay where they are. A template counts as one string when nothing is interpolated; otherwise its interpolated code
 * stays code.
 */
export function tokenize(text: string): { code: string; strings: string[] } {
  const strings: string[] = [];
  let code = '';
  let at = 0;
  /** Depth of braces at which each open `${` ends. */
  const templates: number[] = [];
  let depth = 0;

  const keep = (value: string) => {
    code += `'${strings.push(value) - 1}'`;
    code += '\n'.repeat(value.split('\n').length - 1);
  };
  /** From just after a backtick or the brace that ends an interpolation, to the next `${` or the closing backtick. */
  const template = () => {
    let value = '';
    while (at < text.length && text[at] !== '`' && !text.startsWith('${', at)) {
      if (text[at] === '\\') value += text[at++];
      value += text[at++];
    }
    keep(value);
    if (text[at] === '`') at++;
    else {
      at += 2;
      templates.push(depth++);
      code += '{';
    }
  };

  while (at < text.length) {
    const c = text[at];
    if (text.startsWith('//', at)) {
      while (at < text.length && text[at] !== '\n') at++;
    } else if (text.startsWith('/*', at)) {
      const end = text.indexOf('*/', at + 2);
      const comment = text.slice(at, end < 0 ? text.length : end + 2);
      code += ` ${'\n'.repeat(comment.split('\n').length - 1)}`;
      at += comment.length;
    } else if (c === "'" || c === '"') {
      let value = '';
      at++;
      while (at < text.length && text[at] !== c && text[at] !== '\n') {
        if (text[at] === '\\') value += text[at++];
        value += text[at++];
      }
      at++;
      keep(value);
    } else if (c === '`') {
      at++;
      template();
    } else if (c === '/' && startsRegExp(code)) {
      const match = /^\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/[a-z]*/.exec(text.slice(at));
      code += match === null ? c : '/x/';
      at += match === null ? 1 : match[0].length;
    } else if (c === '}' && templates.at(-1) === depth - 1) {
      templates.pop();
      depth--;
      code += '}';
      at++;
      template();
    } else {
      if (c === '{') depth++;
      if (c === '}') depth--;
      code += c;
      at++;
    }
  }
  return { code, strings };
}

/** Whether a slash after this code begins a regular expression and doesn't divide. */
function startsRegExp(code: string): boolean {
  const before = code.trimEnd();
  return before === '' || /[=(,:;[!&|?{}+\-*%<>~^]$/.test(before) || /\b(return|typeof|case|in|of|void)$/.test(before);
}

const importForms = [
  /\b(?:import|export)\b[^;'=()]*?\bfrom\s*'(\d+)'/g,
  /\bimport\s*'(\d+)'/g,
  /\b(?:import|require|require\.resolve|import\.meta\.resolve)\s*\(\s*'(\d+)'/g,
  /\bnew\s+URL\s*\(\s*'(\d+)'\s*,\s*import\.meta\.url/g,
];

/** What a TypeScript file imports or starts. */
export function importsOf({ path, text }: Source): Import[] {
  const { code, strings } = tokenize(text);
  const found: Import[] = [];
  const lineAt = (index: number) => code.slice(0, index).split('\n').length;
  for (const form of importForms) {
    for (const match of code.matchAll(form)) {
      const specifier = strings[Number(match[1])] ?? '';
      const isUrl = match[0].startsWith('new');
      if (isUrl && !specifier.endsWith('.ts')) continue;
      found.push({
        specifier,
        target: resolve(path, isUrl && !specifier.startsWith('.') ? `./${specifier}` : specifier),
        line: lineAt(match.index),
      });
    }
  }
  for (const match of code.matchAll(/\b(?:import|require)\s*\(\s*(?!['\s])/g)) {
    found.push({ specifier: '(computed)', target: '?', line: lineAt(match.index) });
  }
  return found;
}

function resolve(from: string, specifier: string): string {
  if (specifier.startsWith('.')) return posix.join(posix.dirname(from), specifier);
  if (specifier.startsWith('#registry/')) return `registry/${specifier.slice('#registry/'.length)}`;
  if (specifier.startsWith('#lib/')) return `actions/lib/${specifier.slice('#lib/'.length)}`;
  if (specifier.startsWith('node:')) return specifier;
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}
