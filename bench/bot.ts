import { parseArgs } from 'node:util';
import { benchWebhooks } from './bot/webhooks.ts';

/*
 * The bot's server: signed webhooks over loopback, as a process that does nothing else answers them.
 */
const { values } = parseArgs({
  options: {
    webhooks: { type: 'string', default: '20000' },
    connections: { type: 'string', default: '16' },
  },
});

await benchWebhooks(Number(values.webhooks), Number(values.connections));
