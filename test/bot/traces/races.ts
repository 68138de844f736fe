import type { Random } from '#lib/statistics/random.ts';
import type { Delivery } from '../../github/state.ts';
import { endingOfClean } from './orders.ts';
import { type Play, play } from './play.ts';
import type { Process } from './process.ts';
import { openReruns } from './stage.ts';
import type { StepName } from './steps.ts';

/** A process whose every call waits until the scheduler lets it go. */
interface Worker {
  process: Process;
  /** Lets the waiting call go; null while none waits. */
  go: (() => void) | null;
  /** Since when it waits. */
  since: Date;
  /** Whether it has been woken and has not come to rest. */
  busy: boolean;
  woken: number;
}

/**
 * Plays a story to several processes at once. At each turn the random numbers choose what happens next: one waiting call of
 * one of them, a step of the story, or a webhook, which comes to any of them, to two, or to none.
 */
export async function playRace(
  story: readonly StepName[],
  workers: number,
  random: Random,
): Promise<Play & { wrong: string[] }> {
  const played = play(story);
  const { stage } = played;
  let changed = () => {};
  const all: Worker[] = Array.from({ length: workers }, () => {
    const worker: Worker = {
      process: played.start({
        before: () =>
          new Promise<void>((resolve) => {
            worker.go = () => {
              worker.go = null;
              resolve();
            };
            worker.since = stage.github.now();
            changed();
          }),
      }),
      go: null,
      since: stage.github.now(),
      busy: false,
      woken: 0,
    };
    return worker;
  });
  const woke = (worker: Worker) => {
    worker.busy = true;
    worker.woken += 1;
    void rested(worker, worker.woken);
  };
  const rested = async (worker: Worker, woken: number) => {
    await worker.process.idle();
    if (woken === worker.woken) worker.busy = false;
    changed();
  };
  /** Once every process waits, or rests. */
  const quiet = async () => {
    while (all.some(({ busy, go }) => busy && go === null)) await new Promise<void>((resolve) => (changed = resolve));
  };
  const one = <T>(items: readonly T[]): T => items[random.integer(items.length)];

  const waiting: Delivery[] = [];
  /** Lets things happen until nothing is left that could. */
  const run = async (stepsToo: boolean): Promise<void> => {
    for (;;) {
      await quiet();
      waiting.push(...stage.github.takeDeliveries());
      const turns: (() => Promise<void> | void)[] = [];
      for (const { go } of all) if (go !== null) turns.push(go, go, go);
      if (waiting.length > 0) turns.push(arrive, arrive);
      if (stepsToo && played.sent.length < story.length) turns.push(step);
      // A run takes longer than any call.
      const over = openReruns(stage).filter(({ startedAt }) =>
        all.every(({ go, since }) => go === null || since > startedAt),
      );
      for (const { id } of over) turns.push(() => void played.endReruns(id));
      if (turns.length === 0) return;
      await one(turns)();
    }
  };
  const step = async () => {
    waiting.push(...stage.github.takeDeliveries());
    await played.step();
    waiting.push(...(played.sent.at(-1) ?? []));
  };
  const arrive = async () => {
    const [delivery] = waiting.splice(random.integer(waiting.length), 1);
    const to = one([[one(all)], [one(all)], [one(all)], [one(all)], all, []]);
    for (const worker of to) {
      await worker.process.receive(delivery);
      woke(worker);
    }
  };
  const sweep = async (by: readonly Worker[]) => {
    for (const worker of by) {
      await worker.process.sweep();
      woke(worker);
    }
    await run(false);
  };

  await run(true);
  played.rest();
  // All of them sweep at once, as they do where they began together; then one after another.
  do {
    await sweep(all);
    for (const worker of all) await sweep([worker]);
  } while (played.endReruns());
  for (const { process } of all) await process.end();
  return { ...played, wrong: played.complaints(await endingOfClean(story)) };
}
