import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { markdownTable } from 'markdown-table';
import { z } from 'zod';
import { repositoryFiles, root, type Source, tokenize } from '../contract/source.ts';
import type { ProofPart } from './part.ts';

/** The figures of one proof in full size, as test/proof/figures.json keeps them. */
export const Figures = z.strictObject({
  draws: z.int().positive(),
  seed: z.int(),
  /** Digest of the sources at that time. */
  sources: z.string().regex(/^[0-9a-f]{64}$/),
  /** The commit that was checked out; `+` after it says that files were changed. */
  commit: z.string(),
  rows: z.array(z.record(z.string(), z.union([z.string(), z.number()]))).min(1),
});
export type Figures = z.infer<typeof Figures>;
export const AllFigures = z.record(z.string(), Figures);

export const figuresFile = `${root}test/proof/figures.json`;
export const reliabilityFile = `${root}RELIABILITY.md`;

export function readFigures(): Record<string, Figures> {
  return AllFigures.parse(JSON.parse(readFileSync(figuresFile, 'utf8')));
}

/** sha256 over the code of these files and folders; comments, formatting and tests don't count. */
export function digestOfSources(sources: readonly string[], files: readonly Source[] = repositoryFiles()): string {
  const hash = createHash('sha256');
  for (const source of sources) {
    const found = files.filter(
      ({ path }) => (path === source || path.startsWith(`${source}/`)) && /(?<!\.test)\.ts$/.test(path),
    );
    if (found.length === 0) throw new Error(`${source} holds no source`);
    for (const { path, text } of found.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
      const { code, strings } = tokenize(text);
      const bare = code.replaceAll(/\s+/g, '').replaceAll(/,(?=[)\]}])/g, '');
      hash.update(JSON.stringify([path, bare, strings]));
    }
  }
  return hash.digest('hex');
}

const begin = (name: string) => `<!-- proof ${name}: written by npm run proof -->`;
const end = (name: string) => `<!-- end of ${name} -->`;

/** What stands between the markers of one proof. */
export function renderFigures(part: ProofPart, figures: Figures | undefined): string {
  if (figures === undefined)
    return `${part.claim}\n\nNot measured in full size yet: \`npm run proof -- ${part.name}\`.`;
  const head = Object.keys(figures.rows[0]);
  const table = markdownTable([head, ...figures.rows.map((row) => head.map((key) => String(row[key])))], {
    align: head.map((key) => (typeof figures.rows[0][key] === 'number' ? 'r' : 'l')),
  });
  const size = `${figures.draws.toLocaleString('en')} draws a case, seed ${figures.seed}, commit ${figures.commit}`;
  return `${part.claim}\n\n${table}\n\n${size}; again by \`npm run proof -- ${part.name}\`.`;
}

/** The document with the section of one proof replaced. */
export function withFigures(document: string, name: string, section: string): string {
  const from = document.indexOf(begin(name));
  const to = document.indexOf(end(name));
  if (from < 0 || to < from) throw new Error(`RELIABILITY.md lacks the markers ${begin(name)} and ${end(name)}`);
  return `${document.slice(0, from + begin(name).length)}\n\n${section}\n\n${document.slice(to)}`;
}
