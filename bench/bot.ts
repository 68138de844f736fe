import { parseArgs } from 'node:util';
import { benchLife } from './bot/life.ts';
import { benchSweep } from './bot/sweep.ts';
import { benchWebhooks } from './bot/webhooks.ts';

/*
 * The bot: signed webhooks that its server answers, GitHub's calls for the whole life of a pull request, and for a sweep of
 * a large repository. `--only` runs one of the three.
 */
const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    webhooks: { type: 'string', default: '20000' },
    connections: { type: 'string', default: '16' },
    pulls: { type: 'string', default: '1000' },
    versions: { type: 'string', default: '10000' },
    work: { type: 'string', default: '20' },
  },
});
const { connections, only, pulls, versions, webhooks, work } = values;
const parts: Record<string, () => Promise<void>> = {
  webhooks: () => benchWebhooks(Number(webhooks), Number(connections)),
  life: benchLife,
  sweep: () => benchSweep({ pulls: Number(pulls), versions: Number(versions), work: Number(work) }),
};

for (const [name, part] of Object.entries(parts)) if (only === undefined || only === name) await part();
