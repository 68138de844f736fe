import { createPrivateKey } from 'node:crypto';
import { z } from 'zod';
import { UserError } from '#registry/error.ts';

const Environment = z.object({
  APP_ID: z.coerce.number().int().positive(),
  PRIVATE_KEY: z.string().min(1),
  // Without one, Probot would take a word that everybody knows.
  WEBHOOK_SECRET: z.string().min(16, 'at least 16 characters'),
  HOST: z.string().default('0.0.0.0'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
  GITHUB_API_URL: z
    .url()
    .transform((url) => url.replace(/\/+$/, ''))
    .optional(),
  SWEEP_MINUTES: z.coerce.number().positive().max(1440).default(10),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error']).default('info'),
});
export type Environment = z.infer<typeof Environment>;

/** The settings of a server, from variables of the environment. What is said of a wrong one never shows it. */
export function readEnvironment(variables: Readonly<Record<string, string | undefined>>): Environment {
  const set = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ''));
  const parsed = Environment.safeParse(set);
  if (!parsed.success) {
    const wrong = parsed.error.issues
      .map(({ message, path: [name] }) => `${String(name)} (${String(name) in set ? message : 'not set'})`)
      .join(', ');
    throw new UserError(`the environment lacks or misstates ${wrong}`, { fix: 'Set it as docs/bot.md says.' });
  }
  return { ...parsed.data, PRIVATE_KEY: privateKey(parsed.data.PRIVATE_KEY, 'PRIVATE_KEY') };
}

/** An App's key, as GitHub gives it out: with its lines, or with `\n` in their place, or in base64. */
export function privateKey(text: string, name: string): string {
  const plain = text.includes('-----BEGIN')
    ? text.replaceAll('\\n', '\n')
    : Buffer.from(text, 'base64').toString('utf8');
  try {
    createPrivateKey(plain);
  } catch {
    throw new UserError(`${name} is no private key`, {
      fix: 'Give it the content of the .pem file that GitHub made for the App.',
    });
  }
  return plain;
}
