import { listChecks } from '#registry/github/checks.ts';
import type { GitHub, Place } from '#registry/github/client.ts';
import type { Check, Snapshot } from './snapshot.ts';

/** Our newest check runs of each name on a head. */
export async function readChecks(
  { github, place }: { github: GitHub; place: Place },
  head: string,
  us: Snapshot['us'],
): Promise<Check[]> {
  return (await listChecks(github, place, head, us.app)).map((check) => ({
    id: check.id,
    name: check.name,
    app: check.app?.id ?? 0,
    status: check.status,
    conclusion: check.conclusion,
    title: check.output.title,
    summary: check.output.summary,
    startedAt: check.started_at,
  }));
}
