import { z } from 'zod';

/** A time as GitHub writes it, `2026-11-21T12:00:00Z`. What is no text is none: JavaScript makes 1970 of null. Or as it was read before. */
export const Time = z.union([z.iso.datetime({ offset: true }).transform((text) => new Date(text)), z.date()]);
