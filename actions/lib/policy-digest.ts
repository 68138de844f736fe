import { createHash } from 'node:crypto';
import type { Model } from '#registry/model.ts';
import { policyText } from '#registry/parse-model.ts';

/** sha256 of the parts of a model's document that decide a verdict. */
export function policyDigest(model: Model): string {
  return createHash('sha256').update(policyText(model)).digest('hex');
}
