import {
  AbortMultipartUploadCommand,
  ListMultipartUploadsCommand,
  type ListMultipartUploadsCommandOutput,
  ListPartsCommand,
} from '@aws-sdk/client-s3';
import type { S3Place } from './s3-place.ts';

/** Parts of an object that lie at the server and are no object yet: part number → its size and how the server calls it. */
export interface UploadInProgress {
  id: string;
  parts: Map<number, { bytes: number; tag: string }>;
}

interface Listed {
  id: string;
  name: string;
  initiated: Date;
}

/** An upload of an object that gave no sign of life for a while, the one that came furthest; null where there is none. */
export async function interruptedUpload(place: S3Place, name: string): Promise<UploadInProgress | null> {
  let best: UploadInProgress | null = null;
  try {
    for await (const upload of uploads(place, name)) {
      if (upload.name !== name) continue;
      const { parts, last } = await listParts(place, upload);
      const dead = Date.now() - last.getTime() > place.idle;
      if (dead && (best === null || parts.size > best.parts.size)) best = { id: upload.id, parts };
    }
  } catch {
    // Who may not list uploads begins a new one.
    place.signal.throwIfAborted();
    return null;
  }
  return best;
}

/** Removes the uploads of objects that began before a moment. @returns how many. */
export async function sweepUploads(place: S3Place, isOurs: (name: string) => boolean, before: Date): Promise<number> {
  const { client, bucket, prefix, signal, ask } = place;
  let swept = 0;
  for await (const { name, id, initiated } of uploads(place, prefix)) {
    if (!isOurs(name) || initiated >= before) continue;
    const command = new AbortMultipartUploadCommand({ Bucket: bucket, Key: name, UploadId: id });
    await ask(client.send(command, { abortSignal: signal }));
    swept++;
  }
  return swept;
}

async function* uploads({ client, bucket, signal, ask }: S3Place, prefix: string): AsyncGenerator<Listed> {
  let from: Pick<ListMultipartUploadsCommandOutput, 'KeyMarker' | 'UploadIdMarker'> = {};
  for (;;) {
    const command = new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: prefix, ...from });
    const page = await ask(client.send(command, { abortSignal: signal }));
    for (const { UploadId: id, Key: name, Initiated: initiated } of page.Uploads ?? []) {
      if (id !== undefined && name !== undefined && initiated !== undefined) yield { id, name, initiated };
    }
    if (page.IsTruncated !== true || page.NextKeyMarker === undefined) return;
    from = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker };
  }
}

async function listParts({ client, bucket, signal, ask }: S3Place, { id, name, initiated }: Listed) {
  const parts: UploadInProgress['parts'] = new Map();
  let last = initiated;
  let after: string | undefined;
  for (;;) {
    const at = { Bucket: bucket, Key: name, UploadId: id };
    const command = new ListPartsCommand(after === undefined ? at : { ...at, PartNumberMarker: after });
    const page = await ask(client.send(command, { abortSignal: signal }));
    for (const { PartNumber, ETag, Size, LastModified } of page.Parts ?? []) {
      if (PartNumber !== undefined && ETag !== undefined && Size !== undefined) {
        parts.set(PartNumber, { bytes: Size, tag: ETag });
      }
      if (LastModified !== undefined && LastModified > last) last = LastModified;
    }
    if (page.IsTruncated !== true || page.NextPartNumberMarker === undefined) return { parts, last };
    after = page.NextPartNumberMarker;
  }
}
