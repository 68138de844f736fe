import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type FitRequest, fitState } from '#lib/features/fit.ts';
import { userError, useWorkspace } from '../data/workspace.ts';

const space = useWorkspace();
const schema = {
  id: 'integer',
  town: 'string',
  seen: { type: 'timestamp', nullable: true },
  delay: 'integer',
  late: 'boolean',
};

/** 30 days of 100 rows each, in three towns; about a third is late. */
async function training(rows = 3000, at = "TIMESTAMP '2001-01-01' + INTERVAL (range * 864) SECOND") {
  await space.parquet(
    'train.parquet',
    `SELECT range::INTEGER AS id, 'town ' || (range % 3) AS town, ${at} AS seen,
       (hash(range) % 45)::INTEGER AS delay, hash(range) % 45 >= 30 AS late FROM range(${rows})`,
  );
  return space.open('train.parquet', schema);
}

let folders = 0;

async function fit(
  statements: Record<string, string>,
  sql: string,
  options: Partial<FitRequest['data']> & { seed?: number; rows?: number; at?: string } = {},
) {
  const { seed = 7, rows, at, ...data } = options;
  return fitState({
    statements,
    connection: space.database.connection,
    dataset: await training(rows, at),
    folder: join(space.root, `state-${folders++}`),
    database: space.options,
    data: { id: 'id', time: 'seen', label: 'late', known_later: ['delay'], ...data },
    features: { name: 'features.sql', sql },
    seed,
  });
}

const query = async (sql: string) => (await space.database.connection.runAndReadAll(sql)).getRowsJson();

/** Up to and including each day, for each town. */
const daily = (value: string) => `SELECT town, seen::DATE AS day, ${value} AS rate FROM source GROUP BY ALL`;
const RATES = daily('avg(late::INTEGER)');
const asof = (condition: string, more = '') =>
  `SELECT s.id, hour(s.seen) AS hour, r.rate FROM source s ASOF LEFT JOIN state.rates r ON s.town = r.town AND ${condition} ${more}`;
const EARLIER = asof('s.seen::DATE > r.day');
const SAME_DAY = asof('s.seen::DATE >= r.day');

describe('what gives no label away is fitted', () => {
  test.each([
    ['joined from earlier days', { rates: RATES }, EARLIER],
    [
      'of the day before',
      { rates: RATES },
      'SELECT s.id, r.rate FROM source s LEFT JOIN state.rates r ON r.town = s.town AND r.day = s.seen::DATE - 1',
    ],
    ['fitted on labels, but joined by nobody', { rates: RATES }, 'SELECT id, hour(seen) AS hour FROM source'],
    [
      'fitted on what a prediction sees, over all days',
      { hours: 'SELECT town, avg(hour(seen)) AS mean FROM source GROUP BY town' },
      'SELECT s.id, h.mean FROM source s JOIN state.hours h USING (town)',
    ],
    [
      'sums of fractions over all earlier rows',
      {
        rates: `SELECT town, seen::DATE AS day, sum(sum(delay * 0.1::DOUBLE + sqrt(id))) OVER (PARTITION BY town ORDER BY seen::DATE)
          / sum(count(*)) OVER (PARTITION BY town ORDER BY seen::DATE) AS rate FROM source GROUP BY town, seen::DATE`,
      },
      EARLIER,
    ],
    ['SQL that some other labels would break', { rates: daily('ln(sum(late::INTEGER))') }, EARLIER],
  ])('%s', async (_, statements: Record<string, string>, sql) => {
    expect(Object.keys(await fit(statements, sql))).toEqual(Object.keys(statements));
  });

  test('on one day alone, and on rows of which some have no time', async () => {
    expect(await fit({ rates: RATES }, EARLIER, { rows: 90 })).toHaveProperty('rates');
    await fit({ rates: RATES }, EARLIER, {
      at: "CASE WHEN range % 10 > 0 THEN TIMESTAMP '2001-01-01' + INTERVAL (range) HOUR END",
    });
  });

  test('what needs no label does not get it, by whatever trick it asks', async () => {
    const sql = {
      json: "SELECT town, max(to_json(source)->>'late') AS late, max(to_json(source)->>'delay') AS delay FROM source GROUP BY town",
      stars: 'SELECT town, count(COLUMNS(* EXCLUDE town)) FROM source GROUP BY town',
    };
    const { json } = await fit({ json: sql.json }, 'SELECT id, hour(seen) AS hour FROM source');
    expect(await query(`SELECT DISTINCT late, delay FROM read_parquet('${json}')`)).toEqual([[null, null]]);
    const error = await userError(() => fit({ stars: sql.stars }, EARLIER));
    expect(error.message).toContain('state/stars.sql is fitted on late, delay, but its result carries no date or time');
  });
});

