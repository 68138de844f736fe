import { type Random, random } from '#lib/statistics/random.ts';
import type { ProofPart, Row } from '../../proof/part.ts';
import { playHostile, ways } from './hostile.ts';
import { CORPUS, drawnText } from './hostile-texts.ts';
import { callsOf, crashes, drawnMishaps, faultsOf, playMishaps } from './mishaps.ts';
import { drawnOrder, type Order, orders, playOrder } from './orders.ts';
import { playRace } from './races.ts';
import { drawnStory, type StepName, unlisted } from './steps.ts';

/** The core of a pull request's life: two heads, an evaluation of each, another policy, a command. */
const core: StepName[] = ['opened', 'evaluated', 'pushed', 'evaluated worse', 'policy changed', 'evaluate asked'];
const moves: StepName[] = [
  'registry opened',
  'registry approved',
  'registry pushed',
  'registry approved again',
  'approval dismissed',
];
const deleted: StepName[] = ['opened', 'evaluated', 'our comment deleted'];
/** Three pull requests, side by side. */
const whole: StepName[] = [
  'opened',
  'evaluated',
  'registry opened',
  'pushed',
  'evaluated worse',
  'evaluate asked',
  'registry approved',
  'policy changed',
  'our comment deleted',
  'explain asked',
  'fork opened',
  'fork evaluated',
];

/** How a trace ended: what was wrong, and how often a comment showed an older head for a moment. */
interface Ended {
  wrong: readonly string[];
  wentBack: number;
}
type Trace = () => Promise<Ended>;

/** The traces of a row: all that there are, or as many as are wanted, drawn at random. */
type Traces = { all: () => Promise<Trace[]> | Trace[] } | { drawn: (random: Random) => Promise<Trace> | Trace };

const ended = async (playing: ReturnType<typeof playOrder>): Promise<Ended> => {
  const { witness, wrong } = await playing;
  return { wrong, wentBack: witness.wentBack };
};
const inOrder =
  (story: readonly StepName[], order: Order): Trace =>
  () =>
    ended(playOrder(story, order));
const allOrders = (story: readonly StepName[], times: readonly number[]): Traces => ({
  all: () => [...orders(story.length, times)].map((order) => inOrder(story, order)),
});
/** Every third of them, so that no case takes for ever. */
const third = (story: readonly StepName[], which: number): Traces => ({
  all: () =>
    [...orders(story.length, [1])].filter((_, index) => index % 3 === which).map((order) => inOrder(story, order)),
});
const race = (workers: number, drawStory: (draw: Random) => StepName[] = () => whole): Traces => ({
  drawn: (draw) => {
    const story = drawStory(draw);
    const seed = draw.next();
    return () => ended(playRace(story, workers, random(seed)));
  },
});
/** Where a webhook may be lost, all else is listed. */
const listedStory = (draw: Random) => drawnStory(draw).filter((name) => !unlisted.includes(name));
const harmless = (texts: { one: string; two: string }, way: string): Trace => {
  return async () => ({ wrong: await playHostile(way, texts), wentBack: 0 });
};
const wayNames = Object.keys(ways);

const pushedPast: StepName[] = ['opened', 'registry pushed past', 'evaluated'];

