import { type Life, playLife } from '../../test/bot/life.ts';

const LIVES: [string, Life][] = [
  ['One head, whose workflow begins with it', { heads: 1, runsAtOnce: true }],
  ['One head, whose workflow begins later', { heads: 1, runsAtOnce: false }],
  ['Two heads', { heads: 2, runsAtOnce: true }],
];

/** How often the bot calls GitHub for the whole life of a pull request, by route and by what happened. */
export async function benchLife(): Promise<void> {
  for (const [name, life] of LIVES) {
    const steps = await playLife(life);
    const all = steps.flatMap(({ calls }) => calls);
    const count = (method: string, calls = all) => calls.filter((route) => route.startsWith(`${method} `)).length;
    console.log(`${name}: ${count('GET')} reads, ${count('POST')} creations, ${count('PATCH')} updates`);
    for (const { calls, what } of steps) {
      console.log(`  ${what}: ${count('GET', calls)} reads, ${calls.length - count('GET', calls)} writes`);
    }
    for (const route of new Set(all)) {
      console.log(`    ${String(all.filter((one) => one === route).length).padStart(4)}  ${route}`);
    }
  }
}
