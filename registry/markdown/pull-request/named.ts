import { code } from '../escape.ts';

const MOST = 12;

/** Names of others as code, and how many more there are. */
export function named(names: readonly string[], most = MOST): string {
  const shown = names.slice(0, most).map(code).join(', ');
  return names.length > most ? `${shown} and ${names.length - most} more` : shown;
}
