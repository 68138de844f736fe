import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openDataset } from '#lib/data/dataset.ts';
import { fitState } from '#lib/features/fit.ts';
import { loadModel } from '#lib/load-model.ts';
import type { Data } from '#registry/model.ts';
import { monthFile, prepare } from '../../examples/flights/prepare.ts';
import { userError, useWorkspace } from '../lib/data/workspace.ts';

const space = useWorkspace();
const root = join(import.meta.dirname, '../../examples/flights');

/** Fits the tables of a features.sql of the example on January. */
async function fit(folder: string, edit: (sql: string) => string = (sql) => sql, more: Partial<Data> = {}) {
  await prepare({ folder: space.root, months: [1] });
  const { model } = await loadModel(root, 'flight-delay');
  const data = { ...model.data, ...more };
  const { connection } = space.database;
  const dataset = await openDataset(connection, { uri: monthFile(1) }, { root: space.root, schema: data.schema });
  const statements: Record<string, string> = {};
  for (const file of await readdir(join(root, folder, 'state'))) {
    statements[file.slice(0, -'.sql'.length)] = await readFile(join(root, folder, 'state', file), 'utf8');
  }
  const sql = edit(await readFile(join(root, folder, 'features.sql'), 'utf8'));
  return fitState({
    statements,
    connection,
    dataset,
    folder: join(space.root, 'state'),
    database: space.options,
    data,
    features: { name: 'features.sql', sql },
    seed: model.evaluate.seed,
  });
}

const CANDIDATE = 'models/flight-delay';

it.each(['champion', CANDIDATE])('the tables of %s give no training row its own day’s labels', async (folder) => {
  expect(Object.keys(await fit(folder))).toContain('route_rates');
});

it('a flight that would see how late its own day was is refused, by the table that tells it', async () => {
  const error = await userError(() => fit(CANDIDATE, (sql) => sql.replace('> d.day', '>= d.day')));
  expect(error.message).toMatch(/: state\.destination_rates, fitted on late, gives it away in destination_rate \(\d/);
  expect(error.message).not.toMatch(/origin_rates|route_rates/);
});

it('where labels are known two days later, yesterday’s rates are refused', async () => {
  const error = await userError(() => fit(CANDIDATE, undefined, { label_delay: '2d' }));
  expect(error.message).toMatch(/data\.label_delay is 2d.*destination_rates.*origin_rates.*route_rates/);
  const later = (sql: string) => sql.replaceAll(/> (\w)\.day/g, '> $1.day + INTERVAL 2 DAY');
  expect(Object.keys(await fit(CANDIDATE, later, { label_delay: '2d' }))).toHaveLength(3);
});
