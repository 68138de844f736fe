import { type DestinationStream, type Logger, pino } from 'pino';
import { z } from 'zod';

/** Where the bot says what it does. */
export type Log = Logger;

/** Tokens of GitHub, JSON web tokens, and keys, whoever let them slip into a message. */
const SECRETS = [
  // An installation's holds a JSON web token, dots and all
  // (https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/about-authentication-to-github).
  /\bgh[a-z]_[\w.-]{10,}/g,
  /\bgithub_pat_[A-Za-z0-9_]{10,}/g,
  /\bv1\.[0-9a-f]{40}\b/g,
  /\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/gs,
  // Storage addresses that GitHub leads to for logs and artifacts.
  /\b(sig|signature|token)=[^&\s"\\]+/gi,
];

/** A text without the secrets that are known, and without whatever looks like one. */
export function withoutSecrets(text: string, known: readonly string[]): string {
  let clean = text;
  for (const secret of known.filter(({ length }) => length >= 6)) {
    clean = clean.replaceAll(secret, '***').replaceAll(JSON.stringify(secret).slice(1, -1), '***');
  }
  return SECRETS.reduce((before, pattern) => before.replace(pattern, '***'), clean);
}

const Described = z.object({
  name: z.string(),
  message: z.string(),
  stack: z.string().optional(),
  status: z.int().optional(),
});

/** Of an error, what tells what went wrong. Probot hangs the whole webhook on errors, Octokit the whole request. */
function describe(error: unknown): object {
  const parsed = Described.safeParse(error);
  if (!parsed.success) return { message: String(error).slice(0, 1000) };
  const { name, message, stack, status } = parsed.data;
  return { name, message: message.slice(0, 1000), stack: stack?.slice(0, 4000), status };
}

/** JSON lines, without secrets: neither those that are named here nor what looks like one. */
export function createLog(level: string, known: readonly string[], to?: DestinationStream): Log {
  const options = {
    name: 'tiltyard',
    level,
    serializers: { err: describe, event: ({ id, name }: { id?: string; name?: string }) => ({ id, name }) },
    hooks: { streamWrite: (line: string) => withoutSecrets(line, known) },
  };
  return to === undefined ? pino(options) : pino(options, to);
}
