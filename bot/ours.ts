import { type Marker, readMarker } from '#registry/markdown/pull-request/marker.ts';
import type { Check, Snapshot } from './snapshot/snapshot.ts';

/** GitHub's own App, as which a workflow's `GITHUB_TOKEN` writes. Its name is its own; its number is another on each server. */
export const GITHUB_ACTIONS = { slug: 'github-actions', login: 'github-actions[bot]' };

/** Of a comment, what tells whose it is. */
export interface Signed {
  body: string;
  login: string | null;
  /** The App that wrote it; null for a person. */
  app: number | null;
}

/**
 * The marker of a comment of ours; null for anybody else's: there, a marker is only text. As an App we also own what we
 * wrote with a workflow's token before, so that a team which moves to the App keeps its comments.
 */
export function markerOfOurs(us: Snapshot['us'], { body, login, app }: Signed): Marker | null {
  const byToken = login === GITHUB_ACTIONS.login;
  const ours = us.starter ? byToken : app === us.app || byToken;
  return ours ? readMarker(body) : null;
}

/**
 * Whether a comment that bears our name says what somebody else wrote into it: all of ours begin with a marker. As a
 * workflow's token nobody can tell, since other workflows comment under the same name.
 */
export function isDefaced(us: Snapshot['us'], { body, app }: Signed): boolean {
  // Another version of us may write another marker.
  return !us.starter && app === us.app && readMarker(body) === null && !/^<!-- tiltyard:(?!1 )\d+ /.test(body);
}

/** Our own check run of a name, the newest; others may have made one of the same name. */
export function ourCheck(us: Snapshot['us'], checks: readonly Check[], name: string): Check | undefined {
  return checks.filter((one) => one.app === us.app && one.name === name).sort((a, b) => b.id - a.id)[0];
}

/** What a check run says, beside its annotations, which GitHub only ever adds to. */
export type CheckWords = Pick<Check, 'conclusion' | 'title' | 'summary'>;

export function saysSame(one: CheckWords, other: CheckWords): boolean {
  return (
    one.conclusion === other.conclusion &&
    one.title === other.title &&
    wordsOf(one.summary ?? '') === wordsOf(other.summary ?? '')
  );
}

/**
 * What a text says, whichever commit its links show files at: where the base has moved and its policy has not, the lines of
 * the rules are where they were. Of checks alone, which nobody but us can edit.
 */
function wordsOf(text: string): string {
  return text.replaceAll(/\/blob\/[0-9a-f]{40}\//g, '/blob/');
}
