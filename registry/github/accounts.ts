import { z } from 'zod';

/** Somebody on GitHub; null where the account is gone. */
export const Account = z.object({ login: z.string(), id: z.int(), type: z.string() });
export type Account = z.infer<typeof Account>;

/** Where GitHub names nobody, or leaves the field out. */
export const Somebody = Account.nullish().transform((account) => account ?? null);
