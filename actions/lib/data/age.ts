const HOUR = 3_600_000;

/** Whether data whose newest row is of `newest` (ISO 8601) are older than `age` (`90d`, `12h`) allows. */
export function isStale(newest: string, age: string, now: Date): boolean {
  const hours = (now.getTime() - Date.parse(newest)) / HOUR;
  return !(hours <= hoursOf(age));
}

/** The hours of an age as model.yaml spells it: `90d`, `12h`. */
export function hoursOf(age: string): number {
  return Number(age.slice(0, -1)) * (age.endsWith('d') ? 24 : 1);
}
