import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { UserError } from '#registry/error.ts';
import type { StoreSettings } from '#registry/settings.ts';
import type { World } from '../world.ts';
import { explained } from './s3-error.ts';

export interface S3Options extends Pick<World, 'env' | 'signal'> {
  /** Milliseconds without a byte after which a connection counts as dead. */
  stall?: number;
  /** Milliseconds after the last sign of life of an upload when it counts as interrupted and may be taken up. */
  idle?: number;
  /** Bytes of a part, and of the largest object that is sent whole. */
  part?: number;
}

/** A bucket, the folder in it, and how to talk to it. */
export interface S3Place {
  /** As it is told to people. */
  uri: string;
  client: S3Client;
  bucket: string;
  /** What the name of each object begins with: empty, or ends with a slash. */
  prefix: string;
  signal: AbortSignal;
  idle: number;
  part: number;
  /** What to throw for an error: the signal's reason, a UserError where the user can mend it, or the error itself. */
  explain(error: unknown): unknown;
  /** Awaits a request, and explains its error. */
  ask<T>(request: Promise<T>): Promise<T>;
}

/** A server that says nothing for a minute is not coming back. */
const STALL = 60_000;
/** Longer than a part of 16 MB takes on a line of 0.5 Mbit/s. */
const IDLE = 300_000;
const CONNECT = 10_000;
const PART = 16 * 2 ** 20;

/** Finds the bucket that settings name. Nothing is asked of it yet. */
export function s3Place(
  settings: StoreSettings,
  { env, signal, stall = STALL, idle = IDLE, part = PART }: S3Options,
): S3Place {
  const { uri } = settings;
  const { bucket, folder } = /^s3:\/\/(?<bucket>[a-zA-Z0-9._-]{3,63})(\/(?<folder>.*))?$/.exec(uri)?.groups ?? {};
  if (bucket === undefined) {
    throw new UserError(`the store ${JSON.stringify(uri)} names no bucket`, { fix: 'Write s3://bucket/prefix.' });
  }
  const endpoint = settings.endpoint ?? env['AWS_ENDPOINT_URL_S3'] ?? env['AWS_ENDPOINT_URL'];
  const region =
    settings.region ??
    env['AWS_REGION'] ??
    env['AWS_DEFAULT_REGION'] ??
    (endpoint === undefined ? undefined : 'us-east-1');
  const client = new S3Client({
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? { followRegionRedirects: true } : elsewhere(endpoint)),
    ...credentials(env),
    // A name with dots fits no certificate of s3.amazonaws.com.
    forcePathStyle: endpoint !== undefined || bucket.includes('.'),
    maxAttempts: 4,
    requestHandler: { connectionTimeout: CONNECT, socketTimeout: stall },
  });
  const told = { uri, bucket, endpoint: endpoint ?? 'Amazon S3' };
  const explain = (error: unknown): unknown => (signal.aborted ? signal.reason : explained(error, told));
  return {
    uri,
    client,
    bucket,
    prefix: folder === undefined || folder === '' ? '' : `${folder}/`,
    signal,
    idle,
    part,
    explain,
    ask: (request) =>
      request.catch((error: unknown) => {
        throw explain(error);
      }),
  };
}

/** Other servers store the SDK's checksum trailers as if they were content, or refuse them. */
function elsewhere(endpoint: string): S3ClientConfig {
  return {
    endpoint,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  };
}

/** Keys in the environment come first, as in the SDK's own chain, which looks for all others. */
function credentials(env: World['env']): S3ClientConfig {
  const accessKeyId = env['AWS_ACCESS_KEY_ID'];
  const secretAccessKey = env['AWS_SECRET_ACCESS_KEY'];
  if (!accessKeyId || !secretAccessKey || env['AWS_PROFILE']) return {};
  const sessionToken = env['AWS_SESSION_TOKEN'];
  return { credentials: { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) } };
}
