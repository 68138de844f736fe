import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { type Dataset, openDataset } from '#lib/data/dataset.ts';
import { type Database, openDatabase } from '#lib/data/duckdb.ts';
import { UserError } from '#registry/error.ts';
import { Column } from '#registry/model.ts';

/** A folder of its own for a test file, with a DuckDB that reads from it. */
export interface Workspace {
  root: string;
  database: Database;
  options: { temporary: string };
  write(name: string, content: string | Uint8Array): string;
  /** Writes the result of a query as Parquet. */
  parquet(name: string, sql: string): Promise<string>;
  /** Opens a dataset; the schema may leave defaults out. */
  open(uri: string, schema: Record<string, unknown>): Promise<Dataset>;
}

export function schemaOf(columns: Record<string, unknown>): Record<string, Column> {
  return Object.fromEntries(
    Object.entries(columns).map(([name, column]) => [
      name,
      Column.parse(typeof column === 'string' ? { type: column } : column),
    ]),
  );
}

export function useWorkspace(): Workspace {
  const root = mkdtempSync(join(tmpdir(), 'tiltyard-data-'));
  const options = { temporary: join(root, 'spill') };
  let database: Database | undefined;
  beforeAll(async () => {
    database = await openDatabase(options);
  });
  afterAll(() => {
    database?.close();
    rmSync(root, { recursive: true, force: true });
  });
  const opened = () => {
    if (database === undefined) throw new Error('the workspace opens before the first test');
    return database;
  };
  return {
    root,
    options,
    get database() {
      return opened();
    },
    write(name, content) {
      const path = join(root, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content);
      return path;
    },
    async parquet(name, sql) {
      const path = join(root, name);
      mkdirSync(dirname(path), { recursive: true });
      await opened().connection.run(`COPY (${sql}) TO '${path}' (FORMAT parquet)`);
      return path;
    },
    open: (uri, schema) => openDataset(opened().connection, { uri }, { root, schema: schemaOf(schema) }),
  };
}

/** The UserError that a call must end with. */
export async function userError(call: () => unknown): Promise<UserError> {
  try {
    await call();
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    if (error instanceof UserError) {
      expect(error.fix).not.toBe('');
      return error;
    }
  }
  throw new Error('a UserError was expected');
}