const rows: Record<string, Traces> = {
  'L2, S14: six steps, every order of their webhooks (1 of 3)': third(core, 0),
  'L2, S14: six steps, every order of their webhooks (2 of 3)': third(core, 1),
  'L2, S14: six steps, every order of their webhooks (3 of 3)': third(core, 2),
  'L2, S14: five steps, each webhook once or lost, in every order': allOrders(core.slice(0, 5), [0, 1]),
  'L2, S14: three steps, each webhook once, twice or lost, in every order': allOrders(core.slice(0, 3), [0, 1, 2]),
  'S8, S14: five steps of a move in the registry, once or lost, in every order': allOrders(moves, [0, 1]),
  'S11, S14: a push to the registry between two steps, each webhook once, twice or lost, in every order': allOrders(
    pushedPast,
    [0, 1, 2],
  ),
  'S11, S14: the same, the process ends before or after any call, or any call fails': {
    all: async () => {
      const calls = await callsOf(pushedPast);
      return [...crashes(calls), ...faultsOf(calls)].map((one) => () => ended(playMishaps(pushedPast, one)));
    },
  },
  'L6, S14: our comment is deleted, each webhook once, twice or lost, in every order': allOrders(deleted, [0, 1, 2]),
  'S14: up to 22 steps of five pull requests, webhooks once, twice or lost': {
    drawn: (draw) => {
      const story = drawnStory(draw);
      return inOrder(story, drawnOrder(story, draw));
    },
  },
  'S14: twelve steps, the process ends before or after any call': {
    all: async () => crashes(await callsOf(whole)).map((one) => () => ended(playMishaps(whole, one))),
  },
  'S14: twelve steps, any call fails in any of seven ways': {
    all: async () => faultsOf(await callsOf(whole)).map((one) => () => ended(playMishaps(whole, one))),
  },
  'S14: twelve steps, two to four failures or ends': {
    drawn: async (draw) => {
      const mishaps = drawnMishaps(await callsOf(whole), draw);
      return () => ended(playMishaps(whole, mishaps));
    },
  },
  'S14: twelve steps that come between any two calls': race(1),
  'S12, S14: the same with two processes': race(2),
  'S12, S14: the same with three processes': race(3),
  'S12, S14: up to 22 steps of five pull requests between the calls of two processes': race(2, listedStory),
  'S15: each of the texts in each of its ways': {
    all: () =>
      CORPUS.flatMap((one, index) =>
        wayNames.map((way) => harmless({ one, two: CORPUS[(index * 7 + 3) % CORPUS.length] }, way)),
      ),
  },
  'S15: texts put together at random': {
    drawn: (draw) => harmless({ one: drawnText(draw), two: drawnText(draw) }, wayNames[draw.integer(wayNames.length)]),
  },
};

const FULL = 1_000;

/** What happens to the bot on GitHub, played against the double; the oracle reads the promises off the double's own state. */
export const traces: ProofPart = {
  name: 'traces',
  claim:
    'The whole bot, as a process that keeps what it remembers, on the double of GitHub with real git objects: webhooks, looks, and in the end a sweep. A trace is wrong where comments, checks, reactions or runs are others than where nothing went wrong, or where the oracle objects, to how it ended or to any moment between two calls: a second comment, a check that is missing or green without cause, a command obeyed twice or for somebody who may not, somebody else’s comment changed, text of others that became a mention, a link or an element. There must be none. Rows with `all` hold all traces that there are, the others 1,000 drawn at random. GitHub has no way to write only where nothing has changed meanwhile, so that of several processes one can write between the last read and the write of another: how often a comment showed an older head for that moment, until the next look, is counted beside.',
  draws: { full: FULL, sample: 6 },
  seed: 20261121,
  sources: [
    ...['apply.ts', 'apply', 'bot.ts', 'budget.ts', 'decide', 'index.ts', 'look.ts', 'metered.ts', 'ours.ts'].map(
      (name) => `bot/${name}`,
    ),
    'bot/snapshot',
    'bot/wake.ts',
    'registry/github',
    'registry/markdown',
    'test/bot/traces',
    'test/github',
    'test/registry/judge-oracle.ts',
  ],
  cases: Object.keys(rows),
  async run(name, { draws, seed, onProgress }) {
    const wanted = Object.entries(rows).find(([key]) => key === name)?.[1];
    if (wanted === undefined) throw new Error(`there is no row ${name}`);
    const draw = random(seed);
    const all = 'all' in wanted ? await wanted.all() : null;
    const isWhole = all !== null && draws >= FULL;
    const count = isWhole ? all.length : draws;
    let violations = 0;
    let wentBack = 0;
    for (let done = 0; done < count; done++) {
      const trace =
        'drawn' in wanted ? await wanted.drawn(draw) : isWhole ? all?.[done] : all?.[draw.integer(all.length)];
      const how = await trace?.();
      if (how === undefined || how.wrong.length > 0) {
        violations += 1;
        // What was wrong is no part of the figures, and whoever mends it needs it.
        console.error(`${name}, trace ${done}: ${how?.wrong.slice(0, 5).join('\n').slice(0, 1_000)}`);
      }
      wentBack += how?.wentBack ?? 0;
      onProgress?.(done + 1);
    }
    const row: Row = {
      promise: name,
      traces: count,
      of: all === null ? 'drawn' : 'all',
      violations,
      'older head for a moment': wentBack,
    };
    return [row];
  },
};
