import type { Status, Verdict } from '../../verdict.ts';
import type { Section } from '../budget.ts';
import { code, prose } from '../escape.ts';
import { MARKS } from '../evaluation/cells.ts';

/** What the policy that a pull request brings would say; the base's decides. */
export interface Proposal {
  verdict: Verdict;
  /** Whether what only it asks for was measured besides. */
  isMeasured: boolean;
  /** Null where nobody looked. */
  again: JudgedAgain | null;
}

interface JudgedAgain {
  /** Versions promoted before, or quarantined, that it would judge otherwise; and whether they are quarantined now. */
  flips: { version: string; quarantined: boolean; from: Status; to: Status; sentence: string }[];
  /** Of how many. */
  promotions: number;
}

const MOST_FINDINGS = 20;

export function proposalPart({ again, isMeasured, verdict }: Proposal): Section {
  const findings = verdict.findings.filter(({ status }) => status !== 'pass');
  const lines = [
    `This pull request changes the policy. **The base’s decides.** By the one that it brings: ${MARKS[verdict.verdict]} ${prose(verdict.sentence)}`,
    findings
      .slice(0, MOST_FINDINGS)
      .map(({ sentence, status }) => `- ${MARKS[status]} ${prose(sentence)}`)
      .join('\n'),
    measuredFor(verdict, isMeasured),
    again === null ? '' : judgedAgain(again.flips.length, again.promotions),
    (again?.flips ?? [])
      .map(
        ({ from, quarantined, sentence, to, version }) =>
          `- ${code(version)}${quarantined ? ' (quarantined)' : ''}: ${MARKS[from]} ${from} → ${MARKS[to]} ${to}. ${prose(sentence)}`,
      )
      .join('\n'),
  ];
  const text = `#### The policy changes\n\n${lines.filter((line) => line !== '').join('\n\n')}`;
  return { name: 'what the new policy would say', weight: 97, text };
}

function measuredFor({ verdict }: Verdict, isMeasured: boolean): string {
  if (isMeasured) return 'What it asks for was measured besides, for it alone.';
  if (verdict !== 'inconclusive') return '';
  return 'What only it asks for was not measured: the workflow can give the proposed model.yaml to the evaluation, as `proposed`.';
}

function judgedAgain(flips: number, promotions: number): string {
  if (promotions === 0)
    return 'The registry holds no evidence of promoted or quarantined versions that could be judged again.';
  if (promotions === 1)
    return `The last promoted or quarantined version, judged again by its stored evidence, ${flips === 0 ? 'keeps its verdict.' : 'would flip:'}`;
  const last = `Of the last ${promotions} promoted or quarantined versions, judged again by their stored evidence`;
  return flips === 0 ? `${last}, none would flip.` : `${last}, ${flips} would flip:`;
}
