import { expect, test } from 'vitest';
import { distinctValues } from '#lib/data/distinct.ts';
import { useWorkspace } from './workspace.ts';

const space = useWorkspace();

/*
 * Expected orders are numpy's, which scikit-learn sorts classes with (numpy 2.3):
 *   np.unique(np.array(['z', 'Z', '10', '9', 'é', '\uffee', '\U0001f600']))  → 10 9 Z z é \uffee \U0001f600
 *   np.unique(np.array([10, 9, -1]))                                         → -1 9 10
 */
test('values come ascending, as numpy sorts them', async () => {
  const words = ['z', 'Z', '10', '9', 'é', '\uffee', '\u{1f600}'];
  const values = words.map((word, i) => `('${word}', ${[10, 9, -1][i % 3]}, ${i % 2 === 0}), (NULL, NULL, NULL)`);
  await space.parquet('rows.parquet', `SELECT * FROM (VALUES ${values.join(', ')}) AS t(word, number, flag)`);
  const schema = { word: 'string', number: 'integer', flag: 'boolean' };
  const dataset = await space.open('rows.parquet', schema);
  const of = async (column: string) => distinctValues(space.database.connection, dataset, column);
  expect(await of('word')).toEqual(['10', '9', 'Z', 'z', 'é', '\uffee', '\u{1f600}']);
  expect(await of('number')).toEqual(['-1', '9', '10']);
  expect(await of('flag')).toEqual(['false', 'true']);
});
