import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { look } from '../../../bot/look.ts';
import { createGitHub } from '../../../test/github/github.ts';
import { zipOf } from '../../../test/github/zip.ts';

/** What the pull request is made of: the files of both branches by path, and what the workflow measured on the head. */
export interface Story {
  base: Record<string, string>;
  head: Record<string, string>;
  /** The text of evaluation.json. */
  evidence: string;
  now: Date;
}

/** What reviewers find on the pull request. */
export interface Shown {
  title: string;
  /** GitHub Markdown. */
  comments: string[];
  checks: { name: string; conclusion: string | null; title: string | null; summary: string | null }[];
}

const TITLE = 'Learn from three months, and from who was late the day before';

/** The part of app.yml that says what the bot's App may do and hears of. */
const Manifest = z.object({
  default_permissions: z.record(z.string(), z.enum(['read', 'write'])),
  default_events: z.array(z.string()),
});

/**
 * Plays a pull request on a GitHub in memory: it is opened, the workflow runs and uploads its evidence, and the bot looks
 * as it does on GitHub, by the same requests and with no more permissions than its App gets.
 */
export async function playPullRequest({ base, evidence, head, now }: Story): Promise<Shown> {
  const manifest = await readFile(join(import.meta.dirname, '../../../app.yml'), 'utf8');
  const { default_events: events, default_permissions: permissions } = Manifest.parse(parse(manifest));
  const github = createGitHub({ now });
  const app = github.createApp({ slug: 'tiltyard', permissions, events });
  github.install(app, 'acme');
  const repository = github.createRepository('acme/flights', { files: base, by: 'olga' });
  repository.push('three-months', head, { by: 'ann', message: TITLE });
  const pull = repository.openPull({ head: 'three-months', by: 'ann', title: TITLE });
  const run = repository.startRun({ pull });
  const zip = zipOf({ 'evaluation.json': evidence });
  repository.completeRun(run, { artifacts: [{ name: 'tiltyard-evaluation-flight-delay', zip }] });

  const place = { owner: repository.owner, repo: repository.repo };
  const us = { app: app.id, login: 'tiltyard[bot]', starter: false };
  await look(github.asApp(app, 'acme'), place, us, github.now());
  return {
    title: TITLE,
    comments: repository.comments(pull).map(({ body }) => body),
    checks: repository.checks(repository.pull(pull).head.sha),
  };
}

/** The files below `folder`, by their paths from there. */
export async function readFiles(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const read = paths.map(async (path) => [relative(folder, path), await readFile(path, 'utf8')] as const);
  return Object.fromEntries(await Promise.all(read));
}

/** What a reviewer sees before anything is unfolded: the comment without what it hides and where it links to, and the required check. */
export function firstScreen({ checks, comments }: Shown): string {
  const [shown = ''] = comments.map((body) =>
    body
      .replace(/^<!--.*-->\n/, '')
      .replace(/\[([^\][]*)\]\(https?:[^)\s]*\)/g, '$1')
      .split('\n<details>')[0]
      ?.trimEnd(),
  );
  const required = checks.find(({ name }) => name === 'tiltyard');
  return `${shown}\n\nCheck tiltyard: ${required?.conclusion ?? 'missing'}`;
}