describe('a leak is refused', () => {
  test('by the table, what it is fitted on, the features and the first rows', async () => {
    const error = await userError(() => fit({ other: daily('count(*)'), rates: RATES }, SAME_DAY));
    expect(error.message).toMatch(
      /^training rows know labels that were not known on their day: with other labels from 2001-01-08 on, features of rows until 2001-01-08 are not the same: state\.rates, fitted on late, gives it away in rate \(\d+ of 800 rows changed, first id 700, 701, 702, 703, 704\)$/,
    );
    expect(error.fix).toContain('ASOF LEFT JOIN … AND s.seen::DATE > its day.');
  });

  const all = 'SELECT s.id, r.rate FROM source s JOIN state.rates r USING (town)';
  const cases: [string, Record<string, string>, string, string][] = [
    [
      'a table without a time',
      { rates: 'SELECT town, avg(late::INTEGER) AS rate FROM source GROUP BY town' },
      all,
      'state/rates.sql is fitted on late, but its result carries no date or time',
    ],
    [
      'a time that nobody joins by',
      { rates: 'SELECT town, avg(late::INTEGER) AS rate, max(seen) AS until FROM source GROUP BY town' },
      all,
      'gives it away in rate',
    ],
    [
      'the column that is known later',
      { rates: daily('avg(delay)') },
      SAME_DAY,
      'state.rates, fitted on delay, gives it away',
    ],
    [
      'both',
      { rates: daily('sum(delay) / count(*) FILTER (late)') },
      SAME_DAY,
      'state.rates, fitted on late, delay, gives',
    ],
    [
      'one way or the other',
      { rates: daily("any_value(coalesce(COLUMNS('late|delay')::INTEGER)) + 0") },
      SAME_DAY,
      'state/rates.sql',
    ],
    ['later days', { rates: RATES }, asof('s.seen::DATE < r.day'), 'gives it away in rate'],
    ['the highest', { rates: daily('max(delay)') }, SAME_DAY, 'gives it away in rate'],
    ['the lowest', { rates: daily('min(delay)') }, SAME_DAY, 'gives it away in rate'],
    ['whether any was', { rates: daily('bool_or(late)::INTEGER') }, SAME_DAY, 'gives it away in rate'],
    [
      'a text of them',
      { rates: daily("string_agg(CASE WHEN late THEN '1' ELSE '0' END, '')") },
      SAME_DAY,
      'gives it away in rate',
    ],
    [
      'groups by them',
      { rates: 'SELECT town, seen::DATE AS day, late::INTEGER + 0.5 AS rate FROM source GROUP BY ALL' },
      asof('s.seen::DATE >= r.day'),
      'gives it away in rate',
    ],
    [
      'the own row, by its time',
      { rates: 'SELECT town, seen AS day, late::DOUBLE AS rate FROM source' },
      asof('s.seen >= r.day'),
      'gives it away in rate',
    ],
    [
      'earlier rows of the same day',
      { rates: 'SELECT town, seen AS day, late::DOUBLE AS rate FROM source' },
      asof('s.seen > r.day'),
      'gives it away in rate',
    ],
    [
      'two tables only together',
      { one: RATES, rates: RATES },
      `SELECT s.id, CASE WHEN a.rate = b.rate THEN a.rate END AS rate FROM source s ASOF JOIN state.one a ON s.town = a.town AND s.seen::DATE >= a.day ASOF JOIN state.rates b ON s.town = b.town AND s.seen::DATE >= b.day`,
      'gives it away in rate',
    ],
    [
      'that can’t be shown not to be there',
      {
        rates:
          "SELECT seen::DATE AS day, CASE WHEN (SELECT sum(hash(late, id)) FROM source) <> (SELECT sum(hash(hash(id) % 45 >= 30, id)) FROM source) THEN error('no') END AS rate FROM source",
      },
      'SELECT id, hour(seen) AS h FROM source',
      'it can’t be shown that',
    ],
  ];
  test.each(cases)('%s', async (_, statements, sql, message) => {
    expect((await userError(() => fit(statements, sql))).message).toContain(message);
  });

  test('whatever the seed, and however few rows', async () => {
    for (let seed = 0; seed < 8; seed++) await userError(() => fit({ rates: RATES }, SAME_DAY, { seed }));
    await userError(() => fit({ rates: RATES }, SAME_DAY, { rows: 40 }));
  });

  test('features that fail with the right labels already fail as such', async () => {
    const error = await userError(() => fit({ rates: RATES }, 'SELECT id, day, r.rate FROM source, state.rates r'));
    expect(error.message).toContain('the feature day is of type DATE');
    const nulls = asof('s.seen::DATE > r.day').replace('r.rate', 'r.rate::INTEGER AS rate');
    expect((await userError(() => fit({ rates: RATES }, nulls))).message).toMatch(
      /^the feature rate is null for the id 0/,
    );
  });

  test('without a time column nobody can tell', async () => {
    const error = await userError(() => fit({ rates: RATES }, EARLIER, { time: undefined }));
    expect(error.message).toContain('state/rates.sql is fitted on late, but model.yaml names no time column');
  });
});

describe('labels that are known late', () => {
  test('count from a delay on', async () => {
    const error = await userError(() => fit({ rates: RATES }, EARLIER, { label_delay: '1d' }));
    expect(error.message).toContain('(data.label_delay is 1d): with other labels from 2001-01-07 on');
    expect(error.fix).toContain('> its day + INTERVAL 1 DAY.');
    await fit({ rates: RATES }, asof('s.seen::DATE > r.day + INTERVAL 1 DAY'), { label_delay: '1d' });
  });

  test('by the hour: the evening before is not known at midnight', async () => {
    const error = await userError(() => fit({ rates: RATES }, EARLIER, { label_delay: '6h' }));
    expect(error.message).toContain('with other labels from 2001-01-07 18:00 on');
    expect(error.fix).toContain('> its day + INTERVAL 1 DAY.');
    await fit({ rates: daily('avg(late::INTEGER) FILTER (hour(seen) < 18)') }, EARLIER, { label_delay: '6h' });
  });
});
