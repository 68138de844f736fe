import { UserError } from '#registry/error.ts';
import { GitHubError } from '#registry/github/client.ts';
import type { Connection } from './connection.ts';

/**
 * Asks GitHub who we are, so that a wrong key is told at once and not with each webhook; null where GitHub does not answer
 * now, as it may later.
 * @throws UserError where GitHub does not take the App's key.
 */
export async function introduce(connection: Connection, id: number): Promise<string | null> {
  try {
    return (await connection.us()).login;
  } catch (error) {
    if (!(error instanceof GitHubError)) throw error;
    // 404: there is no App of this number.
    if (error.status !== 401 && error.status !== 404) return null;
    throw new UserError(`GitHub does not take this key for the App ${id} (${error.status})`, {
      fix: 'Take the number and the key from the page of one and the same App, and look whether GITHUB_API_URL and the clock are right.',
    });
  }
}
