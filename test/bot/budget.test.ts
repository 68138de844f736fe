import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CREATIONS, createBudget, type Limit, POINTS } from '../../bot/budget.ts';

const MOST_RUNS = 300;

describe('budget', () => {
  it('never lets more pass within any span of time than it says, and no less than it may', () => {
    const limits = fc.array(
      fc.record({ per: fc.integer({ min: 1, max: 50 }), most: fc.integer({ min: 4, max: 12 }), kept: fc.nat(3) }),
      { minLength: 1, maxLength: 3 },
    );
    const steps = fc.array(fc.tuple(fc.nat(10), fc.integer({ min: 1, max: 4 }), fc.boolean()), { maxLength: 60 });
    fc.assert(
      fc.property(limits, steps, (all, wanted) => {
        let now = 1_000;
        const budget = createBudget(all, () => new Date(now));
        const spent: { at: number; weight: number }[] = [];
        const fits = (at: number, weight: number, urgent: boolean) =>
          all.every((limit) => within(spent, limit, at) + weight <= limit.most - (urgent ? 0 : limit.kept));
        for (const [pause, weight, urgent] of wanted) {
          now += pause;
          if (all.some(({ most, kept }) => weight > most - kept)) continue;
          const until = budget.spend(weight, urgent);
          expect(until === null).toBe(fits(now, weight, urgent));
          if (until === null) spent.push({ at: now, weight });
          else {
            // The first moment at which it may, not one sooner or later.
            expect(fits(until.getTime(), weight, urgent)).toBe(true);
            expect(fits(until.getTime() - 1, weight, urgent)).toBe(false);
          }
        }
      }),
      { numRuns: MOST_RUNS },
    );
  });

  it('keeps a part of GitHub’s 80 creations a minute and 500 an hour for what is urgent', () => {
    let now = 0;
    const budget = createBudget(CREATIONS, () => new Date(now));
    const spend = (urgent: boolean) => {
      let count = 0;
      while (budget.spend(1, urgent) === null) count += 1;
      return count;
    };
    expect([spend(false), spend(true)]).toEqual([60, 20]);
    let inAnHour = 80;
    for (let minute = 1; minute < 60; minute++) {
      now += 60_000;
      inAnHour += spend(false);
    }
    expect(inAnHour).toBe(400);
    expect(spend(true)).toBeGreaterThan(0);
    expect(POINTS[0]?.most).toBe(900);
  });
});

function within(spent: readonly { at: number; weight: number }[], { per }: Limit, at: number): number {
  return spent.filter((one) => one.at > at - per).reduce((sum, { weight }) => sum + weight, 0);
}
