import { UserError } from '#registry/error.ts';

/** The store of which an error speaks. */
export interface Told {
  uri: string;
  bucket: string;
  endpoint: string;
}

/** What a server's code means for the user: what is wrong, and what to do. */
const MEANINGS: [codes: string, problem: (told: Told) => string, fix: string][] = [
  [
    'NoSuchBucket',
    ({ bucket, endpoint }) => `there is no bucket ${bucket} at ${endpoint}`,
    'Make the bucket, or correct store in tiltyard.yaml.',
  ],
  [
    'InvalidAccessKeyId SignatureDoesNotMatch InvalidToken InvalidClientTokenId UnrecognizedClientException',
    ({ endpoint }) => `${endpoint} does not accept the credentials`,
    'Check the key and its secret, or the role that the workflow takes; they come from the environment or ~/.aws.',
  ],
  [
    'ExpiredToken ExpiredTokenException TokenRefreshRequired RequestExpired',
    () => 'the credentials have expired',
    'Sign in again; in a workflow, ask for a longer session.',
  ],
  [
    'CredentialsProviderError TokenProviderError',
    () => 'no credentials were found',
    'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE; in a workflow take a role by OIDC.',
  ],
  [
    'AccessDenied Forbidden AllAccessDisabled AccountProblem',
    ({ bucket }) => `the credentials may not do this in the bucket ${bucket}`,
    'Allow s3:GetObject, s3:PutObject, s3:ListBucket, s3:ListBucketMultipartUploads, s3:ListMultipartUploadParts and s3:AbortMultipartUpload; for gc also s3:DeleteObject.',
  ],
  [
    'RequestTimeTooSkewed',
    ({ endpoint }) => `the clock of this machine is more than a quarter of an hour off that of ${endpoint}`,
    'Set the clock.',
  ],
  [
    'PermanentRedirect AuthorizationHeaderMalformed IllegalLocationConstraintException',
    ({ bucket }) => `the bucket ${bucket} is in another region than the one that was asked`,
    'Set store.region in tiltyard.yaml, or AWS_REGION.',
  ],
  ['QuotaExceeded EntityTooLarge', () => 'the store takes no more, or nothing so large', 'Ask who runs the store.'],
  [
    'SlowDown ServiceUnavailable InternalError InternalFailure ThrottlingException RequestTimeout RequestLimitExceeded BadGateway GatewayTimeout',
    ({ endpoint }) => `${endpoint} is failing or overloaded, also when asked again`,
    'Try again later.',
  ],
  [
    'ENOTFOUND EAI_AGAIN ECONNREFUSED EHOSTUNREACH ENETUNREACH',
    ({ endpoint }) => `${endpoint} can't be reached`,
    'Check store.endpoint in tiltyard.yaml, and the network.',
  ],
  [
    'TimeoutError ECONNRESET EPIPE ETIMEDOUT ECONNABORTED ERR_STREAM_PREMATURE_CLOSE',
    ({ endpoint }) => `the connection to ${endpoint} broke or stood still, also when tried again`,
    'Try again: what was uploaded already is not sent twice.',
  ],
];

/**
 * What went wrong at a store, as the user's error where it is one. Nothing that the server wrote is repeated, and nothing
 * of the request: they may hold what nobody should see.
 */
export function explained(error: unknown, told: Told): unknown {
  if (!(error instanceof Error) || error instanceof UserError) return error;
  const codes = codesOf(error);
  const found = MEANINGS.find(([names]) => names.split(' ').some((name) => codes.includes(name)));
  if (found !== undefined) return new UserError(`the store ${told.uri}: ${found[1](told)}`, { fix: found[2] });
  if (error.message === 'Region is missing') {
    return new UserError(`the store ${told.uri}: no region is named`, {
      fix: 'Set store.region in tiltyard.yaml, or AWS_REGION.',
    });
  }
  if (codes.some((code) => /CERT|_TLS_|_SSL_|ALTNAME/.test(code))) {
    return new UserError(`the store ${told.uri}: ${told.endpoint} has no certificate that this machine trusts`, {
      fix: 'Correct the endpoint, or name the file of its authority in NODE_EXTRA_CA_CERTS.',
    });
  }
  const status = statusOf(error);
  if (status === null) return error;
  if (status >= 500) return explained(Object.assign(new Error('5xx'), { name: 'InternalError' }), told);
  if (status === 403) return explained(Object.assign(new Error('403'), { name: 'AccessDenied' }), told);
  const code = codes.find((name) => /^[A-Z][A-Za-z0-9]{2,59}$/.test(name)) ?? 'nothing more';
  return new UserError(`the store ${told.uri}: ${told.endpoint} answered ${status} (${code})`, {
    fix: 'Look that code up in the manual of the server; check store in tiltyard.yaml.',
  });
}

/** Whether an object, or an upload, is not there. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && ['NoSuchKey', 'NotFound', 'NoSuchUpload'].includes(error.name);
}

/** The status of the server's answer; null where an error is none. */
export function statusOf(error: unknown): number | null {
  if (!(error instanceof Error && '$metadata' in error)) return null;
  const metadata = error.$metadata;
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return null;
  return typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : null;
}

/** The names by which an error goes, and those of what caused it. */
function codesOf(error: Error): string[] {
  const code = 'code' in error ? [String(error.code)] : [];
  const cause = error.cause instanceof Error ? codesOf(error.cause) : [];
  const several = error instanceof AggregateError ? error.errors.filter((one) => one instanceof Error) : [];
  return [error.name, ...code, ...cause, ...several.flatMap(codesOf)];
}
