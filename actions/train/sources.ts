import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '#registry/error.ts';

/** The SQL that makes features: features.sql, and that of the fitted tables. */
export interface Sources {
  /** What errors call it, and its text. */
  features: { name: string; sql: string };
  /** `state/<name>.sql`: name → text. */
  state: Record<string, string>;
}

/** Reads features.sql (called `name` in errors) and the `*.sql` of the folder `tables`, which need not be there. */
export async function readSources(path: string, name: string, tables: string): Promise<Sources> {
  const sql = await readFile(path, 'utf8').catch(() => {
    throw new UserError(`there is no ${name}`, { fix: `Write the SELECT that makes features of raw rows to ${path}.` });
  });
  const state: Record<string, string> = {};
  const files = await readdir(tables).catch(() => []);
  for (const file of files.filter((one) => one.endsWith('.sql')).sort()) {
    state[file.slice(0, -'.sql'.length)] = await readFile(join(tables, file), 'utf8');
  }
  return { features: { name, sql }, state };
}
