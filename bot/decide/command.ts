/** What a comment may ask of us. */
export type Command =
  | { kind: 'evaluate' }
  | { kind: 'explain'; what: string }
  | { kind: 'what-if'; changes: BoundChange[] }
  | { kind: 'help' }
  /** Known, and not there yet: it comes with promotion. */
  | { kind: 'later'; word: string }
  /** Why it is none, in a finished sentence. */
  | { kind: 'unknown'; why: string };

/** Another number for one bound of the policy: of a rule by its name, or of the primary metric. */
export interface BoundChange {
  rule: string | null;
  bound: Bound;
  value: number;
}

export const BOUNDS = ['max_loss', 'min_gain', 'at_least', 'at_most', 'max_ratio'] as const;
export type Bound = (typeof BOUNDS)[number];

const START = '/tiltyard';
const LONGEST = 300;
const MOST_CHANGES = 10;
const WHAT_IF =
  'Write for example /tiltyard what-if max_loss=0.004 (of the primary metric), or /tiltyard what-if log_loss.max_loss=0.01 (of another rule).';

/** Whether a comment speaks to us at all: only then is it worth asking GitHub what its author may do. */
export function isCommand(body: string): boolean {
  return body === START || [' ', '\n', '\r', '\t'].some((end) => body.startsWith(START + end));
}

/** Reads the command of a comment: its first line alone, word for word. Null where it is none. */
export function parseCommand(body: string): Command | null {
  if (!isCommand(body)) return null;
  const line = firstLine(body);
  if (line.length > LONGEST) return { kind: 'unknown', why: `A command has at most ${LONGEST} characters.` };
  const [, word = 'help', ...rest] = line.split(/\s+/).filter((part) => part !== '');
  switch (word) {
    case 'evaluate':
    case 'help':
      return rest.length === 0 ? { kind: word } : { kind: 'unknown', why: `Nothing stands after ${word}.` };
    case 'explain':
      return rest.length === 0
        ? { kind: 'unknown', why: 'Say what to explain: a metric, or a slice as origin=ORD.' }
        : { kind: 'explain', what: rest.join(' ') };
    case 'what-if':
      return whatIf(rest);
    case 'override':
    case 'rollback':
      return { kind: 'later', word };
    default:
      return { kind: 'unknown', why: 'I know evaluate, explain, what-if and help.' };
  }
}

/** What was asked, for the answer to repeat. */
export function firstLine(body: string): string {
  return body.split(/\r?\n|\r/, 1)[0].trimEnd();
}

function whatIf(parts: readonly string[]): Command {
  if (parts.length === 0 || parts.length > MOST_CHANGES) return { kind: 'unknown', why: WHAT_IF };
  const changes = parts.map(boundChange);
  const sound = changes.filter((change) => change !== null);
  return sound.length === changes.length ? { kind: 'what-if', changes: sound } : { kind: 'unknown', why: WHAT_IF };
}

/** `max_loss=0.004`, or `log_loss.max_loss=0.01`. */
function boundChange(text: string): BoundChange | null {
  const [, rule, name, number] = /^(?:([\w-]{1,100})\.)?([a-z_]{1,20})=(-?\d{1,15}(?:\.\d{1,15})?)$/.exec(text) ?? [];
  const bound = BOUNDS.find((one) => one === name);
  const value = Number(number);
  if (bound === undefined || number === undefined || !Number.isFinite(value)) return null;
  return { rule: rule ?? null, bound, value };
}
