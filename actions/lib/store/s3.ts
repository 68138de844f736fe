import { readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { Digest } from '#registry/digest.ts';
import type { StoreSettings } from '#registry/settings.ts';
import { isMissing, statusOf } from './s3-error.ts';
import { type S3Options, s3Place } from './s3-place.ts';
import { readObject } from './s3-read.ts';
import { type Send, uploadInParts } from './s3-upload.ts';
import { sweepUploads } from './s3-uploads.ts';
import type { Backend, ListedObject } from './store.ts';

const DAY = 86_400_000;

/**
 * A folder of a bucket that holds one object per key. Creating is left to the server's `If-None-Match`; where a server
 * does not know it the last writer wins, with the same bytes.
 */
export function s3Backend(settings: StoreSettings, options: S3Options): Backend {
  const place = s3Place(settings, options);
  const { uri, client, bucket, prefix, signal, part, ask, explain } = place;
  const at = (key: string) => ({ Bucket: bucket, Key: prefix + Digest.parse(key) });
  const sending = { abortSignal: signal };
  const isOurs = (name: string) => name.startsWith(prefix) && Digest.safeParse(name.slice(prefix.length)).success;

  /** Answers to HEAD have no body to say what is wrong: a list of one object says it. */
  async function explainHead(error: unknown): Promise<void> {
    await ask(client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, MaxKeys: 1 }), sending));
    if (!isMissing(error)) throw explain(error);
  }

  return {
    uri,

    async stat(key) {
      try {
        const { ContentLength, LastModified } = await client.send(new HeadObjectCommand(at(key)), sending);
        if (ContentLength === undefined || LastModified === undefined) throw new Error('the server tells no size');
        return { key, bytes: ContentLength, modified: LastModified };
      } catch (error) {
        const status = statusOf(error);
        if (status === null || status >= 500) throw explain(error);
        await explainHead(error);
        return null;
      }
    },

    read: (key) => readObject(place, at(key).Key),

    async write(file, { replace, onBytes }) {
      const complete = (send: Send) => (replace ? send({}).then(() => true) : create(send));
      try {
        if (file.bytes > part) {
          const name = at(file.key).Key;
          return await uploadInParts(place, name, file, complete, { resume: !replace, onBytes });
        }
        const Body = await readFile(file.path);
        const object = { ...at(file.key), Body, ContentLength: Body.length };
        const wrote = await complete((condition) =>
          client.send(new PutObjectCommand({ ...object, ...condition }), sending),
        );
        onBytes(file.bytes);
        return wrote;
      } catch (error) {
        throw explain(error);
      }
    },

    async touch({ key, modified }) {
      if (Date.now() - modified.getTime() < DAY) return;
      const from = `${bucket}/${at(key).Key}`.split('/').map(encodeURIComponent).join('/');
      const copy = { ...at(key), CopySource: from, MetadataDirective: 'REPLACE' as const };
      // Not every server lets an object be copied onto itself, nor one of more than 5 GB: then it stays as old as it is.
      await client.send(new CopyObjectCommand(copy), sending).catch(() => signal.throwIfAborted());
    },

    async *list() {
      let from: string | undefined;
      do {
        const more = from === undefined ? {} : { ContinuationToken: from };
        const command = new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, Delimiter: '/', ...more });
        const page = await ask(client.send(command, sending));
        for (const { Key = '', Size: bytes, LastModified: modified } of page.Contents ?? []) {
          if (bytes === undefined || modified === undefined || !isOurs(Key)) continue;
          const object: ListedObject = { key: Key.slice(prefix.length), bytes, modified };
          yield object;
        }
        from = page.IsTruncated === true ? page.NextContinuationToken : undefined;
      } while (from !== undefined);
    },

    async remove(key) {
      await ask(client.send(new DeleteObjectCommand(at(key)), sending));
    },

    sweep: (before) => sweepUploads(place, isOurs, before),
  };
}

/** Sends what makes an object, on the condition that there is none yet. @returns whether it made one. */
async function create(send: Send): Promise<boolean> {
  try {
    await send({ IfNoneMatch: '*' });
  } catch (error) {
    const status = statusOf(error);
    if (status === 412) return false;
    if (status === 409) {
      // Another writer is at it right now: what it makes is there in a moment.
      await wait(1_000);
      return false;
    }
    // "Not implemented": a server that knows no such condition, and says so.
    if (status !== 501) throw error;
    await send({});
  }
  return true;
}
