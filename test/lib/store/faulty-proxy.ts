import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { Transform, type TransformCallback } from 'node:stream';

/** What goes wrong with one request. Offsets count bytes of its body (`up`) or of the answer's (`down`). */
export type Fault =
  /** The server is not asked; this is what it would have said. */
  | { kind: 'answer'; status: number; code: string; message?: string }
  | { kind: 'answer'; status: number; body: string }
  /** The connection breaks. */
  | { kind: 'cut'; side: 'up' | 'down'; after: number }
  /** Nothing more comes, and nobody hangs up. */
  | { kind: 'stall'; side: 'up' | 'down'; after: number }
  | { kind: 'flip'; side: 'up' | 'down'; at: number }
  | { kind: 'slow'; side: 'up' | 'down'; bytesPerSecond: number }
  /** The server did it, but its answer is lost. */
  | { kind: 'deaf' };

export interface FaultyProxy {
  endpoint: string;
  /** Each request so far: `PUT /bucket/key?partNumber=1`, with its headers. */
  requests: { line: string; headers: IncomingMessage['headers'] }[];
  /** Asked for every request. */
  fault: (line: string, headers: IncomingMessage['headers']) => Fault | null;
  stop(): Promise<void>;
}

/** A proxy of HTTP on loopback that hurts what passes. */
export async function startFaultyProxy(port: number): Promise<FaultyProxy> {
  const server = createServer((incoming, outgoing) => {
    const line = `${incoming.method} ${incoming.url}`;
    proxy.requests.push({ line, headers: incoming.headers });
    forward(incoming, outgoing, port, proxy.fault(line, incoming.headers));
  });
  const proxy: FaultyProxy = {
    endpoint: '',
    requests: [],
    fault: () => null,
    async stop() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  proxy.endpoint = `http://127.0.0.1:${address.port}`;
  return proxy;
}

function forward(incoming: IncomingMessage, outgoing: ServerResponse, port: number, fault: Fault | null): void {
  const { method, url: path, headers } = incoming;
  if (fault?.kind === 'answer') {
    incoming.resume();
    const body = 'body' in fault ? fault.body : errorBody(fault.code, fault.message);
    outgoing.writeHead(fault.status, { 'content-type': 'application/xml' });
    outgoing.end(method === 'HEAD' ? undefined : body);
    return;
  }
  const hangUp = () => incoming.socket.destroy();
  const { expect: _, ...passed } = headers;
  const upstream = request({ port, host: '127.0.0.1', method, path, headers: passed }, (answer) => {
    if (fault?.kind === 'deaf') {
      answer.resume().once('end', hangUp);
      return;
    }
    outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
    answer.on('error', hangUp);
    answer.pipe(hurting('down', fault, hangUp)).pipe(outgoing);
  });
  upstream.on('error', hangUp);
  outgoing.on('close', () => upstream.destroy());
  incoming.pipe(hurting('up', fault, hangUp)).pipe(upstream);
}

function errorBody(code: string, message = ''): string {
  return `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`;
}

function hurting(side: 'up' | 'down', fault: Fault | null, hangUp: () => void): Transform {
  let passed = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done: TransformCallback) {
      const from = passed;
      passed += chunk.length;
      if (fault === null || !('side' in fault) || fault.side !== side) return done(null, chunk);
      if (fault.kind === 'flip') {
        const at = fault.at - from;
        if (at >= 0 && at < chunk.length) chunk.writeUInt8(chunk.readUInt8(at) ^ 1, at);
        return done(null, chunk);
      }
      if (fault.kind === 'slow') {
        setTimeout(() => done(null, chunk), (1000 * chunk.length) / fault.bytesPerSecond);
        return undefined;
      }
      if (passed <= fault.after) return done(null, chunk);
      this.push(chunk.subarray(0, Math.max(0, fault.after - from)));
      // A moment for what was passed on to arrive.
      if (fault.kind === 'cut') setTimeout(hangUp, 20);
      return undefined;
    },
  });
}
