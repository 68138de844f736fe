import { hash } from 'node:crypto';

/** The sha256 of a text's UTF-8 bytes, or of bytes, in hexadecimal. */
export function sha256(data: string | Uint8Array): string {
  return hash('sha256', data, 'hex');
}
