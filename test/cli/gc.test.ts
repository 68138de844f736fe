import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startFauxqs } from 'fauxqs';
import { afterAll, describe, expect, it } from 'vitest';
import { storedFiles } from '#lib/store/artifact.ts';
import { openStore } from '#lib/store/open.ts';
import { runCommandLine } from '../../actions/cli/command-line.ts';
import { type GitRegistry, gitRegistry, sha256, soundRegistry, VERSIONS } from '../fixtures/git-registry.ts';
import { testWorld } from '../fixtures/world.ts';
import { makeBucket } from '../lib/store/bucket.ts';

const OLD = new Date('2026-06-01');
const STORE = '.tiltyard/store';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

async function gc(repository: GitRegistry, ...more: string[]) {
  const world = testWorld(repository.path('.tiltyard'), process.env);
  const status = await runCommandLine(
    ['gc', '--root', repository.root, ...more],
    { gc: () => import('../../actions/cli/gc.ts') },
    world,
  );
  return { status, printed: world.printed.join('\n'), errors: world.errors.join('\n') };
}

/** Puts something into the store that was written in June. @returns its key. */
function put(repository: GitRegistry, content: string, modified = OLD): string {
  const key = sha256(content);
  writeFileSync(repository.path(`${STORE}/${key}`), content);
  utimesSync(repository.path(`${STORE}/${key}`), modified, modified);
  return key;
}

/** Makes all that lies in the store old. */
function age(repository: GitRegistry): void {
  for (const name of keys(repository)) utimesSync(repository.path(`${STORE}/${name}`), OLD, OLD);
}

const keys = (repository: GitRegistry) => readdirSync(repository.path(STORE)).sort();

/** Whether the artifacts of these versions are whole. */
async function whole(repository: GitRegistry, ...digests: string[]): Promise<void> {
  const signal = new AbortController().signal;
  const store = await openStore({ uri: `file:${STORE}` }, { root: repository.root, env: {}, signal });
  for (const digest of digests) {
    for (const { key } of await storedFiles(store, digest)) expect(await store.verify(key)).toBe('intact');
  }
}

