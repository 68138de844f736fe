import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { isMissing } from './s3-error.ts';
import type { S3Place } from './s3-place.ts';
import { interruptedUpload, type UploadInProgress } from './s3-uploads.ts';
import type { DigestedFile } from './store.ts';

/** S3 takes as many parts. */
const MOST_PARTS = 10_000;
/** So many parts are in memory, and on their way. */
const AT_ONCE = 3;

/** Sends what makes an object appear. */
export type Send = (condition: { IfNoneMatch?: string }) => Promise<unknown>;

/**
 * Uploads a file in parts, and makes an object of them. An upload of the same object that was interrupted is taken up:
 * the key is the sha256 of the content, so whoever began it meant the same bytes; each part is compared by its md5.
 * What fails is given up and its parts are removed; of what is killed they stay for the next try, or for `sweep`.
 * @returns false where the object was there first.
 */
export async function uploadInParts(
  place: S3Place,
  name: string,
  file: DigestedFile,
  complete: (send: Send) => Promise<boolean>,
  { resume, onBytes }: { resume: boolean; onBytes: (done: number) => void },
): Promise<boolean> {
  const { client, bucket, signal } = place;
  const at = { Bucket: bucket, Key: name };
  const upload = (resume ? await interruptedUpload(place, name) : null) ?? (await begin(place, name));
  const handle = await open(file.path);
  try {
    const parts = await sendParts(place, name, upload, { handle, bytes: file.bytes, onBytes });
    const UploadId = upload.id;
    return await complete((condition) =>
      client.send(
        new CompleteMultipartUploadCommand({ ...at, UploadId, MultipartUpload: { Parts: parts }, ...condition }),
        { abortSignal: signal },
      ),
    );
  } catch (error) {
    // Somebody else completed or gave up the same upload; what the key holds now decides.
    if (isMissing(error)) return false;
    throw error;
  } finally {
    await handle.close();
    await abort(place, name, upload.id);
  }
}

async function begin({ client, bucket, signal, ask }: S3Place, name: string): Promise<UploadInProgress> {
  const command = new CreateMultipartUploadCommand({ Bucket: bucket, Key: name });
  const { UploadId } = await ask(client.send(command, { abortSignal: signal }));
  if (UploadId === undefined) throw new Error('the server began an upload without a name');
  return { id: UploadId, parts: new Map() };
}

/** Sends the parts that are not there yet, a few at once, and tells how the server calls each of them. */
async function sendParts(
  { client, bucket, signal, part }: S3Place,
  name: string,
  { id, parts }: UploadInProgress,
  { handle, bytes, onBytes }: { handle: FileHandle; bytes: number; onBytes: (done: number) => void },
): Promise<CompletedPart[]> {
  // In whole megabytes, so that the same file is cut in the same places by every writer.
  const size = Math.max(part, Math.ceil(bytes / MOST_PARTS / 2 ** 20) * 2 ** 20);
  const count = Math.ceil(bytes / size);
  const sent: CompletedPart[] = [];
  const stop = new AbortController();
  let next = 0;
  let done = 0;
  async function work(): Promise<void> {
    while (next < count) {
      const index = next++;
      stop.signal.throwIfAborted();
      const body = Buffer.allocUnsafe(Math.min(size, bytes - index * size));
      const { bytesRead } = await handle.read(body, 0, body.length, index * size);
      if (bytesRead < body.length) throw new Error(`the file of ${name} became shorter while it was uploaded`);
      const PartNumber = index + 1;
      const there = parts.get(PartNumber);
      const same = there?.bytes === body.length && there.tag === `"${createHash('md5').update(body).digest('hex')}"`;
      const command = { Bucket: bucket, Key: name, UploadId: id, PartNumber, Body: body, ContentLength: body.length };
      const abortSignal = AbortSignal.any([signal, stop.signal]);
      const { ETag } = same ? { ETag: there.tag } : await client.send(new UploadPartCommand(command), { abortSignal });
      if (ETag === undefined) throw new Error('the server took a part and did not name it');
      sent[index] = { PartNumber, ETag };
      done += body.length;
      onBytes(done);
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, () => work().catch((error: unknown) => stop.abort(error))));
  // The first that went wrong; the others only stopped because of it.
  stop.signal.throwIfAborted();
  return sent;
}

/** Removes the parts of an upload that will not go on; of one that was completed there are none. */
async function abort({ client, bucket }: S3Place, name: string, id: string): Promise<void> {
  const command = new AbortMultipartUploadCommand({ Bucket: bucket, Key: name, UploadId: id });
  // Also after the signal, but not for ever; what stays is found by `sweep`.
  await client.send(command, { abortSignal: AbortSignal.timeout(5_000) }).catch(() => {});
}
