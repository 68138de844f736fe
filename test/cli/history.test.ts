import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { runCommandLine } from '../../actions/cli/command-line.ts';
import { CHANNELS, type GitRegistry, gitRegistry, soundRegistry } from '../fixtures/git-registry.ts';
import { testWorld } from '../fixtures/world.ts';

const sound = soundRegistry();

async function history(repository: GitRegistry, ...more: string[]) {
  const world = testWorld(`${repository.root}/.tiltyard`, { PATH: process.env['PATH'], HOME: repository.root });
  const verbs = { history: () => import('../../actions/cli/history.ts') };
  const args = ['history', '--root', repository.root, '--model', 'shop', ...more];
  const status = await runCommandLine(args, verbs, world);
  return { status, said: world.printed.join('\n'), errors: world.errors.join('\n') };
}

describe('history', () => {
  it('tells who moved what, when, why and on which evidence, the newest first', async () => {
    const { status, said } = await history(sound);
    expect(status).toBe(0);
    const training = (number: string) => sound.version(number).evidence.training;
    const id = (commit: string) => sound.git('rev-parse', '--short=10', commit);
    const entries = stripVTControlCharacters(said).split('\n\n');
    expect(entries[0]).toBe(
      [
        '1.2.0 → canary 5 %',
        `  2026-01-08T09:00:00.000Z  ${id('HEAD')}  Ada Release <ada@example.com>, pull request #12`,
        '  why: shop 1.2.0 → canary 5 %',
        `  evidence: training-${training('1.2.0')}`,
        `  evidence: evaluation-${sound.version('1.2.0').evidence.evaluation}`,
      ].join('\n'),
    );
    expect(entries[1]).toMatch(/^1\.1\.0 → champion\n {2}2026-01-06/);
    expect(entries[2]).toMatch(/^1\.1\.0 → canary 5 %\n {2}2026-01-05/);
    expect(entries[3]).toBe(
      [
        '1.0.0 → champion',
        `  2026-01-03T09:00:00.000Z  ${id('HEAD~4')}  Ada Release <ada@example.com>, reviewed by Grace <grace@example.com>`,
        '  why: shop 1.0.0 → champion',
        `  evidence: training-${training('1.0.0')}`,
      ].join('\n'),
    );
    expect(entries[4]).toContain('git proves none of them');
  });

  it.each([
    ['2026-01-02', 'shop had no channels yet.'],
    ['2026-01-03', 'the champion of shop was 1.0.0, since 2026-01-03T09:00:00.000Z'],
    ['2026-01-05T12:00:00Z', 'the champion of shop was 1.0.0, since 2026-01-03T09:00:00.000Z'],
    ['2026-01-06T08:59:59Z', 'the champion of shop was 1.0.0, since'],
    ['2026-01-06T09:00:00Z', 'the champion of shop was 1.1.0, since 2026-01-06T09:00:00.000Z'],
    ['2026-01-06T09:30:00+01:00', 'the champion of shop was 1.0.0'],
    ['2030-01-01', 'the champion of shop was 1.1.0, since 2026-01-06T09:00:00.000Z'],
  ])('tells what was champion at %s', async (at, said) => {
    expect((await history(sound, '--at', at)).said).toContain(said);
  });

  it('warns where the champion of then is none', async () => {
    const repository = gitRegistry(sound);
    repository.channels({ champion: '1.9.0', retired: ['1.0.0', '1.1.0'] });
    repository.commit('By hand');
    const { said } = await history(repository, '--at', '2030-01-01');
    expect(said).toContain('the champion of shop was 1.9.0');
    expect(stripVTControlCharacters(said)).toContain('\n  ! The champion 1.9.0 is not registered.\n');
    const then = JSON.parse((await history(repository, '--at', '2030-01-01', '--format', 'json')).said);
    expect(then.problems).toEqual(['The champion 1.9.0 is not registered.']);
    expect((await history(repository, '--at', '2026-01-06')).said).not.toContain('!');
  });

  it('gives all of it as JSON', async () => {
    const { said } = await history(sound, '--format', 'json');
    const { moves, model } = JSON.parse(said);
    expect([model, moves.length]).toEqual(['shop', 4]);
    expect(moves[3]).toMatchObject({
      commit: sound.git('rev-parse', 'HEAD'),
      author: { name: 'Ada Release', email: 'ada@example.com' },
      committer: null,
      pull_request: 12,
      moves: ['1.2.0 → canary 5 %'],
      problems: [],
      channels: { champion: '1.1.0', canary: { version: '1.2.0', traffic: 5 }, retired: ['1.0.0'] },
    });
    const then = JSON.parse((await history(sound, '--at', '2026-01-04', '--format', 'json')).said);
    expect(then).toMatchObject({ at: '2026-01-04T23:59:59.999Z', channels: { champion: '1.0.0' } });
  });

  it('names evidence that was committed with a move, and edits that are no legal move', async () => {
    const repository = gitRegistry(sound);
    const text = '{"kind":"canary","model":"shop"}';
    const digest = 'a'.repeat(64);
    repository.write(`registry/shop/evidence/canary-${digest}.json`, text);
    repository.channels({ champion: '1.1.0', canary: { version: '1.2.0', traffic: 25 }, retired: ['1.0.0'] });
    repository.commit('shop 1.2.0 → canary 25 % (#31)\n\nCo-authored-by: Alan <alan@example.com>');
    repository.channels({ champion: '1.2.0' });
    repository.commit('By hand');
    repository.write(CHANNELS, 'champion: [\n');
    repository.commit('Broken');
    const { moves } = JSON.parse((await history(repository, '--format', 'json')).said);
    expect(moves[4]).toMatchObject({
      pull_request: 31,
      co_authors: ['Alan <alan@example.com>'],
      moves: ['1.2.0 → canary 25 %'],
    });
    expect(moves[4].evidence).toContain(`canary-${digest}`);
    expect(moves[5].problems).toEqual([
      '1.0.0 is no longer retired, though it was not rolled back to.',
      '1.1.0 is no longer retired, though it was not rolled back to.',
    ]);
    expect(moves[6].problems[0]).toContain('this is no valid YAML');
    expect((await history(repository, '--at', '2030-01-01')).said).toContain('channels.yaml of shop could not be read');
  });

  it('says when the clocks of two commits disagree', async () => {
    const repository = gitRegistry(sound);
    for (const [traffic, day] of [
      [25, 30],
      [50, 20],
    ]) {
      expect((await history(repository)).said).not.toContain('is dated before');
      repository.channels({ champion: '1.1.0', canary: { version: '1.2.0', traffic }, retired: ['1.0.0'] });
      repository.commit(`shop 1.2.0 → canary ${traffic} %`, day);
    }
    const late = repository.git('rev-parse', '--short=10', 'HEAD');
    expect((await history(repository)).said).toContain(`Commit ${late} is dated before the one that it follows`);
  });

  it('S15 prints nothing that a terminal obeys', async () => {
    const repository = gitRegistry(sound);
    repository.git('config', 'user.name', 'Eve \u001b]0;x\u0007');
    repository.channels({ champion: '1.1.0', canary: { version: '1.2.0', traffic: 25 }, retired: ['1.0.0'] });
    repository.commit('\u001b[2Jgone\u202e\n\nReviewed-by: \u001b[31mMallory');
    const { said } = await history(repository);
    const own = ['1', '22', '2', '33', '39'].reduce((text, code) => text.replaceAll(`\u001b[${code}m`, ''), said);
    expect(own).not.toMatch(/[^\P{Cc}\n]|\p{Cf}/u);
    expect(said).toContain('[2Jgone');
  });

  it.each([['cart'], ['../shop'], [':(glob)**'], ['-x']])('refuses the model %j', async (model) => {
    const world = testWorld(`${sound.root}/.tiltyard`, { PATH: process.env['PATH'] });
    const verbs = { history: () => import('../../actions/cli/history.ts') };
    expect(await runCommandLine(['history', '--root', sound.root, `--model=${model}`], verbs, world)).toBe(3);
    expect(world.errors.join()).toContain('git knows no registry/');
  });

  it('refuses a time that is none', async () => {
    expect((await history(sound, '--at', 'yesterday')).errors).toContain('--at: is no day as 2026-03-01');
  });
});