describe('tiltyard gc', () => {
  it('lists what nothing names and deletes it with --yes, and keeps all that the registry names', async () => {
    const repository = soundRegistry();
    age(repository);
    const before = keys(repository);
    const garbage = [put(repository, 'of a run that failed'), put(repository, 'of a branch that was closed')].sort();
    const young = put(repository, 'uploaded an hour ago', new Date('2026-11-21T11:00:00Z'));
    const listed = await gc(repository);
    expect([listed.status, listed.errors]).toEqual([0, '']);
    for (const key of garbage) expect(listed.printed).toContain(`${key}  0.00 MB  2026-06-01`);
    for (const key of [...before, young]) expect(listed.printed).not.toContain(key);
    expect(listed.printed).toContain('2 objects (0.00 MB) that nothing names');
    expect(listed.printed).toContain(`kept: ${before.length} objects by name, 1 for being new`);
    expect(listed.printed).toContain('Nothing was deleted');
    expect((await gc(repository, '--dry-run')).printed).toBe(listed.printed);
    expect(keys(repository)).toEqual([...before, ...garbage, young].sort());

    const half = repository.path(`${STORE}/.${randomUUID()}.part`);
    writeFileSync(half, 'half');
    utimesSync(half, OLD, OLD);
    const deleted = await gc(repository, '--yes');
    expect([deleted.status, deleted.errors]).toEqual([0, '']);
    expect(deleted.printed).toContain('Deleted 2 objects, and 1 interrupted upload older than a day.');
    expect(keys(repository)).toEqual([...before, young].sort());
    const digests = ['1.0.0', '1.1.0', '1.2.0'].map((number) => repository.version(number).artifact.digest);
    await whole(repository, ...digests);

    expect((await gc(repository, '--yes', '--grace-days', '0')).status).toBe(0);
    expect(keys(repository)).toEqual(before);
    expect((await gc(repository, '--yes', '--dry-run')).status).toBe(3);
  });

  it('keeps what branches, tags, old commits, the index and uncommitted files name', async () => {
    const repository = gitRegistry();
    repository.register('1.0.0');
    repository.commit('one');
    const kept = [repository.version('1.0.0').artifact.digest];
    const add = (number: string) => kept.push(repository.register(number).artifact.digest);
    const onBranch = (branch: string, work: () => void) => {
      repository.git('switch', '--quiet', '--create', branch);
      work();
      repository.git('switch', '--quiet', 'main');
    };
    onBranch('tiltyard/other', () => {
      add('1.1.0');
      repository.commit('on a branch');
    });
    onBranch('gone', () => {
      add('1.2.0');
      repository.commit('only a tag is left of it');
      repository.git('tag', 'kept');
    });
    repository.git('branch', '--quiet', '-D', 'gone');
    // Merged and thrown away in the merge itself: no tree of main's tip has it.
    onBranch('undone', () => {
      add('1.3.0');
      repository.commit('merged, and thrown away in the merge');
    });
    repository.git('merge', '--quiet', '--no-ff', '--strategy=ours', '--message', 'no', 'undone');
    repository.git('branch', '--quiet', '-D', 'undone');
    add('1.4.0');
    repository.commit('removed in the next commit');
    repository.remove(`${VERSIONS}/1.4.0.yaml`);
    repository.commit('removed');
    add('1.5.0');
    repository.git('add', '--all');
    repository.remove(`${VERSIONS}/1.5.0.yaml`);
    repository.remove('registry/shop/evidence');
    add('1.6.0');
    // Damaged, and of an unknown kind: searched all the same.
    kept.push(sha256('named in a text'));
    put(repository, 'named in a text');
    repository.write('registry/shop/notes.txt', `{ broken: ${sha256('named in a text')}`);
    age(repository);
    const garbage = put(repository, 'garbage');
    const { status, errors } = await gc(repository, '--yes');
    expect([status, errors]).toEqual([0, '']);
    for (const key of kept) expect(keys(repository)).toContain(key);
    await whole(repository, ...kept.slice(0, -1));
    expect(keys(repository)).not.toContain(garbage);
  });

  it('asks the remotes for branches that this clone does not know', async () => {
    const origin = soundRegistry();
    const clone = mkdtempSync(join(tmpdir(), 'tiltyard-clone-'));
    folders.push(clone);
    origin.git('clone', '--quiet', origin.root, clone);
    const repository: GitRegistry = {
      ...origin,
      root: clone,
      path: (name) => join(clone, name),
      git: (...args) => origin.git('-C', clone, ...args),
    };
    origin.git('switch', '--quiet', '--create', 'tiltyard/later');
    const { artifact } = origin.register('2.0.0');
    origin.commit('pushed after the clone');
    rmSync(repository.path('.tiltyard'), { recursive: true, force: true });
    repository.write('tiltyard.yaml', '');
    writeFileSync(repository.path('tiltyard.yaml'), `store: { uri: "file:${origin.path(STORE)}" }\n`);
    age(origin);
    const garbage = put(origin, 'garbage');
    const refused = await gc(repository, '--yes');
    expect([refused.status, refused.errors]).toEqual([3, expect.stringContaining('git fetch --all --prune')]);
    expect((await gc(repository, '--no-remotes')).printed).toContain(artifact.digest);
    repository.git('fetch', '--quiet');
    expect((await gc(repository, '--yes')).status).toBe(0);
    expect([keys(origin).includes(artifact.digest), keys(origin).includes(garbage)]).toEqual([true, false]);
    rmSync(origin.path('.git'), { recursive: true });
    const alone = await gc(repository, '--yes');
    expect([alone.status, alone.errors]).toEqual([3, expect.stringContaining('the remote origin can')]);
    expect((await gc(repository, '--yes', '--no-remotes')).status).toBe(0);
    await whole(origin, artifact.digest);
  });

  it('refuses where it can’t know what is named, and deletes nothing', async () => {
    const refusals: [string, (repository: GitRegistry) => void, string][] = [
      ['no git', (repository) => repository.remove('.git'), 'is in no git repository'],
      [
        'a shallow clone',
        (repository) => writeFileSync(repository.path('.git/shallow'), `${repository.git('rev-parse', 'HEAD~1')}\n`),
        'is shallow',
      ],
      [
        'a damaged list',
        (repository) => {
          const { digest } = repository.version('1.0.0').artifact;
          put(repository, 'x');
          writeFileSync(repository.path(`${STORE}/${digest}`), 'x');
        },
        'is damaged',
      ],
      [
        'a missing list',
        (repository) => repository.remove(`${STORE}/${repository.version('1.0.0').artifact.digest}`),
        'some files may be among the above',
      ],
    ];
    for (const [, spoil, message] of refusals) {
      const repository = soundRegistry();
      age(repository);
      put(repository, 'garbage');
      spoil(repository);
      const before = keys(repository);
      const { status, errors } = await gc(repository, '--yes');
      expect([status, errors]).toEqual([3, expect.stringContaining(message)]);
      expect(keys(repository)).toEqual(before);
    }
  });

  it('tells of artifacts that are missing, and goes on where that is said to be fine', async () => {
    const repository = soundRegistry();
    const { digest } = repository.version('1.0.0').artifact;
    repository.remove(`${STORE}/${digest}`);
    age(repository);
    const listed = await gc(repository);
    expect([listed.status, listed.errors]).toEqual([
      0,
      expect.stringContaining(`missing: the registry names ${digest}`),
    ]);
    const deleted = await gc(repository, '--yes', '--ignore-missing');
    expect(deleted.status).toBe(0);
    expect(existsSync(repository.path(`${STORE}/${sha256('features of 1.0.0')}`))).toBe(false);
    await whole(repository, repository.version('1.1.0').artifact.digest);
  });

  it('works on a bucket', async () => {
    const server = await startFauxqs({ port: 0, logger: false });
    const env = { AWS_ACCESS_KEY_ID: 'anybody', AWS_SECRET_ACCESS_KEY: 'anything' };
    const bucket = await makeBucket(server.port, env);
    const repository = soundRegistry();
    for (const key of keys(repository)) await bucket.write(`team/models/${key}`, repository.read(`${STORE}/${key}`));
    const before = await bucket.names();
    await bucket.write(`team/models/${sha256('garbage')}`, 'garbage');
    await bucket.write('team/models/README.md', 'not ours');
    const uri = `s3://${bucket.name}/team/models`;
    repository.write('tiltyard.yaml', `store: { uri: "${uri}", endpoint: "${bucket.proxy.endpoint}" }\n`);
    const world = testWorld(repository.path('.tiltyard'), { ...process.env, ...env });
    // The server's clock is the real one.
    world.now = () => new Date(Date.now() + 8 * 86_400_000);
    const command = ['gc', '--yes', '--root', repository.root];
    const status = await runCommandLine(command, { gc: () => import('../../actions/cli/gc.ts') }, world);
    expect([status, world.errors]).toEqual([0, []]);
    expect(world.printed.join('\n')).toContain('Deleted 1 object');
    expect(await bucket.names()).toEqual([...before, 'team/models/README.md'].sort());
    await bucket.stop();
    await server.stop();
  });
});
