/** At most `most` within any `per` milliseconds, the last `kept` of them for what is urgent. */
export interface Limit {
  per: number;
  most: number;
  kept: number;
}

/** What may be spent within a time, counted by ourselves: GitHub tells only once it was too much. */
export interface Budget {
  /** Spends, and answers null; or spends nothing, and answers when it may. */
  spend(weight: number, urgent?: boolean): Date | null;
}

/**
 * What GitHub allows of content creations: comments, reviews, pull requests, issues
 * (https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits). A part is
 * kept for merges and rollbacks.
 */
export const CREATIONS: readonly Limit[] = [
  { per: 60_000, most: 80, kept: 20 },
  { per: 3_600_000, most: 500, kept: 100 },
];

/** Points a minute: a read is one, a write five (the same page). */
export const POINTS: readonly Limit[] = [{ per: 60_000, most: 900, kept: 100 }];

export function createBudget(limits: readonly Limit[], now: () => Date): Budget {
  const longest = Math.max(...limits.map(({ per }) => per));
  let spent: { at: number; weight: number }[] = [];

  /** When the oldest have passed that are in the way of `weight` more; 0 where none is. */
  function free({ per, most, kept }: Limit, weight: number, urgent: boolean, at: number): number {
    const room = (urgent ? most : most - kept) - weight;
    const within = spent.filter((one) => one.at > at - per);
    let over = within.reduce((total, one) => total + one.weight, 0) - room;
    let last = 0;
    for (const one of within) {
      if (over <= 0) break;
      over -= one.weight;
      last = one.at + per;
    }
    return last;
  }

  return {
    spend(weight, urgent = false) {
      const at = now().getTime();
      spent = spent.filter((one) => one.at > at - longest);
      const next = Math.max(...limits.map((limit) => free(limit, weight, urgent, at)));
      if (next > at) return new Date(next);
      spent.push({ at, weight });
      return null;
    },
  };
}
