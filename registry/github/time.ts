import { z } from 'zod';

/** A time as GitHub writes it, `2026-11-21T12:00:00Z`. What is no text is none: JavaScript makes 1970 of null. */
export const Time = z.iso.datetime({ offset: true }).transform((text) => new Date(text));
