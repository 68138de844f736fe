import type { Account } from '#registry/github/accounts.ts';
import type { Person } from './snapshot.ts';

/** GitHub shows what accounts left behind that are gone as that of `ghost`. */
export function personOf(account: Account | null): Person {
  return account ?? { login: 'ghost', id: 0, type: 'User' };
}
