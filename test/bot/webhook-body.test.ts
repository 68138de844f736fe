import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { expect, it } from 'vitest';
import { createBodyReader } from '../../bot/webhook-body.ts';

const MEGABYTE = Buffer.alloc(2 ** 20);

/** A request whose body comes as the test pushes it. */
function message(headers: Record<string, string> = {}): IncomingMessage {
  const request = new IncomingMessage(new Socket());
  Object.assign(request.headers, headers);
  return request;
}

function push(request: IncomingMessage, megabytes: number): void {
  for (let count = 0; count < megabytes; count++) request.push(MEGABYTE);
}

it('S17 all bodies together hold no more than four of the largest, and give back what they held', async () => {
  const { read } = createBodyReader();
  const unfinished = Array.from({ length: 4 }, () => message());
  const reads = unfinished.map((request) => read(request));
  for (const request of unfinished) push(request, 24);
  const late = message();
  const refused = read(late);
  push(late, 5);
  expect(await refused).toBe(503);
  unfinished[0]?.destroy();
  expect(await reads[0]).toBe(400);
  const next = message();
  const taken = read(next);
  push(next, 20);
  next.push(null);
  expect((await taken).valueOf()).toHaveLength(20 * 2 ** 20);
  for (const request of unfinished.slice(1)) request.push(null);
  for (const body of await Promise.all(reads.slice(1))) expect(body).toHaveLength(24 * 2 ** 20);
});

it('S17 a body ends at GitHub’s limit, whatever its length is said to be', async () => {
  const { read } = createBodyReader();
  expect(await read(message({ 'content-length': String(25 * 2 ** 20 + 1) }))).toBe(413);
  for (const said of ['10', '-1', 'many', '1e9999x']) {
    const request = message({ 'content-length': said });
    const body = read(request);
    push(request, 26);
    expect(await body).toBe(413);
    expect(request.listenerCount('data')).toBe(0);
  }
});

it('gives a body as it came', async () => {
  const { read } = createBodyReader();
  const request = message();
  const body = read(request);
  for (const part of ['{"a":"', 'ä'.repeat(3), '"}']) request.push(Buffer.from(part));
  request.push(null);
  expect(String(await body)).toBe('{"a":"äää"}');
});
