import { type CheckContent, createCheck, updateCheck } from '#registry/github/checks.ts';
import { bytes } from '#registry/markdown/budget.ts';
import type { Action } from '../decide/plan.ts';
import { ourCheck, saysSame } from '../ours.ts';
import { readChecks } from '../snapshot/checks.ts';
import type { Check } from '../snapshot/snapshot.ts';
import { type Hand, type Outcome, writeOnce } from './hand.ts';

type CheckAction = Extract<Action, { kind: 'check' }>;

/** GitHub takes 65,535 characters of a summary; counted in bytes, of which there are never fewer. */
const LONGEST_SUMMARY = 65_535;
const LONGEST_MESSAGE = 4_000;
/** GitHub takes as many in one request. */
const MOST_ANNOTATIONS = 50;

/**
 * Makes our check say something on the head that was judged, but only where it still says what the plan took it to say:
 * otherwise another of us was here, and might know more. A check run that has ended stays as it is: GitHub need not take
 * back its conclusion, and adds an update's annotations to those that are there. What is to be said anew is a new run;
 * GitHub counts the newest of a name.
 */
export async function writeCheck(hand: Hand, action: CheckAction): Promise<Outcome> {
  const { github, place, snapshot } = hand;
  const { head } = action;
  const wanted = contentOf(action);
  const ours = (checks: readonly Check[]) => ourCheck(snapshot.us, checks, wanted.name);
  const there = ours(await hand.checksOn(head));
  const says = (check: Check | undefined) =>
    check !== undefined && check.id !== action.replaces && saysSame(check, wanted);
  if (says(there)) return 'same';
  const looked = [
    ...snapshot.pulls.map(({ checks, head: { sha } }) => ({ checks, sha })),
    ...snapshot.queue,
    ...snapshot.pushes,
  ];
  const seen = ours(looked.find(({ sha }) => sha === head)?.checks ?? []);
  if (there?.id !== seen?.id || (there !== undefined && seen !== undefined && !saysSame(there, seen))) return 'stale';
  const happened = async () => says(ours(await readChecks({ github, place }, head, snapshot.us)));
  return there === undefined || there.status === 'completed'
    ? writeOnce(() => createCheck(github, place, head, wanted), happened)
    : writeOnce(() => updateCheck(github, place, there.id, wanted), happened);
}

function contentOf({ annotations, conclusion, name, since, summary, title }: CheckAction): CheckContent {
  return {
    name,
    conclusion,
    startedAt: since,
    title,
    summary: shortened(summary, LONGEST_SUMMARY),
    annotations: annotations.slice(0, MOST_ANNOTATIONS).map(({ path, line, level, message }) => ({
      path,
      start_line: line,
      end_line: line,
      annotation_level: level,
      message: shortened(message, LONGEST_MESSAGE),
    })),
  };
}

/** At most so many bytes, ending with a whole line where there is one. */
function shortened(text: string, most: number): string {
  if (bytes(text) <= most) return text;
  const cut = Buffer.from(text)
    .subarray(0, most - 4)
    .toString('utf8')
    .replace(/\uFFFD+$/, '');
  const end = cut.lastIndexOf('\n');
  return `${end > 0 ? cut.slice(0, end) : cut}\n…`;
}
