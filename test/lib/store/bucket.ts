import { randomUUID } from 'node:crypto';
import {
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { checkedStore } from '#lib/store/checked.ts';
import { s3Backend } from '#lib/store/s3.ts';
import type { S3Options } from '#lib/store/s3-place.ts';
import type { Backend, Store } from '#lib/store/store.ts';
import { type FaultyProxy, startFaultyProxy } from './faulty-proxy.ts';

/** The smallest part that S3 takes: tests cut files into these, so that they need not be large. */
export const PART = 5 * 2 ** 20;

export type Keys = Record<'AWS_ACCESS_KEY_ID' | 'AWS_SECRET_ACCESS_KEY', string>;

/** A bucket of a running S3 server, seen by us through a proxy that can hurt, and by the tests directly. */
export interface Bucket {
  name: string;
  proxy: FaultyProxy;
  backend(options?: Partial<S3Options>, prefix?: string): Backend;
  store(options?: Partial<S3Options>, prefix?: string): Store;
  /** As `store`, at another uri of the same server. */
  storeAt(uri: string): Store;
  /** What really lies in the bucket. */
  names(): Promise<string[]>;
  write(name: string, content: string | Uint8Array): Promise<void>;
  remove(name: string): Promise<void>;
  /** Begins an upload as a killed process leaves it. @returns its id. */
  leaveUpload(name: string, parts: Record<number, Uint8Array>): Promise<string>;
  /** Names of objects that uploads are under way for. */
  uploads(): Promise<string[]>;
  /** Numbers of the parts that are there of an object that is being uploaded. */
  parts(name: string): Promise<number[]>;
  stop(): Promise<void>;
}

export async function makeBucket(port: number, env: Keys): Promise<Bucket> {
  const proxy = await startFaultyProxy(port);
  const name = `models-${randomUUID()}`;
  const client = new S3Client({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: env.AWS_ACCESS_KEY_ID, secretAccessKey: env.AWS_SECRET_ACCESS_KEY },
  });
  await client.send(new CreateBucketCommand({ Bucket: name }));
  const at = (uri: string, options: Partial<S3Options> = {}) => {
    const signal = options.signal ?? new AbortController().signal;
    const given = { env, stall: 2_000, idle: 0, part: PART, ...options, signal };
    return { backend: s3Backend({ uri, endpoint: proxy.endpoint }, given), signal };
  };
  const checked = ({ backend, signal }: ReturnType<typeof at>) => checkedStore(backend, signal);
  const uriOf = (prefix = 'team/models') => `s3://${name}/${prefix}`;
  return {
    name,
    proxy,
    backend: (options, prefix) => at(uriOf(prefix), options).backend,
    store: (options, prefix) => checked(at(uriOf(prefix), options)),
    storeAt: (uri) => checked(at(uri)),
    async names() {
      const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: name }));
      return Contents.map(({ Key = '' }) => Key).sort();
    },
    async write(key, content) {
      await client.send(
        new PutObjectCommand({
          Bucket: name,
          Key: key,
          Body: Buffer.from(content),
          ContentLength: Buffer.byteLength(content),
        }),
      );
    },
    async remove(key) {
      await client.send(new DeleteObjectCommand({ Bucket: name, Key: key }));
    },
    async leaveUpload(key, parts) {
      const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket: name, Key: key }));
      for (const [number, Body] of Object.entries(parts)) {
        await client.send(
          new UploadPartCommand({ Bucket: name, Key: key, UploadId, PartNumber: Number(number), Body }),
        );
      }
      return UploadId ?? '';
    },
    async uploads() {
      const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: name }));
      return Uploads.map(({ Key = '' }) => Key).sort();
    },
    async parts(key) {
      const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: name, Prefix: key }));
      const pages = Uploads.map(({ UploadId }) =>
        client.send(new ListPartsCommand({ Bucket: name, Key: key, UploadId })),
      );
      return (await Promise.all(pages)).flatMap(({ Parts = [] }) => Parts.map(({ PartNumber = 0 }) => PartNumber));
    },
    async stop() {
      client.destroy();
      await proxy.stop();
    },
  };
}
