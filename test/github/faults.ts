/**
 * What can go wrong with a call:
 * - `error-before`, `error-after`: 502, and nothing happened, or it happened none the less;
 * - `timeout-before`, `timeout-after`: no answer at all, likewise;
 * - `crash-before`, `crash-after`: our own process ends there; the client that it belongs to never answers again;
 * - `stale-read`: the answer is of before the newest change;
 * - `secondary-limit`: 403 with `retry-after`, and nothing happened;
 * - `truncated-body`: it happened, and half of the answer came.
 */
export const FAULTS = [
  'error-before',
  'error-after',
  'timeout-before',
  'timeout-after',
  'crash-before',
  'crash-after',
  'stale-read',
  'secondary-limit',
  'truncated-body',
] as const;
export type Fault = (typeof FAULTS)[number];

/** Where a fault strikes: at the nth call of all (from 1), or at the nth call of a route. */
export type Where = number | { route: string; nth?: number };

/** Faults that wait for their call, and all calls so far. Nothing here is random. */
export interface Faults {
  at(where: Where, fault: Fault): void;
  /** Every call until `clear`, or of one route. */
  always(fault: Fault, route?: string): void;
  clear(): void;
  /** Routes in the order in which they were called, since the double was made or `forget` was called. */
  readonly calls: readonly string[];
  /** Those of them that were answered with 304. */
  readonly unchanged: readonly string[];
  /** Empties both lists. */
  forget(): void;
  /** For the double: a call of this route was answered with 304. */
  wasUnchanged(route: string): void;
  /** For the double: the next call is of this route; what happens to it? */
  next(route: string): Fault | null;
  /** Whether a stale read may come, for which the past must be kept. */
  readonly needsPast: boolean;
}

export function createFaults(): Faults {
  let waiting: { where: Where; fault: Fault }[] = [];
  let lasting: { fault: Fault; route: string | undefined }[] = [];
  let calls: string[] = [];
  let unchanged: string[] = [];
  return {
    at: (where, fault) => void waiting.push({ where, fault }),
    always: (fault, route) => void lasting.push({ fault, route }),
    clear: () => {
      waiting = [];
      lasting = [];
    },
    get calls() {
      return calls;
    },
    get unchanged() {
      return unchanged;
    },
    forget: () => {
      calls = [];
      unchanged = [];
    },
    wasUnchanged: (route) => void unchanged.push(route),
    next: (route) => {
      calls.push(route);
      const ofRoute = calls.filter((one) => one === route).length;
      const found = waiting.find(({ where }) =>
        typeof where === 'number' ? where === calls.length : where.route === route && (where.nth ?? 1) === ofRoute,
      );
      return found?.fault ?? lasting.find((one) => one.route === undefined || one.route === route)?.fault ?? null;
    },
    get needsPast() {
      return [...waiting, ...lasting].some(({ fault }) => fault === 'stale-read');
    },
  };
}
