import { z } from 'zod';

/** GitHub as the bot sees it: what any Octokit has. */
export interface GitHub {
  request(
    route: string,
    parameters?: Record<string, unknown>,
  ): Promise<{ status: number; data: unknown; headers: Record<string, unknown> }>;
}

/** Where a repository is. */
export interface Place {
  owner: string;
  repo: string;
}

/** An answer of GitHub that is an error: its status, and its words. */
export class GitHubError extends Error {
  override readonly name = 'GitHubError';
  readonly status: number;

  constructor(status: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

/**
 * One request, sent once: what was answered with an error may have happened all the same, so whoever writes reads back.
 * The answer is read by a schema that names only the fields that we use.
 * @throws GitHubError for an answer that is an error, or not what the schema expects (status 0).
 */
export async function ask<S extends z.ZodType>(
  github: GitHub,
  route: string,
  parameters: Record<string, unknown>,
  schema: S,
): Promise<z.output<S>> {
  const answer = await send(github, route, parameters);
  const parsed = schema.safeParse(answer.data);
  if (parsed.success) return parsed.data;
  throw new GitHubError(0, `${route} answered with something else than expected: ${z.prettifyError(parsed.error)}`);
}

/** Whether a thing is there: null for 404 and 410. */
export async function askIfThere<S extends z.ZodType>(
  github: GitHub,
  route: string,
  parameters: Record<string, unknown>,
  schema: S,
): Promise<z.output<S> | null> {
  try {
    return await ask(github, route, parameters, schema);
  } catch (error) {
    if (error instanceof GitHubError && (error.status === 404 || error.status === 410)) return null;
    throw error;
  }
}

/** All pages of a list, at most `pages` of 100 each; `complete` tells whether that was all. */
export async function askAll<T>(
  github: GitHub,
  route: string,
  parameters: Record<string, unknown>,
  item: z.ZodType<T>,
  pages = 30,
): Promise<{ items: T[]; complete: boolean }> {
  const items: T[] = [];
  for (let number = 1; number <= pages; number++) {
    const found = await ask(github, route, { ...parameters, per_page: 100, page: number }, z.array(item));
    items.push(...found);
    if (found.length < 100) return { items, complete: true };
  }
  return { items, complete: false };
}

async function send(github: GitHub, route: string, parameters: Record<string, unknown>) {
  try {
    return await github.request(route, { ...parameters, request: { retries: 0 } });
  } catch (cause) {
    const status = z.object({ status: z.int() }).safeParse(cause);
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new GitHubError(status.success ? status.data.status : 0, `${route}: ${message}`, { cause });
  }
}
