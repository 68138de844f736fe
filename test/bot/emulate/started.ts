import { execa } from 'execa';
import { expect, onTestFailed, onTestFinished } from 'vitest';
import { root } from '../../contract/source.ts';
import { SECRET } from '../running-bot.ts';
import { APP } from './emulated.ts';

/** The bot as users start it, in a process of its own. */
export interface Started {
  url: string;
  /** What it wrote to its log so far. */
  said(): string;
  /** Tells it to end; gives its exit code and what it wrote to standard error. */
  end(): Promise<[number | undefined, string]>;
  ended: Promise<[number | undefined, string]>;
}

/** @param environment what differs from the usual. */
export function startBot(environment: Record<string, string>): Started {
  const running = execa(process.execPath, ['bot/main.ts'], {
    cwd: root,
    env: { APP_ID: String(APP), WEBHOOK_SECRET: SECRET, HOST: '127.0.0.1', PORT: '0', ...environment },
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
    url: `http://127.0.0.1:${environment['PORT']}`,
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
