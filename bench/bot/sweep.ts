import { fork } from 'node:child_process';
import { once } from 'node:events';
import { connectToken } from '../../bot/connection.ts';
import { createLog } from '../../bot/log.ts';
import { look } from '../../bot/look.ts';
import { createMetrics } from '../../bot/metrics.ts';
import { createMemory, hint } from '../../bot/snapshot/memory.ts';
import { Happened, Opened, type Order } from './orders.ts';

const HOUR = 3_600_000;
const PLACE = { owner: 'acme', repo: 'models' };

/**
 * Sweeps of a repository with many open pull requests, each of which changes its model and has been evaluated. GitHub is
 * the tests' double in a process of its own, asked over HTTP: the time of this process is the bot's alone, with all that
 * sending requests and reading answers takes.
 */
export async function benchSweep({ pulls, versions, work }: { pulls: number; versions: number; work: number }) {
  const child = fork(new URL('./crowd.ts', import.meta.url), [String(pulls), String(versions)]);
  const [first] = await once(child, 'message');
  const { app, now: start, token, url } = Opened.parse(first);
  // Its clock goes on with what it asks for, so that it need not wait for GitHub's limits while all is made ready.
  let now = start;
  const connection = connectToken(token, PLACE, {
    metrics: createMetrics(),
    log: createLog('silent', []),
    now: () => new Date(now),
    apiUrl: url,
    fetch: (input, init) => {
      now += init?.method === 'GET' ? 100 : 1000;
      return fetch(input, init);
    },
  });
  const github = await connection.open(PLACE);
  if (github === null) throw new Error('there is no way to the repository');
  const us = { app, login: 'tiltyard[bot]', starter: false };
  let memory = createMemory();

  async function order(kind: Order['kind'], count = 0): Promise<{ calls: string[]; unchanged: string[] }> {
    child.send({ kind, pulls: count, now } satisfies Order);
    const [answer] = await once(child, 'message');
    const { calls, unchanged, violations } = Happened.parse(answer);
    if (violations.length > 0) throw new Error(violations.join('\n'));
    return { calls, unchanged };
  }
  const lookOnce = () => look(github, PLACE, us, new Date(now), { memory });

  async function untilQuiet(): Promise<void> {
    for (;;) {
      const { done, unread } = await lookOnce();
      const isQuiet = done.length === 0 && unread.length === 0;
      if (isQuiet) break;
      if (done.some(({ outcome }) => outcome === 'failed')) throw new Error('GitHub refused something');
      const until = done.flatMap((one) => (one.until === null ? [] : [one.until.getTime()]));
      now = Math.max(now, ...until);
    }
    await order('nothing');
  }

  async function measure(what: string): Promise<void> {
    const cpu = process.cpuUsage();
    const began = performance.now();
    const { done, unread } = await lookOnce();
    const wall = (performance.now() - began) / 1000;
    const { system, user } = process.cpuUsage(cpu);
    const { calls, unchanged } = await order('nothing');
    const reads = calls.filter((route) => route.startsWith('GET ')).length;
    const busy = new Set(done.map(({ action }) => action.pull)).size;
    console.log(
      `${what}: ${reads - unchanged.length} reads, ${unchanged.length} unchanged, ${calls.length - reads} writes on ${busy} pull requests` +
        `${unread.length > 0 ? `, ${unread.length} left to the next look` : ''}; ` +
        `${((system + user) / 1e6).toFixed(2)} s of our own time, ${wall.toFixed(2)} s in all`,
    );
    for (const [route, all] of Object.entries(Object.groupBy(calls, (one) => one))) {
      const free = unchanged.filter((one) => one === route).length;
      console.log(
        `    ${String(all?.length).padStart(4)}  ${route}${free === 0 ? '' : `, of which ${free} unchanged`}`,
      );
    }
  }

  console.log(`${pulls} open pull requests, a registry of ${versions} versions`);
  await measure('The first look of a new process');
  await untilQuiet();
  await measure('A sweep where nothing has changed');
  now += 2 * HOUR;
  await measure('The same two hours later');
  await order('begin', 1);
  hint(memory, PLACE, { pull: 1 });
  await measure('An event of one pull request: its workflow runs again');
  await order('end', 1);
  await untilQuiet();
  await order('begin', work * 2);
  await untilQuiet();
  await order('end', work);
  await measure(`A sweep that finds ${work} runs ended, while ${work} go on`);
  await untilQuiet();
  await order('push', work);
  await measure(`A sweep that finds ${work} new heads`);
  await untilQuiet();
  memory = createMemory();
  await measure('The first look of a process that was started again');
  child.kill();
}
