import { cp, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { expect, it, onTestFinished } from 'vitest';
import { KEYS, SECRET } from '../bot/running-bot.ts';
import { listening, startBot } from '../bot/started.ts';
import { root } from '../contract/source.ts';
import { deliver } from '../github/deliver.ts';
import { serveGitHub } from '../github/http.ts';
import { createScene } from '../github/scene.ts';

/** A stage of the Containerfile: what it copies from the repository, and what it runs. */
interface Stage {
  copied: { from: string; to: string }[];
  commands: string[];
}

async function stages(): Promise<Stage[]> {
  const text = (await readFile(join(root, 'Containerfile'), 'utf8')).replace(/\\\n\s*/g, '');
  return text
    .split(/^FROM .*$/m)
    .slice(1)
    .map((stage) => ({
      copied: [...stage.matchAll(/^COPY (?!--from)(.+) (\S+)$/gm)].flatMap(([, files = '', to = '']) =>
        files.split(' ').map((from) => ({ from, to: to === './' ? from : to })),
      ),
      commands: [...stage.matchAll(/^RUN (.+)$/gm)].flatMap(([, line = '']) => line.split(' && ')),
    }));
}

/** Does in a folder what the Containerfile does in an image, on the Node that is tested; its two stages are one here. */
async function buildImage(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'image-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const { commands, copied } of await stages()) {
    for (const { from, to } of copied) {
      await mkdir(dirname(join(folder, to)), { recursive: true });
      await cp(join(root, from), join(folder, to), { recursive: true });
    }
    for (const command of commands) {
      const [program = '', ...args] = command.split(' ');
      await execa(program, args, { cwd: folder });
    }
  }
  return folder;
}

it('the image holds all that the bot needs, and follows a pull request with it', async () => {
  const folder = await buildImage();
  const { app, evaluate, github, propose, repo } = createScene();
  const served = await serveGitHub(github, new Map([[app.id, KEYS.publicKey]]));
  onTestFinished(() => served.close());
  // Nothing of the environment that built it is there, PATH included.
  const key = { APP_ID: String(app.id), PRIVATE_KEY: KEYS.privateKey };
  const bot = startBot({ NODE_ENV: 'production', ...key, GITHUB_API_URL: served.url }, { folder });
  await listening(bot);
  const pull = propose();
  evaluate(pull);
  for (const delivery of github.takeDeliveries())
    expect(await deliver(delivery, `${bot.url()}/api/github/webhooks`, SECRET)).toBe(200);
  const checks = () => repo.checks(repo.pull(pull).head.sha).map(({ name }) => name);
  await expect.poll(checks, { timeout: 30_000 }).toEqual(['tiltyard / flight-delay', 'tiltyard']);
  expect(await bot.end()).toEqual([0, '']);
  expect(repo.comments(pull)).toHaveLength(1);
});
