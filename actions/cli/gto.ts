import { resolve } from 'node:path';
import { z } from 'zod';
import { readBlobs } from '#lib/git/blobs.ts';
import { runGit } from '#lib/git/command.ts';
import { readLog } from '#lib/git/log.ts';
import { type GitRepository, openRepository } from '#lib/git/repository.ts';
import { createTags, listTags } from '#lib/git/tags.ts';
import { flag } from '#lib/inputs.ts';
import { registryFolder } from '#lib/registry/working-tree.ts';
import type { Verb } from '#lib/verb.ts';
import { UserError } from '#registry/error.ts';
import { registryFile } from '#registry/fsck/place.ts';
import { type GtoTag, gtoMirror } from '#registry/gto.ts';
import { shortId } from '#registry/history/commit.ts';
import { plural } from '#registry/markdown/number.ts';
import { printable } from '#registry/printable.ts';

const Inputs = z.strictObject({
  model: z.string().min(1).describe('The model: the name of a folder under registry/'),
  'dry-run': flag().describe('Tell which tags are missing, and make none'),
  root: z.string().min(1).default('.').describe('Root of the repository that holds registry/'),
});

export const verb: Verb<typeof Inputs> = {
  description:
    'Mirrors a model’s registry as annotated tags of GTO, for gto show; adds what is missing, moves nothing.',
  inputs: Inputs,
  async run(inputs, world) {
    const root = resolve(inputs.root);
    const repository = await openRepository({ root, env: world.env, signal: world.signal });
    if (repository.shallow) {
      throw new UserError('this clone is shallow, and the tags follow from the whole history', {
        fix: 'Run git fetch --unshallow --tags first.',
      });
    }
    world.progress(`reading the history of ${registryFolder(inputs.model)}`);
    const tags: GtoTag[] = [];
    for (const tag of await readMirror(repository, inputs.model)) {
      const { own, commit } = tag;
      const at =
        own === null ? commit : await ownCommit(repository, commit, `${inputs.model} ${own}`, !inputs['dry-run']);
      tags.push({ ...tag, commit: at });
    }
    const there = await listTags(repository, [`${inputs.model}@`, `${inputs.model}#`]);
    for (const { name, commit } of tags) {
      const at = there.get(name);
      if (at === undefined || at === commit) continue;
      throw new UserError(
        `the tag ${name} stands at ${at === null ? 'no commit, or has no message' : shortId(at)}; by the registry’s ` +
          `history it would stand at ${shortId(commit)}`,
        { fix: `Find out who made it, and remove it: git tag --delete ${name}` },
      );
    }
    const missing = tags.filter(({ name }) => !there.has(name));
    if (!inputs['dry-run']) await createTags(repository, missing);
    for (const { name, commit, message } of missing) {
      world.print(`${inputs['dry-run'] ? 'would make' : 'made'} ${name} at ${shortId(commit)} (${message})`);
    }
    // Tags of a branch that is not merged yet would stand in the way of those of main.
    const line = repository.branch === null ? 'what is checked out' : printable(repository.branch);
    world.print(
      `${plural(tags.length, 'tag')} of ${inputs.model}, ${missing.length} of them new, by the history of ${line}`,
    );
    const mirrored = new Set(tags.map(({ name }) => name));
    const strangers = [...there.keys()].filter((name) => !mirrored.has(name)).map(printable);
    if (strangers.length > 0) {
      const named = strangers.slice(0, 5).join(', ');
      world.print(`${plural(strangers.length, 'tag')} that gto reads too, not from the registry: ${named}`);
    }
    if (missing.length > 0 && !inputs['dry-run']) world.print('Next: git push --tags');
    return 0;
  },
};

async function readMirror(repository: GitRepository, model: string): Promise<GtoTag[]> {
  const commits = await readLog(repository, { paths: [registryFolder(model)] });
  const wanted = new Set<string>();
  for (const { changes } of commits) {
    for (const { path, after, kind } of changes) {
      const file = registryFile(path);
      if (file.kind === 'channels' && file.model === model && kind === 'file' && after !== null) wanted.add(after);
    }
  }
  const texts = new Map<string, string>();
  const gone = await readBlobs(repository, wanted, (id, bytes) => texts.set(id, bytes.toString('utf8')));
  if (gone.length > 0) {
    throw new UserError(`git does not have ${plural(gone.length, 'state')} of channels.yaml, such as ${gone[0]}`, {
      fix: 'Fetch the whole history, or check the repository with git fsck.',
    });
  }
  if (commits.length === 0) {
    throw new UserError(`no commit has anything in ${registryFolder(model)}`, {
      fix: 'Name a folder under registry/, and commit what is registered.',
    });
  }
  return gtoMirror(model, commits, (id) => texts.get(id) ?? '');
}

/**
 * A child of a commit, for a version that was registered together with another one: the same tree, author and time, so
 * that every clone makes the same. On no branch; its tags keep it. With `write` false only its id is told.
 */
async function ownCommit(repository: GitRepository, parent: string, message: string, write: boolean): Promise<string> {
  const { stdout } = await runGit(repository, ['cat-file', 'commit', parent]);
  const [head = ''] = stdout.toString('utf8').split('\n\n');
  const lines = (name: string) => head.split('\n').filter((line) => line.startsWith(`${name} `));
  const made = [...lines('tree'), `parent ${parent}`, ...lines('author'), ...lines('committer')];
  const args = ['hash-object', '-t', 'commit', ...(write ? ['-w'] : []), '--stdin'];
  const hashed = await runGit(repository, args, { input: `${made.join('\n')}\n\n${message}\n` });
  return hashed.stdout.toString('utf8').trim();
}
