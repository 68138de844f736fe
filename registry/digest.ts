import { z } from 'zod';

/** sha256, as lower-case hexadecimal digits. */
export const Digest = z.string().regex(/^[0-9a-f]{64}$/, 'a sha256 of 64 hexadecimal digits');
export type Digest = z.infer<typeof Digest>;
