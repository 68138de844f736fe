import { createHash } from 'node:crypto';
import type { Json } from './state.ts';

/*
 * Conditional requests: what was read once need not be sent again while it is the same
 * (https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#use-conditional-requests-if-appropriate).
 */

/** What an answer was given to. */
export interface Asked {
  route: string;
  parameters: Json;
  /** Of whom: https://github.com/github/docs/issues/34689 tells that each token has ETags of its own. */
  token: string;
}

/**
 * The ETag of an answer. Of its JSON alone: that a list has got another page, which its `link` header says, changes none, as
 * https://github.com/app-sre/github-mirror/pull/113 found.
 * @param json the answer as it is sent
 */
export function etagOf({ parameters, route, token }: Asked, json: string): string {
  const sorted = Object.entries(parameters).sort(([a], [b]) => (a < b ? -1 : 1));
  const hash = createHash('sha256')
    .update(JSON.stringify([route, sorted, token]))
    .update(json);
  return `W/"${hash.digest('hex')}"`;
}

/** Whether a request's `if-none-match`, among the headers that Octokit takes, names this ETag; weak or strong is the same. */
export function isKnown(etag: string, { headers }: Json): boolean {
  if (typeof headers !== 'object' || headers === null) return false;
  const [, known] = Object.entries(headers).find(([name]) => name.toLowerCase() === 'if-none-match') ?? [];
  return [...String(known ?? '').matchAll(/"[^"]*"/g)].some(([one]) => `W/${one}` === etag);
}
