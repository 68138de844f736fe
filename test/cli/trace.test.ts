import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { runCommandLine } from '../../actions/cli/command-line.ts';
import { type GitRegistry, gitRegistry, soundRegistry } from '../fixtures/git-registry.ts';
import { testWorld } from '../fixtures/world.ts';

const sound = soundRegistry();

async function trace(repository: GitRegistry, ...argv: string[]) {
  const world = testWorld(`${repository.root}/.tiltyard`, { PATH: process.env['PATH'], HOME: repository.root });
  const verbs = { trace: () => import('../../actions/cli/trace.ts') };
  const status = await runCommandLine(['trace', '--root', repository.root, ...argv], verbs, world);
  const said = stripVTControlCharacters(world.printed.join('\n'));
  return { status, said, errors: world.errors.join('\n') };
}

describe('trace', () => {
  it('goes from a version to data, evaluation, commit and approver', async () => {
    const { status, said } = await trace(sound, '1.2.0');
    const { artifact, evidence, lineage } = sound.version('1.2.0');
    const head = sound.git('rev-parse', '--short=10', 'HEAD');
    expect(status).toBe(0);
    expect(said).toContain('1.2.0 is a version of shop.\n');
    for (const line of [
      'shop 1.2.0, canary with 5 % of the traffic',
      `artifact ${artifact.digest}, ${artifact.bytes} bytes, at ${artifact.uri}`,
      'follows 1.1.0',
      'data/train.parquet: 1,000 rows, 2001-01-01T00:00:00.000Z to 2001-03-31T23:59:00.000Z',
      `evidence training-${evidence.training}`,
      'begun 2026-11-20T08:00:00.000Z by Ada',
      'took 12.5 s',
      'in no workflow run: a local build',
      `evidence evaluation-${evidence.evaluation}, measured 2026-11-21T08:00:00Z`,
      `${lineage.commit}, which this clone does not have: it was removed, or lies in another repository`,
      `${head} 2026-01-08T09:00:00.000Z shop 1.2.0 → canary 5 %`,
      'merged as pull request #12',
    ]) {
      expect(said).toContain(`\n  ${line}\n`);
    }
    expect(said).toContain('\n1.2.0 → canary 5 %\n');
    expect(said).toContain('Who approved a pull request, and on which head, GitHub knows and git does not');
  });

  it('knows the commit that a version was trained from, and reviewers by the message', async () => {
    const repository = gitRegistry(sound);
    const commit = repository.git('rev-parse', 'HEAD');
    repository.register('1.3.0', { parent: '1.2.0', edit: (version) => (version.lineage.commit = commit) });
    repository.commit('Register shop 1.3.0\n\nReviewed-by: Grace <grace@example.com>\nApproved-by: Alan');
    const { said } = await trace(repository, '1.3.0', '--model', 'shop');
    expect(said).toContain(`\nsource\n  ${commit.slice(0, 10)} 2026-01-08`);
    expect(said).toMatch(/reviewed by Grace <grace@example.com>\n {2}reviewed by Alan\n/);
    expect((await trace(repository, commit.slice(0, 8))).said).toContain(
      'is the commit that it was trained from of shop 1.3.0.',
    );
    repository.register('1.4.0', { parent: '1.2.0' });
    expect((await trace(repository, '1.4.0')).said).toContain('\nregistered\n  not committed yet\n');
  });

  it('finds by any digest, or its beginning, every version that has it', async () => {
    const { artifact, evidence, lineage } = sound.version('1.1.0');
    const one = await trace(sound, artifact.digest);
    expect(one.said).toContain(`${artifact.digest} is the artifact of shop 1.1.0.`);
    expect((await trace(sound, evidence.evaluation?.slice(0, 9) ?? '')).said).toContain(
      'is the evaluation evidence of shop 1.1.0.',
    );
    const all = JSON.parse((await trace(sound, lineage.data.train.digest, '--format', 'json')).said);
    expect(all.traces.map(({ as }: { as: string }) => as)).toEqual(Array(3).fill('the training data'));
    expect(all.traces[0].links[0]).toEqual({ name: 'version', lines: expect.arrayContaining(['shop 1.0.0, retired']) });
  });

  it.each([
    ['1.9.0', 'no version in registry/ has 1.9.0'],
    ['abcdef', 'is neither a version nor a digest'],
    ['f'.repeat(64), 'no version in registry/ has ffff'],
    ['--output=x', 'unknown option'],
    ['HEAD', 'is neither a version nor a digest'],
  ])('refuses %j', async (what, said) => {
    expect(await trace(sound, what)).toMatchObject({ status: 3, errors: expect.stringContaining(said) });
  });

  it('lists the commits that made a version go', async () => {
    const repository = gitRegistry(sound);
    const { digest } = sound.version('1.1.0').artifact;
    repository.channels({ champion: '1.1.0', retired: ['1.0.0'] });
    repository.commit('Withdraw the canary');
    repository.channels({ champion: '1.0.0', quarantined: [{ version: '1.1.0', digest, reason: 'p99 doubled' }] });
    repository.commit('Back to 1.0.0');
    const namesOf = async (number: string) => {
      const { traces } = JSON.parse((await trace(repository, number, '--format', 'json')).said);
      const links: { name: string }[] = traces[0].links;
      return links.map(({ name }) => name).slice(6);
    };
    const rollback = 'rollback to 1.0.0, champion → quarantined (“p99 doubled”)';
    expect(await namesOf('1.0.0')).toEqual(['1.0.0 → champion', '1.1.0 → champion', rollback]);
    expect(await namesOf('1.1.0')).toEqual(['1.1.0 → canary 5 %', '1.1.0 → champion', rollback]);
    expect(await namesOf('1.2.0')).toEqual(['1.2.0 → canary 5 %', 'canary → registered']);
  });

  it('says that a shallow clone does not have the commit', async () => {
    const clone = gitRegistry();
    clone.remove('.git');
    clone.remove('.gitignore');
    clone.git('clone', '--quiet', '--depth', '1', `file://${encodeURI(sound.root)}`, '.');
    expect((await trace(clone, '1.2.0')).said).toContain('which this clone does not have: this clone is shallow');
  });
});
