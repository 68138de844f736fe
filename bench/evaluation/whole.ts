import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { keepCompiledCode } from '../../actions/lib/compile-cache.ts';

keepCompiledCode();
const { verb } = await import('../../actions/evaluate/main.ts');
const { realWorld } = await import('../../actions/lib/world.ts');

/** One whole evaluation in a process of its own; prints the parent's peak memory and where the time went. */
const [root, candidate, champion, evidence] = process.argv.slice(2);
const world = realWorld();
await verb.run(
  verb.inputs.parse({
    model: 'bench',
    root,
    candidate,
    champion,
    evidence,
    summary: join(root, 'summary.md'),
    latency: false,
  }),
  world,
);
await world.cleanUp();
const { timing } = JSON.parse(readFileSync(evidence, 'utf8'));
console.log(`\n${JSON.stringify({ peak: process.resourceUsage().maxRSS * 1024, parts: timing.seconds })}`);
