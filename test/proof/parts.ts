import { decisions } from '../bot/decide/proof.ts';
import { traces } from '../bot/traces/proof.ts';
import { coverageProof } from '../simulation/coverage.ts';
import type { ProofPart } from './part.ts';

/** Every simulation that `npm run proof` runs in full size, in the order of their sections in RELIABILITY.md. */
export const parts: ProofPart[] = [coverageProof, decisions, traces];
