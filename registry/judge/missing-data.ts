/** Of what there would have to be more, so that a comparison is settled; in days where it is known when the data began and ended. */
export interface MissingData {
  units: number;
  rows: number;
  days: number | null;
}

/**
 * What is missing to the number of units that would settle a comparison (`unitsToSettle`), with `times` as many as there
 * are: as units, and as rows and days if what comes is like what is there. `start` and `end` are ISO 8601.
 */
export function missingData(
  { count, times }: { count: number; times: number },
  { end, rows, start }: { rows: number; start: string | null; end: string | null },
): MissingData {
  const share = Math.max(0, times - 1);
  const days = (Date.parse(end ?? '') - Date.parse(start ?? '')) / 86_400_000;
  return {
    units: times > 0 ? Math.max(0, count - Math.round(count / times)) : count,
    rows: Math.ceil(rows * share),
    days: days > 0 ? Math.ceil(days * share) : null,
  };
}
