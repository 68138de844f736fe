import { createServer, type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Probot } from 'probot';
import type { Bot } from './bot.ts';
import { wakeOn } from './index.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import { createBodyReader } from './webhook-body.ts';

const WEBHOOKS = '/api/github/webhooks';
/** As GitHub names its events. Probot has two names of its own: `error`, and `*` for all. */
const EVENT = /^(?!error$)[a-z][a-z0-9_]{1,63}$/;
/** GitHub waits ten seconds for an answer; whoever takes longer to ask is not GitHub. In milliseconds. */
const TIMEOUTS = { headersTimeout: 5_000, requestTimeout: 10_000, connectionsCheckingInterval: 2_000 };

export interface RunningServer {
  port: number;
  /** Takes no more webhooks, lets the running action end, and begins no new one. */
  close(): Promise<void>;
}

interface Options {
  probot: Probot;
  bot: Bot;
  metrics: Metrics;
  log: Log;
  host: string;
  port: number;
  /** Between two sweeps, in milliseconds. */
  sweepEvery: number;
  timeouts?: typeof TIMEOUTS;
}

/** Answers webhooks at once, `/healthz` and `/metrics`; the work that a webhook wakes happens after its answer. */
export async function serve(options: Options): Promise<RunningServer> {
  const { bot, host, log, metrics, port, probot, sweepEvery, timeouts = TIMEOUTS } = options;
  await probot.ready();
  wakeOn(probot, bot.wake);
  const handle = await probot.getNodeMiddleware({ path: WEBHOOKS });
  const bodies = createBodyReader();
  let closing = false;

  async function webhook(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const began = performance.now();
    response.once('finish', () => {
      metrics.count('webhooks_total', { status: String(response.statusCode) });
      metrics.observe('webhook_seconds', {}, (performance.now() - began) / 1000);
    });
    // Without a signature there is nothing to check: not a byte of it is kept.
    const signature = request.headers['x-hub-signature-256'];
    if (typeof signature !== 'string' || !/^sha256=[0-9a-f]{64}$/.test(signature))
      return refuse(request, response, 400);
    // Whom the event is for, its name decides, which is signed by nobody.
    if (!EVENT.test(String(request.headers['x-github-event']))) return refuse(request, response, 400);
    const body = await bodies.read(request);
    if (typeof body === 'number') return refuse(request, response, body);
    if (body.length === 0) return refuse(request, response, 400);
    // Probot asks this again, and would answer like to a webhook that it can't read.
    if (!(await probot.webhooks.verify(body.toString(), signature))) return refuse(request, response, 401);
    // Probot takes a body that was read already from here.
    await handle(Object.assign(request, { body: {}, rawBody: body }), response);
  }

  const server = createServer(timeouts, (request, response) => {
    const path = request.url?.split('?')[0];
    if (path === WEBHOOKS && request.method === 'POST') {
      webhook(request, response).catch((error: unknown) => {
        log.error({ err: error }, 'a webhook could not be handled');
        refuse(request, response, 500);
      });
    } else if (path === '/healthz') text(response, closing ? 503 : 200, closing ? 'closing\n' : 'ok\n');
    else if (path === '/metrics') text(response, 200, metrics.text(), 'text/plain; version=0.0.4; charset=utf-8');
    else refuse(request, response, 404);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, resolve);
  });

  const sweep = () => void bot.sweep();
  const timer = setInterval(sweep, sweepEvery);
  sweep();
  return {
    port: portOf(server.address()),
    async close() {
      closing = true;
      clearInterval(timer);
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeIdleConnections();
      await bot.stop();
      server.closeAllConnections();
      await closed;
    },
  };
}

function portOf(address: AddressInfo | string | null): number {
  return typeof address === 'object' ? (address?.port ?? 0) : 0;
}

function text(response: ServerResponse, status: number, body: string, type = 'text/plain; charset=utf-8'): void {
  response.writeHead(status, { 'content-type': type }).end(body);
}

/** How long a sender may go on after it was refused, so that it reads the answer, in milliseconds. */
const LINGER = 1_000;

/** Answers without having read the body, and soon hangs up. */
function refuse(request: IncomingMessage, response: ServerResponse, status: number): void {
  if (response.headersSent) return;
  text(response, status, `${STATUS_CODES[status]}\n`);
  if (request.complete) return;
  request.resume();
  setTimeout(() => request.socket.destroy(), LINGER).unref();
}
