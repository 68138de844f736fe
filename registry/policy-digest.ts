import type { Model } from './model.ts';
import { policyText } from './parse-model.ts';
import { sha256 } from './sha256.ts';

/** sha256 of the parts of a model's document that decide a verdict. */
export function policyDigest(model: Model): string {
  return sha256(policyText(model));
}
