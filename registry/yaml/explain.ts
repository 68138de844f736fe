import type { z } from 'zod';
import { quoted } from '../judge/context.ts';
import { nearest } from '../nearest.ts';
import type { Entry, Problem } from './problem.ts';
import { keysAt } from './schema-keys.ts';

type Issue = z.core.$ZodIssue;

/** What zod found wrong, in the words of somebody who writes the document. */
export function explain(schema: z.ZodType, value: unknown, issues: readonly Issue[]): Problem[] {
  return withoutMisspelt(issues.flatMap((issue) => explainOne({ schema, value }, issue, [])));
}

/** A key that is missing only because it is misspelt beside is one mistake, not two. */
function withoutMisspelt(problems: Found[]): Problem[] {
  const meant = new Set(
    problems.flatMap((problem) => (problem.meant === undefined ? [] : [JSON.stringify(problem.meant)])),
  );
  return problems
    .filter((problem) => problem.missing !== true || !meant.has(JSON.stringify(problem.entry)))
    .map(({ entry, fix, message }) => ({ entry, fix, message }));
}

interface Found extends Problem {
  /** The entry that a misspelt key was to be. */
  meant?: Entry;
  missing?: boolean;
}

interface Whole {
  schema: z.ZodType;
  value: unknown;
}

function explainOne(whole: Whole, issue: Issue, above: Entry): Found[] {
  const entry = [...above, ...issue.path.map((key) => (typeof key === 'number' ? key : String(key)))];
  const found = valueAt(whole.value, entry);
  const name = entry.length === 0 ? 'the document' : spell(entry);
  switch (issue.code) {
    case 'unrecognized_keys':
      return unknownKeys(whole, entry, issue.keys);
    case 'invalid_union': {
      if (issue.errors.length === 0) return [{ entry, message: `${name} fits none of its forms`, fix: '' }];
      const closest = issue.errors.reduce((a, b) => (misfit(b) < misfit(a) ? b : a));
      return closest.flatMap((inner) => explainOne(whole, inner, entry));
    }
    case 'invalid_value': {
      const values = issue.values.map(String);
      const near = typeof found === 'string' ? nearest(found, values) : null;
      if (found === undefined) return [missing(entry, `one of ${values.join(', ')}`)];
      return [
        {
          entry,
          message: `${name} can’t be ${describe(found)}`,
          fix:
            near === null
              ? `${values.length === 1 ? 'It must be' : 'Choose one of'} ${values.join(', ')}.`
              : `Did you mean ${near}?`,
        },
      ];
    }
    case 'invalid_type': {
      const wanted = TYPES[issue.expected] ?? issue.expected;
      if (found === undefined) return [missing(entry, wanted)];
      return [{ entry, message: `${name} must be ${wanted}, but is ${describe(found)}`, fix: '' }];
    }
    case 'too_small': {
      const many = issue.origin === 'array' || issue.origin === 'string' ? amount(issue.origin, issue.minimum) : null;
      const limit = many ?? `${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}`;
      return [
        {
          entry,
          message: `${name} must ${many === null ? 'be' : 'have at least'} ${limit}, but is ${describe(found)}`,
          fix: '',
        },
      ];
    }
    case 'too_big': {
      const many = issue.origin === 'array' || issue.origin === 'string' ? amount(issue.origin, issue.maximum) : null;
      const limit = many ?? `${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}`;
      return [
        {
          entry,
          message: `${name} must ${many === null ? 'be' : 'have at most'} ${limit}, but is ${describe(found)}`,
          fix: '',
        },
      ];
    }
    case 'invalid_format':
      return [{ entry, message: `${name} is ${describe(found)}, which does not fit`, fix: `Write ${issue.message}.` }];
    case 'invalid_key':
    case 'invalid_element':
    case 'not_multiple_of':
    case 'custom':
    default:
      return [{ entry, message: `${name}: ${issue.message}`, fix: '' }];
  }
}

const TYPES: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'a mapping (key: value)',
  record: 'a mapping (key: value)',
  array: 'a list',
};

/** Of more unknown keys than anybody misspells, what they may have meant to be is not sought. */
const MOST_MISSPELT = 100;

function unknownKeys(whole: Whole, entry: Entry, keys: readonly string[]): Found[] {
  const present = valueAt(whole.value, entry);
  const written = new Set(typeof present === 'object' && present !== null ? Object.keys(present) : []);
  const known = keysAt(whole.schema, entry);
  const free = known.filter((name) => !written.has(name));
  const place = entry.length === 0 ? 'the document' : spell(entry);
  return keys.map((key, index) => {
    const near = index < MOST_MISSPELT ? nearest(key, free) : null;
    return {
      entry: [...entry, key],
      message: `${place} has the unknown key ${quoted(key)}`,
      fix: near === null ? `Known there: ${known.join(', ')}.` : `Did you mean ${near}?`,
      ...(near === null ? {} : { meant: [...entry, near] }),
    };
  });
}

function missing(entry: Entry, wanted: string): Found {
  return { missing: true, entry, message: `${spell(entry)} is missing`, fix: `Give it: ${wanted}.` };
}

/** How far a value is from one form of a union: keys that don't belong or are missing, or another type altogether. */
function misfit(issues: readonly Issue[]): number {
  const unknown = issues.flatMap((issue) => (issue.code === 'unrecognized_keys' ? issue.keys : []));
  const wanted = issues.flatMap((issue) => (issue.path.length === 1 ? [String(issue.path[0])] : []));
  const misspelt = unknown.filter((key) => nearest(key, wanted) !== null).length;
  const alien = issues.some((issue) => issue.code === 'invalid_type' && issue.path.length === 0) ? 100 : 0;
  return alien + issues.length + 2 * unknown.length - 2 * misspelt;
}

function amount(origin: string, limit: number | bigint): string {
  const noun = origin === 'array' ? 'entry' : 'character';
  return `${limit} ${limit === 1 ? noun : origin === 'array' ? 'entries' : 'characters'}`;
}

/** `evaluate.guardrails[0].metric` */
export function spell(entry: Entry): string {
  return entry
    .map((key, index) => {
      if (typeof key === 'number') return `[${key}]`;
      const plain = /^[A-Za-z_][\w-]*$/.test(key) && key.length <= 60 ? key : quoted(key);
      return index === 0 ? plain : `.${plain}`;
    })
    .join('');
}

function describe(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'empty';
  if (typeof value === 'string') return `the text ${quoted(value)}`;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return 'a mapping';
}

function valueAt(value: unknown, entry: Entry): unknown {
  return entry.reduce<unknown>(
    (inside, key) =>
      typeof inside === 'object' && inside !== null && Object.hasOwn(inside, key)
        ? Reflect.get(inside, key)
        : undefined,
    value,
  );
}
