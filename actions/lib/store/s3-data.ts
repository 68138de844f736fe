import { matchesGlob } from 'node:path/posix';
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { UserError } from '#registry/error.ts';
import type { StoreSettings } from '#registry/settings.ts';
import { isGlob } from '../data/files.ts';
import type { World } from '../world.ts';
import { s3Place } from './s3-place.ts';
import { readObject } from './s3-read.ts';

export interface DataObject {
  name: string;
  bytes: number;
  modified: Date;
}

/** The objects of a bucket that a dataset's uri names. */
export interface DataPlace {
  bucket: string;
  objects(): AsyncIterable<DataObject>;
  read(name: string): Promise<AsyncIterable<Uint8Array>>;
}

/** Finds the bucket of `s3://bucket/key`, in which the key may be a glob. */
export function dataPlace(uri: string, settings: StoreSettings, world: Pick<World, 'env' | 'signal'>): DataPlace {
  const [, bucket = '', pattern = ''] = /^s3:\/\/([^/]*)\/?(.*)$/s.exec(uri) ?? [];
  if (pattern === '' || pattern.endsWith('/')) {
    throw new UserError(`the data uri ${uri} names no object`, { fix: `Name one, or several as ${uri}*.parquet.` });
  }
  const place = s3Place({ ...settings, uri: `s3://${bucket}` }, world);
  // All that matches begins so.
  const prefix = pattern.split(/[*?[]/, 1)[0] ?? '';
  return {
    bucket,
    async *objects() {
      let from: string | undefined;
      do {
        const more = from === undefined ? {} : { ContinuationToken: from };
        const command = new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ...more });
        const page = await place.ask(place.client.send(command, { abortSignal: world.signal }));
        for (const { Key: name = '', Size: bytes, LastModified: modified } of page.Contents ?? []) {
          const matches = name === pattern || (isGlob(pattern) && matchesGlob(name, pattern));
          if (matches && bytes !== undefined && modified !== undefined) yield { name, bytes, modified };
        }
        from = page.IsTruncated === true ? page.NextContinuationToken : undefined;
      } while (from !== undefined);
    },
    async read(name) {
      const chunks = await readObject(place, name);
      if (chunks !== null) return chunks;
      throw new UserError(`the object ${name} of ${uri} is gone`, { fix: 'Run it again.' });
    },
  };
}
