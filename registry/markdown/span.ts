import { prose } from './escape.ts';

/** `, 2001-04-01 to 2001-04-30`, to stand behind what lies between two times (ISO 8601); '' where they are not known. */
export function span({ end, start }: { start: string | null; end: string | null }): string {
  return start === null || end === null ? '' : `, ${prose(start.slice(0, 10))} to ${prose(end.slice(0, 10))}`;
}
