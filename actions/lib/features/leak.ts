import { hoursOf } from '#lib/data/age.ts';
import { UserError } from '#registry/error.ts';
import type { FittedTable, Fitting } from './fitting.ts';
import { type Difference, openTrials, type Trial, type TrialRequest } from './leak-trial.ts';
import { type Perturbation, perturbations } from './perturbation.ts';

/**
 * Refuses state tables by which the features of a training row know labels that are not known on its day: those of its
 * own day and later ones, and of `label_delay` before. A table that needs a hidden column must carry a time. That only
 * earlier labels get through is tried: labels are changed from a day on, the tables are fitted again, and the features of
 * that day's rows, and of earlier ones, must be the same bits.
 */
export async function refuseLeaks(
  fitting: Fitting,
  paths: Readonly<Record<string, string>>,
  request: Omit<TrialRequest, 'time'>,
): Promise<void> {
  const tables = fitting.tables.filter(({ sees }) => sees.length > 0);
  if (tables.length === 0) return;
  const time = requireTime(tables, request.data.time);
  const delay = request.data.label_delay;
  const trials = await openTrials(fitting, paths, tables, { ...request, time });
  try {
    for (const kinds of await perturbations(fitting.connection, { time, delay, seed: request.seed })) {
      await tryDay(await trials.on(kinds[0].day), tables, kinds, { id: request.data.id, time, delay });
    }
  } finally {
    trials.close();
  }
}

function requireTime(tables: readonly FittedTable[], time: string | undefined): string {
  for (const { file, name, sees, outputs } of tables) {
    if (time === undefined) {
      throw new UserError(
        `${file} is fitted on ${sees.join(', ')}, but model.yaml names no time column, so nobody can tell which labels a row may know`,
        { fix: 'Name it in data.time, or compute the table from columns that a prediction can see.' },
      );
    }
    if (outputs.some(({ type }) => /^(DATE|TIMESTAMP)/.test(type))) continue;
    throw new UserError(
      `${file} is fitted on ${sees.join(', ')}, but its result carries no date or time, so a training row would find its own label in it`,
      { fix: `Give each row of state.${name} the day up to which its labels count. ${joinByDay(time)}` },
    );
  }
  if (time === undefined) throw new Error('there is a table, so this was refused');
  return time;
}

/** What errors call things. */
interface Words {
  id: string;
  time: string;
  delay: string | undefined;
}

/** The first kind of other labels that the SQL can do with decides. */
async function tryDay(
  trial: Trial,
  tables: readonly FittedTable[],
  kinds: readonly Perturbation[],
  words: Words,
): Promise<void> {
  let failure: UserError | null = null;
  for (const kind of kinds) {
    let found: Difference | null;
    try {
      found = await trial.change(tables, kind);
    } catch (error) {
      // A sum of labels may be divided by, and be 0 now: that is no leak, and other values may do.
      if (!(error instanceof UserError)) throw error;
      failure ??= error;
      continue;
    }
    if (found === null) return;
    throw await refusal(trial, tables, kind, found, words);
  }
  throw new UserError(
    `it can’t be shown that state tables keep a training row’s own label from it: with other labels, ${failure?.message}`,
    { fix: failure?.fix ?? 'Mend the SQL.', cause: failure },
  );
}

async function refusal(
  trial: Trial,
  tables: readonly FittedTable[],
  kind: Perturbation,
  found: Difference,
  { id, time, delay }: Words,
): Promise<UserError> {
  const blamed: { table: FittedTable; columns: string[]; found: Difference }[] = [];
  for (const table of tables) {
    const alone = await trial.change([table], kind);
    if (alone === null) continue;
    const columns: string[] = [];
    for (const name of table.sees) if ((await trial.change([table], kind, [name])) !== null) columns.push(name);
    blamed.push({ table, columns: columns.length === 0 ? table.sees : columns, found: alone });
  }
  // Where tables leak only together, all of them are named.
  const all = blamed.length > 0 ? blamed : tables.map((table) => ({ table, columns: table.sees, found }));
  const parts = all.map(({ table, columns, found: { features, rows, ids } }) => {
    const first = `${rows.toLocaleString('en')} of ${found.of.toLocaleString('en')} rows changed, first ${id} ${ids.join(', ')}`;
    return `state.${table.name}, fitted on ${columns.join(', ')}, gives it away in ${features.join(', ')} (${first})`;
  });
  const late = delay === undefined ? '' : ` (data.label_delay is ${delay})`;
  return new UserError(
    `training rows know labels that were not known on their day${late}: with other labels from ${kind.from} on, features of ` +
      `rows until ${kind.day} are not the same: ${parts.join('; ')}`,
    { fix: `Give the table the day up to which its labels count. ${joinByDay(time, delay)}` },
  );
}

function joinByDay(time: string, delay?: string): string {
  const days = delay === undefined ? 0 : Math.ceil(hoursOf(delay) / 24);
  const more = days === 0 ? '' : ` + INTERVAL ${days} DAY`;
  return `Join it in features.sql from strictly earlier days: ASOF LEFT JOIN … AND s.${time}::DATE > its day${more}.`;
}
