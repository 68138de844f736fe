import { stripVTControlCharacters } from 'node:util';
import { type GitHub, GitHubError, type Place } from '#registry/github/client.ts';
import { listJobs, logEnd } from '#registry/github/jobs.ts';
import { withoutSecrets } from '../log.ts';
import { laterOf } from '../metered.ts';
import type { Run } from './snapshot.ts';

const LAST_LINES = 20;
const LONGEST_LINE = 500;
/** Bytes in which the last lines are looked for, and from where on a log is not read to its end. */
const LOG = { most: 65_536, longest: 50_000_000 };
const ENDED_BADLY = ['failure', 'timed_out', 'cancelled'];

/** Where a run failed: its first job and step that did, and the end of the job's log. Null where no job tells. */
export async function readFailure(github: GitHub, place: Place, run: number): Promise<Run['failure']> {
  const jobs = await listJobs(github, place, run);
  const job = ENDED_BADLY.map((end) => jobs.find(({ conclusion }) => conclusion === end)).find(
    (one) => one !== undefined,
  );
  if (job === undefined) return null;
  const step = job.steps?.find(({ conclusion }) => conclusion === job.conclusion)?.name ?? null;
  return { job: job.name, step, lines: lastLines(await logOf(github, place, job.id)) };
}

/** What can't be had of a log (it is gone, or its store does not answer) must not hide what is known of the run. */
async function logOf(github: GitHub, place: Place, job: number): Promise<string> {
  try {
    return (await logEnd(github, place, job, LOG)) ?? '';
  } catch (error) {
    if (error instanceof GitHubError && laterOf(error) === null) return '';
    throw error;
  }
}

/** Control characters that are no part of a terminal's sequences. */
const CONTROL = /[^\P{Cc}\t]/gu;
/** GitHub puts it before each line. */
const TIME = /^\uFEFF?\d{4}-\d\d-\d\dT[\d:.]{8,20}Z /;

/** Progress goes back to the beginning of its line and writes over it: what it wrote last is what a terminal shows. */
const shown = (line: string) => line.trimEnd().split('\r').at(-1) ?? '';

function lastLines(log: string): string[] {
  return (
    log
      .split(/\r?\n/)
      .map((line) =>
        stripVTControlCharacters(shown(line.replace(TIME, '')))
          .replace(CONTROL, '')
          .trimEnd(),
      )
      .filter((line) => line !== '')
      .slice(-LAST_LINES)
      // GitHub masks the secrets that it knows of; a program can print others.
      .map((line) => withoutSecrets(line, []))
      .map((line) => (line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)}…` : line))
  );
}
