import { execa } from 'execa';
import { expect, onTestFailed, onTestFinished } from 'vitest';
import { root } from '../contract/source.ts';
import { SECRET } from './running-bot.ts';

/** The bot as users start it, in a process of its own. */
export interface Started {
  /** Where it listens, once it does. */
  url(): string;
  /** What it wrote to its log so far. */
  said(): string;
  /** Its exit code and what it wrote to standard error. */
  ended: Promise<[number | undefined, string]>;
  /** Tells it to end. */
  end(): Promise<[number | undefined, string]>;
}

interface Wanted {
  /** The repository's own folder, if no other. */
  folder?: string;
  /** What Node is told before the program's name. */
  options?: string[];
}

/** @param environment all of it, but for where to listen, and the secret of the webhook. */
export function startBot(environment: Record<string, string>, { folder = root, options = [] }: Wanted = {}): Started {
  const running = execa(process.execPath, [...options, 'bot/main.ts'], {
    cwd: folder,
    env: { WEBHOOK_SECRET: SECRET, HOST: '127.0.0.1', PORT: '0', ...environment },
    extendEnv: false,
    reject: false,
  });
  onTestFinished(() => void running.kill('SIGKILL'));
  let said = '';
  running.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  onTestFailed(() => console.error(said));
  const ended = running.then(({ exitCode, stderr }): [number | undefined, string] => [exitCode, stderr]);
  return {
    url: () => `http://127.0.0.1:${/"port":(\d+)/.exec(said)?.[1]}`,
    said: () => said,
    ended,
    end() {
      running.kill('SIGTERM');
      return ended;
    },
  };
}

/** Once it takes webhooks. */
export async function listening({ said }: Started): Promise<void> {
  await expect.poll(said, { timeout: 30_000 }).toContain('"msg":"listening"');
}
