import type { IncomingMessage } from 'node:http';

/** GitHub sends no more than this (https://docs.github.com/en/webhooks/webhook-events-and-payloads#payload-cap). */
const LARGEST = 25 * 1024 * 1024;
/** What all bodies together may hold while their signatures are not checked yet. */
const LARGEST_TOGETHER = 4 * LARGEST;

/** Reads bodies of webhooks, of which anybody may send one. */
export interface BodyReader {
  /** @returns the body, or the status to answer with instead. */
  read(request: IncomingMessage): Promise<Buffer<ArrayBuffer> | 413 | 503 | 400>;
}

/**
 * Probot holds a whole body in memory before it looks at its signature, of whatever size. So bodies are read here, and no
 * further than GitHub's limit, whatever they say of their length.
 */
export function createBodyReader(): BodyReader {
  let held = 0;
  return {
    read: (request) =>
      new Promise((resolve) => {
        if (Number(request.headers['content-length'] ?? 0) > LARGEST) return resolve(413);
        const chunks: Buffer[] = [];
        let bytes = 0;
        const end = (result: Buffer<ArrayBuffer> | 413 | 503 | 400) => {
          request.off('data', take);
          chunks.length = 0;
          held -= bytes;
          bytes = 0;
          resolve(result);
        };
        const take = (chunk: Buffer) => {
          bytes += chunk.length;
          held += chunk.length;
          if (bytes > LARGEST) end(413);
          else if (held > LARGEST_TOGETHER) end(503);
          else chunks.push(chunk);
        };
        request.on('data', take);
        request.once('end', () => end(Buffer.concat(chunks)));
        request.once('error', () => end(400));
        request.once('close', () => end(400));
      }),
  };
}
