import { z } from 'zod';
import { WorkflowRun } from '#registry/lineage.ts';
import type { World } from './world.ts';

/** The variables that GitHub sets for every step, as far as they say which run this is. */
const Variables = z.object({
  GITHUB_REPOSITORY: z.string().min(1),
  GITHUB_REPOSITORY_ID: z.coerce.number().int().positive().optional().catch(undefined),
  GITHUB_WORKFLOW_REF: z.string().min(1),
  GITHUB_RUN_ID: z.coerce.number(),
  GITHUB_RUN_ATTEMPT: z.coerce.number(),
  GITHUB_EVENT_NAME: z.string().min(1),
  GITHUB_REF: z.string().min(1),
  GITHUB_SHA: z.string().min(1),
  GITHUB_ACTOR: z.string().min(1),
});

/** The run of GitHub Actions that this is part of, in its own words; null elsewhere. */
export function workflowRun(env: World['env']): WorkflowRun | null {
  if (!isWorkflow(env)) return null;
  const given = Variables.safeParse(env).data;
  if (given === undefined) return null;
  return WorkflowRun.parse({
    repository: given.GITHUB_REPOSITORY,
    ...(given.GITHUB_REPOSITORY_ID === undefined ? {} : { repository_id: given.GITHUB_REPOSITORY_ID }),
    workflow: given.GITHUB_WORKFLOW_REF,
    run_id: given.GITHUB_RUN_ID,
    run_attempt: given.GITHUB_RUN_ATTEMPT,
    event: given.GITHUB_EVENT_NAME,
    ref: given.GITHUB_REF,
    sha: given.GITHUB_SHA,
    actor: given.GITHUB_ACTOR,
  });
}

/** Whether this runs inside of GitHub Actions. */
export function isWorkflow(env: World['env']): boolean {
  return env['GITHUB_ACTIONS'] === 'true';
}
