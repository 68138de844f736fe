import { existsSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { subjectOf } from '../fixtures/evaluation.ts';
import { command, commitAll, makeRun, writeEvaluation } from '../fixtures/registry.ts';
import { makeRepository, type Repository } from '../fixtures/repository.ts';
import { testWorld } from '../fixtures/world.ts';

const CHANNELS = 'registry/shop/channels.yaml';
const channels = (repository: Repository) => readFileSync(repository.path(CHANNELS), 'utf8');

/** A repository with registered versions 1.0.0, 1.0.1, …, each evaluated against the one before; returns their digests. */
async function registered(count: number): Promise<{ repository: Repository; digests: string[] }> {
  const repository = makeRepository({ count: 1, champion: null });
  const digests: string[] = [];
  for (let k = 0; k < count; k++) {
    const { digest } = (await makeRun(repository, `run-${k}`, 1 + k / 10)).artifact;
    const before = digests.at(-1);
    const evaluation = writeEvaluation(repository, digest, (document) => {
      document.champion = before === undefined ? null : { ...subjectOf(), digest: before, version: `1.0.${k - 1}` };
    });
    const words = ['--run', repository.path(`run-${k}`), '--evaluation', evaluation];
    expect((await command(repository, ['register', ...words])).errors).toBe('');
    digests.push(digest);
  }
  return { repository, digests };
}

describe('the commands that move a version', () => {
  it('S15 do not follow links out of the registry, nor repeat what they lead to', async () => {
    const { repository } = await registered(1);
    const secret = repository.write('elsewhere/secret.yaml', 'token: hunter2\n');
    const folder = repository.path('registry/shop');
    symlinkSync(secret, repository.path(CHANNELS));
    const linked = await command(repository, ['promote', '1.0.0']);
    expect([linked.status, linked.errors]).toEqual([
      3,
      expect.stringContaining('channels.yaml is a link, which is not'),
    ]);
    expect(linked.errors).not.toMatch(/token|hunter2/);
    expect(readFileSync(secret, 'utf8')).toBe('token: hunter2\n');
    rmSync(repository.path(CHANNELS));
    renameSync(join(folder, 'versions'), repository.path('elsewhere/versions'));
    symlinkSync(repository.path('elsewhere/versions'), join(folder, 'versions'));
    expect((await command(repository, ['promote', '1.0.0'])).errors).toContain('versions is a link, which is not read');
    renameSync(folder, repository.path('elsewhere/shop'));
    symlinkSync(repository.path('elsewhere/shop'), folder);
    expect((await command(repository, ['promote', '1.0.0'])).errors).toContain('shop is a link, which is not read');
    expect(existsSync(repository.path('elsewhere/shop/channels.yaml'))).toBe(false);
  });

  it('lead a version through its whole life, each by a few lines, and fsck finds nothing', async () => {
    const { repository, digests } = await registered(3);
    const move = async (...words: Parameters<typeof command>[1]) => {
      const made = await command(repository, words);
      expect([made.status, made.errors]).toEqual([0, '']);
      commitAll(repository, words.join(' '));
      return made.printed;
    };
    commitAll(repository, 'three versions');
    const first = await move('promote', '1.0.0');
    expect(first).toContain('shop: 1.0.0 → champion\nWrote ');
    expect(first).toContain('Next: commit registry/shop and open a pull request');
    expect(channels(repository)).toBe('champion: 1.0.0\n');

    expect(await move('promote', '1.0.1', '--traffic', '5')).toContain('shop: 1.0.1 → canary 5 %');
    expect(channels(repository)).toBe('champion: 1.0.0\ncanary: { version: 1.0.1, traffic: 5 }\n');
    await move('promote', '1.0.1', '--traffic', '50');
    expect(channels(repository)).toBe('champion: 1.0.0\ncanary: { version: 1.0.1, traffic: 50 }\n');
    expect(await move('withdraw')).toContain('shop: canary → registered');
    expect(channels(repository)).toBe('champion: 1.0.0\ncanary: null\n');
    await move('promote', '1.0.1', '--traffic', '100');
    await move('promote', '1.0.1');
    expect(channels(repository)).toBe('champion: 1.0.1\ncanary: null\nretired: [1.0.0]\n');
    await move('promote', '1.0.2', '--traffic', '12.5');
    await move('promote', '1.0.2', '--quarantine', 'forgets the weekend');
    const quarantined = (k: number, reason: string) =>
      `quarantined:\n  - version: 1.0.${k}\n    digest: ${digests[k]}\n    reason: ${reason}\n`;
    const after = `champion: 1.0.2\ncanary: null\nretired: [1.0.0]\n${quarantined(1, 'forgets the weekend')}`;
    expect(channels(repository)).toBe(after);

    expect(await move('rollback')).toContain('shop: rollback to 1.0.0');
    expect(await move('rollback', '--to', '1.0.2')).toContain('shop: rollback to 1.0.2');
    expect(channels(repository)).toBe(after);
    expect(await move('rollback', '--quarantine', 'p99: 80 ms')).toContain(
      'rollback to 1.0.0, champion → quarantined (“p99: 80 ms”)',
    );
    const both = `${quarantined(1, 'forgets the weekend')}${quarantined(2, '"p99: 80 ms"').replace('quarantined:\n', '')}`;
    expect(channels(repository)).toBe(`champion: 1.0.0\ncanary: null\nretired: []\n${both}`);

    const refused = await command(repository, ['promote', '1.0.2', '--traffic', '5']);
    expect([refused.status, refused.errors]).toEqual([
      3,
      expect.stringContaining('1.0.2 is quarantined: “p99: 80 ms”'),
    ]);
    await move('override', '1.0.2', '--reason', 'the disk was slow', '--expires', '2026-11-21');
    const stale = await command(repository, ['promote', '1.0.2', '--traffic', '5']);
    expect([stale.status, stale.errors]).toEqual([
      3,
      expect.stringContaining('1.0.2 was evaluated against 1.0.1, and 1.0.0 is the champion now'),
    ]);
    const why = ['--reason', 'evaluated  again:\nsee #12'];
    expect(await move('promote', '1.0.2', '--traffic', '5', ...why)).toContain(
      'Say why in the commit’s message, which tiltyard history repeats: evaluated again: see #12',
    );
    const tomorrow = testWorld(repository.root);
    tomorrow.now = () => new Date('2026-11-22T00:00:00Z');
    const late = await command(repository, ['promote', '1.0.2'], tomorrow);
    expect([late.status, late.errors]).toEqual([3, expect.stringContaining('its override ended on 2026-11-21')]);
    await move('quarantine', '1.0.2', '--reason', 'it was not the disk');
    expect(channels(repository)).toBe(
      `champion: 1.0.0\ncanary: null\nretired: []\n${both.replace('p99: 80 ms', 'it was not the disk')}overrides: []\n`,
    );
    expect(await command(repository, ['fsck', '--deep'])).toMatchObject({ status: 0, errors: '' });
  });

  it('keep comments, line endings and whatever else a person wrote', async () => {
    const { repository } = await registered(2);
    const text =
      '# Ask @ml first.\r\nchampion: "1.0.0"   # good\r\ncanary: {version: 1.0.1, traffic: 5} # new\r\n\r\nretired: [] # none';
    repository.write(CHANNELS, text);
    expect((await command(repository, ['promote', '1.0.1'])).errors).toBe('');
    expect(channels(repository)).toBe(
      text.replace('"1.0.0"', '"1.0.1"').replace('{version: 1.0.1, traffic: 5}', 'null').replace('[]', '[1.0.0]'),
    );
  });

  it('write a reason on one line, however it was given', async () => {
    const { repository } = await registered(2);
    await command(repository, ['promote', '1.0.0']);
    const { printed } = await command(repository, ['quarantine', '1.0.1', '--reason', 'p99 doubled:\n\n  80 ms ']);
    expect(printed).toContain('(“p99 doubled: 80 ms”)');
    expect(channels(repository)).toContain('    reason: "p99 doubled: 80 ms"\n');
  });

  it('roll back though model.yaml is broken, past a version that may not serve', async () => {
    const { repository, digests } = await registered(3);
    repository.write('models/shop/model.yaml', '[');
    repository.write(
      CHANNELS,
      `champion: 1.0.2\nretired: [1.0.0, 1.0.1]\nquarantined: [{ version: 1.0.1, digest: ${digests[1]}, reason: slow }]\n` +
        `overrides: [{ version: 1.0.1, digest: ${digests[1]}, reason: mended, expires: 2026-11-20 }]\n`,
    );
    expect(await command(repository, ['rollback'])).toMatchObject({ status: 0, errors: '' });
    expect(channels(repository)).toContain('champion: 1.0.0\nretired: [1.0.2, 1.0.1]\n');
  });

  it('lose no edit that somebody makes at the same time', async () => {
    const { repository } = await registered(2);
    repository.write(CHANNELS, 'champion: 1.0.0\n');
    const world = testWorld(repository.root);
    world.now = () => {
      repository.write(CHANNELS, 'champion: 1.0.0 # mine\n');
      return new Date('2026-11-21T12:00:00Z');
    };
    const { status, errors } = await command(repository, ['promote', '1.0.1', '--traffic', '5'], world);
    expect([status, errors]).toEqual([3, expect.stringContaining('somebody else changed registry/shop/channels.yaml')]);
    expect(channels(repository)).toBe('champion: 1.0.0 # mine\n');
  });
});

describe('tiltyard promote', () => {
  it.each<[string, string, string, string | null]>([
    ['an evaluation against the champion of now', 'champion: 1.0.0\n', '1.0.1', null],
    ['an evaluation against another one', 'champion: 1.0.0\n', '1.0.2', '1.0.2 was evaluated against 1.0.1'],
    ['an evaluation without a champion', 'champion: 1.0.1\n', '1.0.0', '1.0.0 was evaluated without a champion'],
    ['an evaluation against what is the same artifact by another number', 'champion: 1.0.3\n', '1.0.1', null],
  ])('takes %s, or a reason', async (_, text, version, doubt) => {
    const { repository, digests } = await registered(3);
    // The same artifact has one number; a manifest written by hand may give it another.
    const manifest = readFileSync(repository.path('registry/shop/versions/1.0.0.yaml'), 'utf8');
    repository.write('registry/shop/versions/1.0.3.yaml', manifest.replace('version: 1.0.0', 'version: 1.0.3'));
    repository.write(CHANNELS, text);
    const words: Parameters<typeof command>[1] = ['promote', version, '--traffic', '5'];
    const plain = await command(repository, words);
    if (doubt === null) expect([plain.status, plain.errors]).toEqual([0, '']);
    else {
      expect([plain.status, plain.errors]).toEqual([3, expect.stringContaining(`${doubt}, and `)]);
      expect(plain.errors).toContain(`(tiltyard evaluate --model shop --candidate ${version})`);
      expect(channels(repository)).toBe(text);
      expect((await command(repository, [...words, '--reason', 'looked at by Ann'])).status).toBe(0);
    }
    expect(channels(repository)).toBe(`${text}canary: { version: ${version}, traffic: 5 }\n`);
    expect(digests).toHaveLength(3);
  });

  it('takes no evaluation, evidence that is gone, and evidence that was changed, only with a reason', async () => {
    const { repository } = await registered(2);
    await makeRun(repository, 'run', 3);
    await command(repository, ['register', '--run', repository.path('run')]);
    await command(repository, ['promote', '1.0.0']);
    const errors = async (...words: string[]) =>
      (await command(repository, ['promote', ...words, '--traffic', '5'])).errors;
    expect(await errors('1.0.2')).toContain('1.0.2 was not evaluated, and 1.0.0 is the champion now');
    const manifest = readFileSync(repository.path('registry/shop/versions/1.0.1.yaml'), 'utf8');
    const path = `registry/shop/evidence/evaluation-${/evaluation: (\w+)/.exec(manifest)?.[1]}.json`;
    repository.write(path, readFileSync(repository.path(path), 'utf8').replace('1.0.0', '1.0.1'));
    expect(await errors('1.0.1')).toContain('has other bytes than its name says');
    rmSync(repository.path(path));
    expect(await errors('1.0.1')).toContain('the evaluation of 1.0.1 is not in the repository');
    expect(await errors('1.0.1', '--reason', 'it was looked at')).toBe('');
  });
});

describe('what they refuse, leaving channels.yaml as it is', () => {
  const legal = 'champion: 1.0.0\ncanary: { version: 1.0.1, traffic: 5 }\n';
  it.each<[string, string | null, Parameters<typeof command>[1], string]>([
    ['a jump over the canary', 'champion: 1.0.0\n', ['promote', '1.0.1'], '1.0.1 is not the canary'],
    ['a version that is not registered', legal, ['quarantine', '7.0.0', '--reason', 'x'], '7.0.0 is not registered'],
    ['no version', legal, ['promote', 'latest'], '--version'],
    ['half a version', legal, ['promote', '1.0'], '--version'],
    ['no traffic', legal, ['promote', '1.0.1', '--traffic', '0'], '--traffic: Too small'],
    ['traffic that is no number', legal, ['promote', '1.0.1', '--traffic', 'all'], '--traffic: is not a number'],
    [
      'a champion that stays and leaves',
      legal,
      ['promote', '1.0.1', '--traffic', '9', '--quarantine', 'x'],
      'Leave one of them out',
    ],
    ['no reason', legal, ['quarantine', '1.0.1', '--reason', '  '], '--reason: needs some words'],
    [
      'no day',
      legal,
      ['override', '1.0.1', '--reason', 'x', '--expires', '31.12.2026'],
      '--expires: is no day such as',
    ],
    ['nothing to roll back to', legal, ['rollback'], 'shop has no retired version to roll back to'],
    ['a first version that is none', null, ['promote', '3.0.0'], '3.0.0 is not registered'],
    [
      'an illegal state',
      'champion: 1.0.0\nretired: [1.0.0]\n',
      ['withdraw'],
      'channels.yaml:2:11: the retired version 1.0.0 is the champion already.',
    ],
    ['an unregistered champion', 'champion: 9.0.0\n', ['withdraw'], 'the champion 9.0.0 is not registered'],
    [
      'a digest that is not the version’s',
      `champion: 1.0.0\nquarantined: [{ version: 1.0.1, digest: ${'a'.repeat(64)}, reason: x }]\n`,
      ['rollback', '--to', '1.0.1'],
      'quarantined gives 1.0.1 another digest than its manifest',
    ],
    [
      'duplicate keys',
      'champion: 1.0.0\nchampion: 1.0.1\n',
      ['withdraw'],
      'channels.yaml:2:1: this key is there twice.',
    ],
    ['anchors and aliases', 'champion: &v 1.0.0\nretired: [*v]\n', ['withdraw'], 'anchors (&) are not read.'],
    [
      'an alias bomb',
      `champion: 1.0.0\na: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n`,
      ['withdraw'],
      'aliases (*) are not read.',
    ],
    ['a file that was emptied', '', ['promote', '1.0.0'], 'channels.yaml is empty.'],
    ['brackets without end', '['.repeat(200_000), ['withdraw'], 'channels.yaml is nested too deeply'],
    ['a model that is a path', legal, ['withdraw', '--model', '../shop'], '--model: is no name of a model'],
    ['something else', 'PK\u0003\u0004\u0000', ['withdraw'], 'channels.yaml'],
  ])('%s', async (_, text, words, message) => {
    const { repository } = await registered(2);
    if (text !== null) repository.write(CHANNELS, text);
    const { status, errors, printed } = await command(repository, words);
    expect(errors).toContain(message);
    expect([status, printed]).toEqual([3, '']);
    expect(existsSync(repository.path(CHANNELS)) ? channels(repository) : null).toBe(text);
  });
});
