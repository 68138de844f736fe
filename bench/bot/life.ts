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
    const free = steps.flatMap(({ unchanged }) => unchanged);
    const count = (method: string, calls = all) => calls.filter((route) => route.startsWith(`${method} `)).length;
    const reads = (calls: readonly string[], unchanged: readonly string[]) =>
      `${count('GET', [...calls]) - unchanged.length} reads, ${unchanged.length} unchanged`;
    console.log(`${name}: ${reads(all, free)}, ${count('POST')} creations, ${count('PATCH')} updates`);
    for (const { calls, unchanged, what } of steps) {
      console.log(`  ${what}: ${reads(calls, unchanged)}, ${calls.length - count('GET', calls)} writes`);
      for (const route of calls) console.log(`        ${route}${unchanged.includes(route) ? ' (unchanged)' : ''}`);
    }
  }
}
