import type { Readable, Writable } from 'node:stream';

/**
 * How parent and child talk: a frame is a JSON head and a raw body (typed arrays travel there without being copied into
 * text). Layout: two unsigned 32-bit little-endian lengths (head, body), then the head as UTF-8, then the body.
 */
export interface Frame {
  head: unknown;
  body: Uint8Array;
}

const LENGTHS = 8;
const LARGEST_HEAD = 64 * 1024 * 1024;
const LARGEST_BODY = 1024 * 1024 * 1024;

/** Writes one frame; resolves once the stream can take more, so that a fast writer does not fill the memory. */
export async function writeFrame(stream: Writable, head: unknown, body: Uint8Array = new Uint8Array(0)): Promise<void> {
  const text = Buffer.from(JSON.stringify(head), 'utf8');
  const lengths = Buffer.alloc(LENGTHS);
  lengths.writeUInt32LE(text.length, 0);
  lengths.writeUInt32LE(body.byteLength, 4);
  stream.write(lengths);
  stream.write(text);
  const ready = body.byteLength === 0 || stream.write(body);
  if (!ready) await new Promise<void>((resolve) => stream.once('drain', resolve));
}

/**
 * Reads frames until the stream ends. The other side may be hostile: lengths over the limits, text that is not JSON and
 * a stream that ends inside a frame throw.
 */
export async function* readFrames(stream: Readable): AsyncGenerator<Frame> {
  let chunks: Buffer[] = [];
  let buffered = 0;
  let wanted = LENGTHS;
  let lengths: { head: number; body: number } | null = null;
  for await (const chunk of stream) {
    const part: Buffer = chunk;
    chunks.push(part);
    buffered += part.length;
    while (buffered >= wanted) {
      const all = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, buffered);
      if (lengths === null) {
        lengths = { head: all.readUInt32LE(0), body: all.readUInt32LE(4) };
        if (lengths.head > LARGEST_HEAD || lengths.body > LARGEST_BODY)
          throw new Error('a frame is larger than any that is ever sent');
        wanted = LENGTHS + lengths.head + lengths.body;
        chunks = [all];
        continue;
      }
      const head: unknown = JSON.parse(all.toString('utf8', LENGTHS, LENGTHS + lengths.head));
      // A copy, so that typed arrays over it are aligned and the pipe's buffers can go; in memory that threads share.
      const body = new Uint8Array(new SharedArrayBuffer(lengths.body));
      body.set(all.subarray(LENGTHS + lengths.head, wanted));
      chunks = [all.subarray(wanted)];
      buffered -= wanted;
      wanted = LENGTHS;
      lengths = null;
      yield { head, body };
    }
  }
  if (buffered > 0) throw new Error('the stream ended inside a frame');
}
