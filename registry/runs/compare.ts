import { canonicalJson } from '../canonical-json.ts';
import { rounded } from '../markdown/number.ts';
import type { KeptRun } from './kept-run.ts';

/** One thing about two runs. */
export interface ComparedFact {
  fact: string;
  /** Empty where it isn't known. */
  a: string;
  b: string;
  differs: boolean;
}

/** All that is known of two runs, side by side: first what differs, then what doesn't. */
export function compareRuns(a: KeptRun, b: KeptRun): ComparedFact[] {
  const left = factsOf(a);
  const right = factsOf(b);
  const facts = [...new Set([...left.keys(), ...right.keys()])].map((fact) => {
    const one = left.get(fact) ?? '';
    const other = right.get(fact) ?? '';
    return { fact, a: one, b: other, differs: one !== other };
  });
  return [...facts.filter(({ differs }) => differs), ...facts.filter(({ differs }) => !differs)];
}

/** In the order in which a reader asks: how it went, what it was made of, what came out. */
function factsOf(run: KeptRun): Map<string, string> {
  const facts = new Map<string, string>();
  const tell = (fact: string, value: string | number | null | undefined) => {
    if (value !== null && value !== undefined) facts.set(fact, String(value));
  };
  const each = (prefix: string, values: Readonly<Record<string, unknown>>) => {
    for (const [name, value] of Object.entries(values)) tell(`${prefix}${name}`, worded(value));
  };
  tell('state', run.state);
  tell('why', run.why);
  tell('version', run.version);
  each('', run.metrics);
  each('reported ', run.reported);
  each('params.', run.params);
  tell('seed', run.seed);
  tell('command', run.command);
  tell('commit', run.commit);
  const { lineage } = run;
  if (lineage !== null) {
    const { uri, digest, rows, start, end } = lineage.data.train;
    each('data ', { uri, digest, rows, start, end });
    tell('features.sql', lineage.features.sql);
    for (const [name, sql] of Object.entries(lineage.features.state)) tell(`state/${name}.sql`, sql);
    tell('program', lineage.program.digest);
    const { lock_files, ...environment } = lineage.environment;
    each('', environment);
    each('', lock_files);
    tell('uncommitted changes', lineage.modified ? 'yes' : 'no');
  }
  tell('input digest', run.input_digest);
  tell('artifact digest', run.digest);
  tell('seconds', run.seconds === null ? null : rounded(run.seconds));
  tell('started', run.started_at);
  tell('by', run.by);
  return facts;
}

/** A value as text; a number keeps every digit, so that a difference in the last one shows. */
function worded(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  return typeof value === 'string' ? value : canonicalJson(value);
}
