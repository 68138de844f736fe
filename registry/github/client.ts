import { z } from 'zod';

/** GitHub as the bot sees it: what any Octokit has. */
export interface GitHub {
  request(
    route: string,
    parameters?: Record<string, unknown>,
  ): Promise<{ status: number; data: unknown; headers: Record<string, unknown> }>;
  /** What it has answered before, where somebody keeps it. */
  answers?: Answers;
}

/**
 * Answers with the tag that GitHub gave them. Whoever shows the tag is told that the answer still holds (304), which counts
 * against no hourly limit
 * (https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#use-conditional-requests-if-appropriate).
 */
export interface Answers {
  get(key: string): Answered | undefined;
  set(key: string, answered: Answered): void;
}

export interface Answered {
  etag: string;
  /** As our own schemas leave it; they read it again. */
  value: unknown;
  /** Whether more pages of the list follow. */
  hasNext: boolean;
}

/** Where a repository is. */
export interface Place {
  owner: string;
  repo: string;
}

/** What tells a place from all others: GitHub makes no difference between the cases of letters. */
export const nameOf = ({ owner, repo }: Place) => `${owner}/${repo}`.toLowerCase();

/** An answer of GitHub that is an error: its status, and its words. */
export class GitHubError extends Error {
  override readonly name = 'GitHubError';
  /** 0 where there was no answer, or none that could be read. */
  readonly status: number;

  constructor(status: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

/** The thing that was asked for is not there (any more), or not for us. */
export function isGone(error: unknown): boolean {
  return error instanceof GitHubError && (error.status === 404 || error.status === 410);
}

/**
 * One request, sent once: what was answered with an error may have happened all the same, so whoever writes reads back.
 * The answer is read by a schema that names only the fields that we use.
 * @throws GitHubError for an answer that is an error, or not what the schema expects (status 0).
 */
export async function ask<T>(
  github: GitHub,
  route: string,
  parameters: Record<string, unknown>,
  schema: z.ZodType<T>,
): Promise<T> {
  const { value } = await get(github, route, parameters, { schema, again: schema });
  return value;
}

/** Whether a thing is there: null for 404 and 410. */
export async function askIfThere<T>(
  github: GitHub,
  route: string,
  parameters: Record<string, unknown>,
  schema: z.ZodType<T>,
): Promise<T | null> {
  try {
    return await ask(github, route, parameters, schema);
  } catch (error) {
    if (isGone(error)) return null;
    throw error;
  }
}

/** GitHub names the next page in a header; a page may be short though it is not the last. */
function namesNext({ link }: Record<string, unknown>, value: unknown): boolean {
  return typeof link === 'string' ? /\brel="next"/.test(link) : isFull(value);
}

/** GitHub gives so many items of a list at once, where it is asked for them. */
export const PAGE = 100;
const isFull = (value: unknown) => Array.isArray(value) && value.length >= PAGE;
const hasMany = (value: unknown) => Array.isArray(value) && value.length >= PAGE / 2;

interface Schemas<T> {
  schema: z.ZodType<T>;
  /** For what that made of an answer. */
  again: z.ZodType<T>;
}

/** What has a digest for its name is always the same, and is kept by others. */
const NEVER_CHANGES = /\/(git\/blobs|git\/trees|compare)\//;

/** One answer, which GitHub need not send again where we have it and it still holds. */
export async function get<T>(
  github: GitHub,
  route: string,
  parameters: Record<string, unknown>,
  { schema, again }: Schemas<T>,
): Promise<{ value: T; hasNext: boolean }> {
  const answers = route.startsWith('GET ') && !NEVER_CHANGES.test(route) ? github.answers : undefined;
  const key = `${route} ${JSON.stringify(parameters)}`;
  const known = answers?.get(key);
  const condition = known === undefined ? {} : { headers: { 'if-none-match': known.etag } };
  try {
    const { data, headers } = await send(github, route, { ...parameters, ...condition });
    const value = read(route, data, schema);
    const hasNext = namesNext(headers, value);
    const { etag } = headers;
    if (typeof etag === 'string') answers?.set(key, { etag, value, hasNext });
    return { value, hasNext };
  } catch (error) {
    if (known === undefined || !isUnchanged(error)) throw error;
    const value = read(route, known.value, again);
    // The tag of a page does not tell whether others have come after it; and GitHub may leave out something of a full one.
    return { value, hasNext: known.hasNext || hasMany(value) };
  }
}

/** Octokit makes an error of an answer that says no more than that nothing has changed. */
export function isUnchanged(error: unknown): boolean {
  return Failure.safeParse(error).data?.status === 304;
}

/**
 * The bytes that a route leads to, as they come, so that whoever reads them stops when it was enough.
 * @throws GitHubError, also in the middle.
 */
export async function* stream(
  github: GitHub,
  route: string,
  parameters: Record<string, unknown>,
): AsyncGenerator<Uint8Array> {
  const { data } = await send(github, route, parameters, { parseSuccessResponseBody: false });
  if (typeof data === 'string') return yield Buffer.from(data);
  if (data instanceof ArrayBuffer) return yield new Uint8Array(data);
  if (data instanceof Uint8Array) return yield data;
  if (!(data instanceof ReadableStream)) throw new GitHubError(0, `${route} answered with something else than bytes`);
  try {
    for await (const chunk of data) yield z.instanceof(Uint8Array).parse(chunk);
  } catch (error) {
    throw failure(route, error);
  }
}

async function send(
  github: GitHub,
  route: string,
  parameters: Record<string, unknown>,
  options: Record<string, unknown> = {},
) {
  try {
    return await github.request(route, { ...parameters, request: { retries: 0, ...options } });
  } catch (error) {
    throw failure(route, error);
  }
}

function read<T>(route: string, data: unknown, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue?.path.map(String).join('.') ?? '';
  throw new GitHubError(0, `${route} answered with something else than expected: ${where}: ${issue?.message}`);
}

const Failure = z.object({ status: z.int().optional().catch(undefined), message: z.string().catch('') });

/**
 * An error without what must not be shown: Octokit hangs the whole request on its own, and addresses of files that GitHub
 * leads to are signed in their query.
 */
function failure(route: string, error: unknown): GitHubError {
  const { status = 0, message } = Failure.catch({ message: String(error) }).parse(error);
  const [line = ''] = message.split('\n');
  const words = line
    .replace(/\?\S*/g, '')
    .replace(/\b(?:gh[a-z]_|github_pat_|eyJ)[\w.-]+/g, '***')
    .slice(0, 300);
  const isBare = error instanceof Error && !('request' in error) && !('response' in error);
  return new GitHubError(status, `${route}: ${words}`, isBare ? { cause: error } : undefined);
}
