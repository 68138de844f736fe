import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { runCommandLine } from '../../actions/cli/command-line.ts';
import { gitFolder } from '../fixtures/history.ts';
import { versionDocument } from '../fixtures/version.ts';
import { testWorld } from '../fixtures/world.ts';
import { python } from './python.ts';

/** `gto show --json`: artifact → its latest version, and the version of each stage. */
const Shown = z.record(
  z.string(),
  z.object({ version: z.string().nullable(), stage: z.record(z.string(), z.string()) }),
);

const { root, commit } = gitFolder();

async function gto(...args: string[]): Promise<string> {
  return (await execa(join(python(), '../gto'), args, { cwd: root })).stdout;
}

/** Mirrors the registry, and asks gto what it sees. */
async function show() {
  const world = testWorld(root, { PATH: process.env['PATH'] });
  const argv = ['gto', '--model', 'shop', '--root', root];
  expect(
    await runCommandLine(argv, { gto: () => import('../../actions/cli/gto.ts') }, world),
    world.errors.join(),
  ).toBe(0);
  return Shown.parse(JSON.parse(await gto('show', '--json')))['shop'];
}

describe('the real gto, after tiltyard gto', () => {
  it('shows champion and canary, follows a promotion, and a rollback that quarantines', async () => {
    commit({ registers: ['1.0.0'], channels: { champion: '1.0.0' } });
    commit({ registers: ['1.1.0'], merged: true });
    commit({ channels: { champion: '1.0.0', canary: { version: '1.1.0', traffic: 5 } }, merged: true });
    expect(await show()).toEqual({ version: 'v1.1.0', stage: { champion: 'v1.0.0', canary: 'v1.1.0' } });

    commit({ channels: { champion: '1.1.0', retired: ['1.0.0'] } });
    expect((await show()).stage).toEqual({ champion: 'v1.1.0' });

    const { digest } = versionDocument('1.1.0').artifact;
    const quarantined = [{ version: '1.1.0', digest, reason: 'Recall fell.' }];
    commit({ channels: { champion: '1.0.0', quarantined } });
    expect((await show()).stage).toEqual({ champion: 'v1.0.0', quarantined: 'v1.1.0' });

    const overrides = [{ version: '1.1.0', digest, reason: 'The label was wrong.', expires: '2026-12-31' }];
    commit({ channels: { champion: '1.0.0', quarantined, overrides } });
    expect((await show()).stage).toEqual({ champion: 'v1.0.0' });

    expect(await gto('show', 'shop#champion', '--ref')).toBe('shop@v1.0.0');
    const history = z.array(z.object({ author: z.string(), ref: z.string() }));
    const events = history.parse(JSON.parse(await gto('history', 'shop', '--json')));
    expect(new Set(events.map(({ author }) => author))).toEqual(new Set(['Ada Release']));
    expect(events.map(({ ref }) => ref)).toContain('shop#champion!#6');
  });

  it('knows every one of several versions that one commit registered', async () => {
    commit({ registers: ['2.0.0', '2.1.0', '2.2.0'], channels: { champion: '1.0.0' } });
    commit({ channels: { champion: '1.0.0', canary: { version: '2.0.0', traffic: 5 } } });
    expect(await show()).toEqual({ version: 'v2.2.0', stage: { champion: 'v1.0.0', canary: 'v2.0.0' } });
    commit({ channels: { champion: '2.0.0', retired: ['1.0.0'] } });
    commit({ channels: { champion: '2.0.0', canary: { version: '2.1.0', traffic: 5 }, retired: ['1.0.0'] } });
    expect((await show()).stage).toMatchObject({ champion: 'v2.0.0', canary: 'v2.1.0' });
    expect(await gto('show', 'shop#champion', '--ref')).toBe('shop@v2.0.0');
    for (const number of ['2.0.0', '2.1.0', '2.2.0']) {
      expect(await gto('check-ref', `shop@v${number}`)).toContain(
        `Version "v${number}" of artifact "shop" was registered`,
      );
    }
  });
});
