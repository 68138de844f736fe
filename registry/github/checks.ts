import { z } from 'zod';
import { ask, type GitHub, type Place } from './client.ts';
import { askAll } from './lists.ts';
import { Time } from './time.ts';

const CheckRun = z.object({
  id: z.int(),
  name: z.string(),
  head_sha: z.string(),
  status: z.string(),
  conclusion: z.string().nullable(),
  started_at: Time.nullable(),
  output: z.object({ title: z.string().nullable(), summary: z.string().nullable() }),
  app: z.object({ id: z.int() }).nullable(),
});
export type CheckRun = z.infer<typeof CheckRun>;

/** The newest check run of each name that an App made on a commit. */
export async function listChecks(github: GitHub, place: Place, commit: string, app: number): Promise<CheckRun[]> {
  const { items } = await askAll(
    github,
    'GET /repos/{owner}/{repo}/commits/{ref}/check-runs',
    { ...place, ref: commit, app_id: app, filter: 'latest' },
    { item: CheckRun, under: 'check_runs' },
  );
  return items;
}

/** What a check run says; no conclusion while it is not known. */
export interface CheckContent {
  name: string;
  conclusion: string | null;
  /** Since when it is about what it says; a new run of the same name would otherwise begin to wait anew. */
  startedAt: Date;
  title: string;
  summary: string;
  annotations: { path: string; start_line: number; end_line: number; annotation_level: string; message: string }[];
}

export async function createCheck(
  github: GitHub,
  place: Place,
  commit: string,
  check: CheckContent,
): Promise<CheckRun> {
  return ask(github, 'POST /repos/{owner}/{repo}/check-runs', { ...place, head_sha: commit, ...body(check) }, CheckRun);
}

export async function updateCheck(github: GitHub, place: Place, id: number, check: CheckContent): Promise<CheckRun> {
  return ask(
    github,
    'PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}',
    { ...place, check_run_id: id, ...body(check) },
    CheckRun,
  );
}

function body({ name, conclusion, startedAt, title, summary, annotations }: CheckContent): Record<string, unknown> {
  const state = conclusion === null ? { status: 'in_progress' } : { status: 'completed', conclusion };
  const started_at = startedAt.toISOString();
  return {
    name,
    ...state,
    started_at,
    output: { title, summary, ...(annotations.length === 0 ? {} : { annotations }) },
  };
}
