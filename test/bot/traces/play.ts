import type { Delivery } from '../../github/state.ts';
import { differences, type Ending, endingOf } from './ending.ts';
import { atRest, type Witness, witness } from './oracle.ts';
import { type Process, startProcess } from './process.ts';
import { clockTo, complete, createStage, openReruns, type Stage } from './stage.ts';
import { type StepName, steps } from './steps.ts';

/** Minutes between two steps of a story: the bot needs less for all that it does meanwhile. */
const APART = 2;
/** Minutes after the last step until the sweep. */
const REST = 10;

/** A trace while it is played. */
export interface Play {
  stage: Stage;
  witness: Witness;
  /** What GitHub sends about the steps that have happened, by their place in the story. */
  sent: Delivery[][];
  /** The next step of the story happens; false where there is none left. */
  step(): Promise<boolean>;
  /** Actions end the runs that the bot started once more, or one of them; tells whether there were any. */
  endReruns(which?: number): boolean;
  /** A process whose calls the witness sees. */
  start(watcher?: Parameters<typeof startProcess>[1]): Process;
  /** The time comes for the last sweep. */
  rest(): void;
  /** What is wrong with how it ended, or was wrong on the way. */
  complaints(clean: Ending | null): string[];
}

export function play(story: readonly StepName[]): Play {
  const stage = createStage();
  const seen = witness(stage);
  const sent: Delivery[][] = [];
  return {
    stage,
    witness: seen,
    sent,
    async step() {
      const name = story[sent.length];
      if (name === undefined) return false;
      // What the bot itself caused since is lost.
      stage.github.takeDeliveries();
      clockTo(stage, APART * (sent.length + 1));
      await steps[name](stage);
      sent.push(stage.github.takeDeliveries());
      seen.happened();
      seen.look();
      return true;
    },
    endReruns(which) {
      const ending = openReruns(stage).filter(({ id }) => which === undefined || id === which);
      for (const { id } of ending) complete(stage, id);
      seen.happened();
      return ending.length > 0;
    },
    start: (watcher = {}) =>
      startProcess(stage, {
        ...watcher,
        after(route, parameters) {
          seen.look();
          watcher.after?.(route, parameters);
        },
      }),
    rest: () => clockTo(stage, APART * (story.length + 1) + REST),
    complaints: (clean) => [
      ...seen.wrong,
      ...atRest(stage),
      ...(clean === null ? [] : differences(endingOf(stage), clean)),
      ...stage.github.violations,
    ],
  };
}

/** The sweep; and where it started a run once more, another one after that has ended. */
export async function sweep(played: Play, process: Process): Promise<void> {
  do {
    await process.sweep();
    await process.idle();
  } while (played.endReruns());
}

/** How a story ends where every webhook comes at once, and nothing goes wrong. */
export async function cleanEnding(story: readonly StepName[]): Promise<Ending> {
  const played = play(story);
  const process = played.start();
  while (await played.step()) {
    for (const delivery of played.sent.at(-1) ?? []) await process.receive(delivery);
    await process.idle();
  }
  played.rest();
  await sweep(played, process);
  await process.end();
  const wrong = played.complaints(null);
  if (wrong.length > 0) throw new Error(`the clean run of ${story.join(', ')} ends wrong: ${wrong.join('; ')}`);
  return endingOf(played.stage);
}
