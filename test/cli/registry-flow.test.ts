import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readVersion } from '#lib/registry/working-tree.ts';
import { command, commitAll } from '../fixtures/registry.ts';
import { MODEL } from '../fixtures/repository.ts';
import { measure } from '../fixtures/run.ts';
import { makeTrainable, runsOf, train } from '../fixtures/trainable.ts';

describe('a model’s way through the registry', () => {
  it('is trained, registered, promoted, trained again, evaluated against the champion, registered, promoted, rolled back', async () => {
    const repository = makeTrainable({ train: { params: { model: 2 } } });
    repository.write('.gitignore', '.tiltyard/\nout/\n');
    commitAll(repository, 'the model');
    const go = async (...words: Parameters<typeof command>[1]) => {
      const made = await command(repository, words);
      expect([made.status, made.errors]).toEqual([0, '']);
      commitAll(repository, words.join(' '));
      return made.printed;
    };
    const trained = async (model: number) => {
      expect((await train(repository)).errors).toBe('');
      const run = runsOf(repository).find(({ params }) => params['model'] === model);
      if (run === undefined) throw new Error('it was not trained');
      return run;
    };

    const first = await trained(2);
    expect(await go('register', '--run', first.run)).not.toContain('not all committed');
    await go('promote', '1.0.0');

    repository.write(MODEL, readFileSync(repository.path(MODEL), 'utf8').replace('model: 2', 'model: 0'));
    const second = await trained(0);
    const { evidence, verdict } = await measure(repository, {
      candidate: `.tiltyard/runs/shop/${second.run}/artifact`,
      champion: null,
    });
    expect([evidence.champion?.version, evidence.champion?.digest, verdict.verdict]).toEqual([
      '1.0.0',
      first.digest,
      'pass',
    ]);
    const said = await go('register', '--run', second.run, '--evaluation', repository.path('out/evaluation.json'));
    expect(said).toContain('shop 1.1.0 is registered: a minor step from 1.0.0: it differs in params (model).');
    expect(said).toContain('not all committed');
    const { value } = await readVersion(repository.root, 'shop', '1.1.0');
    expect(value).toMatchObject({
      parent: '1.0.0',
      artifact: { digest: second.digest },
      lineage: { params: { model: 0 } },
    });

    await go('promote', '1.1.0', '--traffic', '5');
    await go('promote', '1.1.0');
    const itself = await measure(repository, { candidate: '1.0.0', champion: null });
    expect([itself.evidence.champion?.version, itself.verdict.verdict]).toEqual(['1.1.0', 'fail']);
    await go('rollback', '--quarantine', 'it was the summer');
    expect(readFileSync(repository.path('registry/shop/channels.yaml'), 'utf8')).toBe(
      `champion: 1.0.0\ncanary: null\nretired: []\nquarantined:\n  - version: 1.1.0\n    digest: ${second.digest}\n    reason: it was the summer\n`,
    );
    expect(await command(repository, ['fsck', '--deep'])).toMatchObject({ status: 0, errors: '' });
    // The same inputs give the same artifact, which is quarantined now.
    const again = await command(repository, ['register', '--run', second.run]);
    expect([again.status, again.errors]).toEqual([
      3,
      expect.stringContaining('quarantined as 1.1.0: “it was the summer”'),
    ]);
  });
});
