const HOUR = 3_600_000;

/** Whether data whose newest row is of `newest` (ISO 8601) are older than `age` (`90d`, `12h`) allows. */
export function isStale(newest: string, age: string, now: Date): boolean {
  const allowed = Number(age.slice(0, -1)) * (age.endsWith('d') ? 24 : 1);
  const hours = (now.getTime() - Date.parse(newest)) / HOUR;
  return !(hours <= allowed);
}
