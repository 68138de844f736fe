import { expect } from 'vitest';
import { bytes } from '#registry/markdown/budget.ts';
import type { Action } from '../../../bot/decide/plan.ts';

/** That there is a comment, and that GitHub takes all that is to be said. */
export function expectWithinLimits(actions: readonly Action[]): void {
  expect(actions.map(({ kind }) => kind)).toContain('comment');
  for (const action of actions) {
    // https://docs.github.com/en/rest/checks/runs#create-a-check-run; a comment of more is refused with 422.
    if (action.kind === 'comment') expect(bytes(action.body)).toBeLessThanOrEqual(65_536);
    if (action.kind !== 'check') continue;
    expect(bytes(action.summary)).toBeLessThanOrEqual(65_535);
    expect([...action.title].length).toBeLessThanOrEqual(200);
    expect(action.annotations.length).toBeLessThanOrEqual(50);
    for (const { message } of action.annotations) expect(bytes(message)).toBeLessThanOrEqual(65_535);
  }
}
