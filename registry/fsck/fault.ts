import { UserError } from '../error.ts';
import { capital, finished } from '../sentence.ts';

/** One thing that is wrong with a registry. */
export interface Fault {
  /** The commit that brought it; null for the working tree. */
  commit: string | null;
  /** From the repository's root. */
  path: string;
  line: number | null;
  /** What is wrong, in one finished sentence. */
  message: string;
  /** What to do about it, in finished sentences. */
  fix: string;
}

/** A place in the registry at one commit. */
export type Place = Pick<Fault, 'commit' | 'path'>;

export function fault(place: Place, line: number | null, message: string, fix: string): Fault {
  return { commit: place.commit, path: place.path, line, message: capital(message), fix };
}

/** The faults that a reader of ours named, each with its line, all by one error. */
export function faultsOf(place: Place, error: unknown): Fault[] {
  if (!(error instanceof UserError)) throw error;
  return error.message.split('\n').map((sentence) => {
    const rest = sentence.startsWith(place.path) ? sentence.slice(place.path.length) : sentence;
    const [, line, message] = /^(?::(\d+):\d+)?:? ?([^]*)$/.exec(rest) ?? [];
    // `registry/shop/channels.yaml is empty.`
    const isSubject = rest !== sentence && rest.startsWith(' ');
    const said = isSubject ? `the file${rest}` : rest === sentence ? sentence : (message ?? rest);
    return fault(place, line === undefined ? null : Number(line), finished(said), error.fix);
  });
}
