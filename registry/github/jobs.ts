import { z } from 'zod';
import { type GitHub, type Place, stream } from './client.ts';
import { askAll } from './lists.ts';

const Job = z.object({
  id: z.int(),
  name: z.string(),
  conclusion: z.string().nullable(),
  steps: z.array(z.object({ name: z.string(), conclusion: z.string().nullable() })).optional(),
});
export type Job = z.infer<typeof Job>;

/** The jobs of a run's last attempt. */
export async function listJobs(github: GitHub, place: Place, run: number): Promise<Job[]> {
  const { items } = await askAll(
    github,
    'GET /repos/{owner}/{repo}/actions/runs/{run_id}/jobs',
    { ...place, run_id: run, filter: 'latest' },
    { item: Job, under: 'jobs' },
  );
  return items;
}

/** The last `most` bytes of a job's log; null where it has more than `longest`, which nobody waits for. */
export async function logEnd(
  github: GitHub,
  place: Place,
  job: number,
  { most, longest }: { most: number; longest: number },
): Promise<string | null> {
  let end = Buffer.alloc(0);
  let bytes = 0;
  const route = 'GET /repos/{owner}/{repo}/actions/jobs/{job_id}/logs';
  for await (const chunk of stream(github, route, { ...place, job_id: job })) {
    bytes += chunk.length;
    if (bytes > longest) return null;
    end = Buffer.concat([end, chunk.subarray(-most)]).subarray(-most);
  }
  return end.toString('utf8');
}
