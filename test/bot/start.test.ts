import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { root } from '../contract/source.ts';
import { serveGitHub } from '../github/http.ts';
import { createScene } from '../github/scene.ts';
import { KEYS } from './running-bot.ts';
import { listening, startBot } from './started.ts';

/** The lines of a shell that the page shows. */
const shown = [...readFileSync(`${root}docs/bot.md`, 'utf8').matchAll(/```sh\n(.+?)```/gs)].map(
  ([, text = '']) => text,
);

describe('the server', () => {
  it('starts as the page says, typed in as it stands', async () => {
    // As GitHub gives keys out: PKCS #1.
    const { privateKey, publicKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    });
    const { app, github } = createScene();
    const served = await serveGitHub(github, new Map([[app.id, publicKey]]));
    onTestFinished(() => served.close());
    const folder = await mkdtemp(join(tmpdir(), 'setting-up-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    await writeFile(join(folder, 'tiltyard.private-key.pem'), privateKey);
    const [typed = ''] = shown;
    await execa('sh', ['-euc', typed.replace('123456', String(app.id))], { cwd: folder });
    const file = join(folder, 'bot.env');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    // One line for each: Docker's files of variables know nothing else.
    for (const line of readFileSync(file, 'utf8').trimEnd().split('\n')) expect(line).toMatch(/^[A-Z_]+=\S/);
    const bot = startBot({ GITHUB_API_URL: served.url }, { options: [`--env-file=${file}`] });
    await listening(bot);
    expect(bot.said()).toContain('"login":"tiltyard[bot]"');
    expect(await (await fetch(`${bot.url()}/healthz`)).text()).toBe('ok\n');
    expect(await bot.end()).toEqual([0, '']);
  });

  it('says what its environment lacks', async () => {
    expect(await startBot({ WEBHOOK_SECRET: '' }).ended).toEqual([
      1,
      'the environment lacks or misstates APP_ID (not set), PRIVATE_KEY (not set), WEBHOOK_SECRET (not set)\n' +
        'Set it as docs/bot.md says.',
    ]);
  });

  it('starts where GitHub does not answer now, and looks later', async () => {
    const GITHUB_API_URL = await listeningServer((response) => void response.writeHead(502).end());
    const bot = startBot({ APP_ID: '1', PRIVATE_KEY: KEYS.privateKey, GITHUB_API_URL });
    await listening(bot);
    expect(bot.said()).toContain('"login":null');
    expect(await bot.end()).toEqual([0, '']);
  });

  it('ends at once when it is told to before GitHub has answered', async () => {
    const asked = Promise.withResolvers<void>();
    const GITHUB_API_URL = await listeningServer(() => asked.resolve());
    const bot = startBot({ APP_ID: '1', PRIVATE_KEY: KEYS.privateKey, GITHUB_API_URL });
    await asked.promise;
    expect(await bot.end()).toEqual([0, '']);
  });
});

/** Something that is there and is no GitHub; gives its address. */
async function listeningServer(answer: (response: ServerResponse) => void): Promise<string> {
  const server = createServer((_, response) => answer(response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = z.object({ port: z.int() }).parse(server.address());
  return `http://127.0.0.1:${port}`;
}
