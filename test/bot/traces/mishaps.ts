import type { Random } from '#lib/statistics/random.ts';
import { FAULTS, type Fault } from '../../github/faults.ts';
import { endingOfClean } from './orders.ts';
import { type Play, play, sweep } from './play.ts';
import type { Process } from './process.ts';
import type { StepName } from './steps.ts';

/** What goes wrong with a call, counted from the first of a trace; and when the next process begins, should one end by it. */
export interface Mishap {
  call: number;
  fault: Fault;
  restart: 'at once' | 'in the end';
}

/** Plays a story with every webhook in its place, and with mishaps; then there is a sweep without any. */
export async function playMishaps(
  story: readonly StepName[],
  mishaps: readonly Mishap[],
): Promise<Play & { wrong: string[] }> {
  const played = play(story);
  const { faults } = played.stage.github;
  for (const { call, fault } of mishaps) faults.at(call, fault);
  let process: Process | null = played.start();
  while (await played.step()) {
    for (const delivery of played.sent.at(-1) ?? []) await process?.receive(delivery);
    await process?.idle();
    while (process?.crashed()) {
      const happened = mishaps.findLast(({ call }) => call <= faults.calls.length);
      await process.end();
      process = happened?.restart === 'at once' ? played.start() : null;
      // A process begins with a sweep.
      await process?.sweep();
      await process?.idle();
    }
  }
  faults.clear();
  played.rest();
  process ??= played.start();
  await sweep(played, process);
  await process.end();
  return { ...played, wrong: played.complaints(await endingOfClean(story)) };
}

const counted = new Map<string, Promise<number>>();

/** How many calls a story takes where nothing goes wrong, up to the last sweep; counted once. */
export function callsOf(story: readonly StepName[]): Promise<number> {
  const count = counted.get(story.join()) ?? countCalls(story);
  counted.set(story.join(), count);
  return count;
}

async function countCalls(story: readonly StepName[]): Promise<number> {
  const played = play(story);
  const process = played.start();
  while (await played.step()) {
    for (const delivery of played.sent.at(-1) ?? []) await process.receive(delivery);
    await process.idle();
  }
  await process.end();
  return played.stage.github.faults.calls.length;
}

const isCrash = (fault: Fault) => fault.startsWith('crash');

/** Every call of a story, before and after its effect: the process ends there. */
export function crashes(calls: number): Mishap[][] {
  const each = Array.from({ length: calls }, (_, index) => index + 1);
  return each.flatMap((call) =>
    FAULTS.filter(isCrash).flatMap((fault) =>
      (['at once', 'in the end'] as const).map((restart): Mishap[] => [{ call, fault, restart }]),
    ),
  );
}

/** Every call of a story with every fault that does not end the process. */
export function faultsOf(calls: number): Mishap[][] {
  const each = Array.from({ length: calls }, (_, index) => index + 1);
  const others = FAULTS.filter((fault) => !isCrash(fault));
  return each.flatMap((call) => others.map((fault): Mishap[] => [{ call, fault, restart: 'at once' }]));
}

/** Two to four mishaps, drawn at random; often one shortly after the other. */
export function drawnMishaps(calls: number, { integer }: Random): Mishap[] {
  const first = 1 + integer(calls);
  const more = Array.from({ length: 1 + integer(3) }, () =>
    integer(2) === 0 ? 1 + integer(calls) : first + 1 + integer(12),
  );
  return [first, ...more]
    .sort((a, b) => a - b)
    .map((call) => ({
      call,
      fault: FAULTS[integer(FAULTS.length)],
      restart: integer(3) === 0 ? 'in the end' : 'at once',
    }));
}
