import type { Random } from '#lib/statistics/random.ts';
import { cleanEnding, type Play, play, sweep } from './play.ts';
import { type StepName, unlisted } from './steps.ts';

/** How a story and its webhooks follow each other: `step` is what happens next, a number the webhooks of that step. */
export type Order = readonly ('step' | number)[];

/**
 * Every order in which the webhooks of a story can arrive: its steps happen one after another, what GitHub sends about a
 * step arrives any time after it, `times` often (0 is lost, 2 twice).
 */
export function* orders(steps: number, times: readonly number[]): Generator<Order> {
  yield* extended([], steps, times, 0);
}

function* extended(
  order: Order,
  steps: number,
  times: readonly number[],
  happened: number,
  left: number[] = [],
): Generator<Order> {
  if (happened === steps && left.every((count) => count === 0)) yield order;
  for (const [step, count] of left.entries()) {
    if (count > 0) yield* extended([...order, step], steps, times, happened, left.with(step, count - 1));
  }
  if (happened < steps)
    for (const count of times) yield* extended([...order, 'step'], steps, times, happened + 1, [...left, count]);
}

/** One of them, drawn at random: each webhook is lost, comes once, or twice, and late by any number of steps. */
export function drawnOrder(story: readonly StepName[], { integer }: Random): Order {
  const order: ('step' | number)[] = story.map(() => 'step');
  for (const [step, name] of [...story.entries()].reverse()) {
    // Nothing was put before the last step that has not been dealt with.
    const least = unlisted.includes(name) ? 1 : 0;
    for (let count = least + integer(3 - least); count > 0; count--)
      order.splice(step + 1 + integer(order.length - step), 0, step);
  }
  return order;
}

/**
 * Plays a story with its webhooks in an order, to one process that looks after each; then it sweeps. What GitHub does not
 * list is found by the sweeps of the next two hours, where its webhook is lost.
 */
export async function playOrder(story: readonly StepName[], order: Order): Promise<Play & { wrong: string[] }> {
  const played = play(story);
  const process = played.start();
  for (const next of order) {
    if (next === 'step') await played.step();
    else {
      for (const delivery of played.sent[next] ?? []) await process.receive(delivery);
      await process.idle();
    }
  }
  played.rest();
  await sweep(played, process);
  const isLost = story.some((name, step) => unlisted.includes(name) && !order.includes(step));
  for (const _ of isLost ? [1, 2, 3, 4] : []) {
    played.stage.github.advance({ minutes: 30 });
    await sweep(played, process);
  }
  await process.end();
  return { ...played, wrong: played.complaints(await endingOfClean(story)) };
}

const endings = new Map<string, ReturnType<typeof cleanEnding>>();

/** Played once for each story. */
export function endingOfClean(story: readonly StepName[]): ReturnType<typeof cleanEnding> {
  const key = story.join();
  const known = endings.get(key) ?? cleanEnding(story);
  if (endings.size > 100) endings.clear();
  endings.set(key, known);
  return known;
}
