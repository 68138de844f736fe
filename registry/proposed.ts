import type { Evaluation } from './evidence/evaluation.ts';
import type { Model } from './model.ts';
import { policyDigest } from './policy-digest.ts';

/**
 * The evidence that a proposed policy is held against: with what was measured for it, where that was. It informs; what
 * decides is the policy of the base, and the evidence as it stands.
 */
export function evidenceFor(proposed: Model, evidence: Evaluation): Evaluation {
  return isMeasuredFor(proposed, evidence) ? { ...evidence, ...evidence.proposed } : evidence;
}

/** Whether what only this policy asks for was measured besides. */
export function isMeasuredFor(proposed: Model, { proposed: measured }: Evaluation): boolean {
  return measured !== null && measured.policy_digest === policyDigest(proposed);
}
