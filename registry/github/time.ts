import { z } from 'zod';

/**
 * A time as GitHub writes it, `2026-11-21T12:00:00Z`, or as it was read before. What is neither is none: JavaScript makes 1970
 * of null.
 */
export const Time = z.union([z.iso.datetime({ offset: true }).transform((text) => new Date(text)), z.date()]);
