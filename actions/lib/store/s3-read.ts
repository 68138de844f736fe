import { Readable } from 'node:stream';
import { GetObjectCommand, type GetObjectCommandOutput } from '@aws-sdk/client-s3';
import { isMissing } from './s3-error.ts';
import type { S3Place } from './s3-place.ts';

/** A line that breaks more often than that without bringing anything is given up. */
const TRIES = 5;

/** The bytes of an object; null where it isn't there. A connection that breaks is taken up where it broke. */
export async function readObject(place: S3Place, name: string): Promise<AsyncIterable<Uint8Array> | null> {
  const first = await request(place, name, 0).catch((error: unknown) => {
    if (isMissing(error)) return null;
    throw place.explain(error);
  });
  return first === null ? null : continued(place, name, first);
}

async function* continued(place: S3Place, name: string, first: GetObjectCommandOutput): AsyncGenerator<Uint8Array> {
  const total = first.ContentLength;
  let answer = first;
  let done = 0;
  let failures = 0;
  for (;;) {
    try {
      for await (const chunk of pieces(answer, done)) {
        done += chunk.length;
        failures = 0;
        yield chunk;
      }
      if (total === undefined || done >= total) return;
      throw broken('the answer ended early');
    } catch (error) {
      failures++;
      if (failures >= TRIES) throw place.explain(error);
    }
    place.signal.throwIfAborted();
    if (total !== undefined && done >= total) return;
    answer = await place.ask(request(place, name, done));
  }
}

/** The body of an answer, which has to be the part that was asked for. */
function pieces({ Body, ContentRange }: GetObjectCommandOutput, from: number): Readable {
  if (!(Body instanceof Readable)) throw new Error('the SDK gave no stream of Node');
  if (from > 0 && ContentRange?.startsWith(`bytes ${from}-`) !== true) {
    Body.destroy();
    throw broken('the server can’t go on in the middle');
  }
  return Body;
}

function broken(message: string): Error {
  return Object.assign(new Error(message), { code: 'ECONNRESET' });
}

function request({ client, bucket, signal }: S3Place, name: string, from: number): Promise<GetObjectCommandOutput> {
  const range = from === 0 ? {} : { Range: `bytes=${from}-` };
  return client.send(new GetObjectCommand({ Bucket: bucket, Key: name, ...range }), { abortSignal: signal });
}
