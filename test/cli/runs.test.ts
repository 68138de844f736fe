import { existsSync, readFileSync } from 'node:fs';
import { hostname as thisHost } from 'node:os';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import type { Training } from '#registry/evidence/training.ts';
import { Run } from '#registry/run.ts';
import type { Version } from '#registry/version.ts';
import { runCommandLine } from '../../actions/cli/command-line.ts';
import { runDocument } from '../fixtures/kept-run.ts';
import { makeRepository, type Repository } from '../fixtures/repository.ts';
import { trainingDocument } from '../fixtures/training.ts';
import { versionDocument } from '../fixtures/version.ts';
import { testWorld } from '../fixtures/world.ts';

const repository = () => makeRepository({ count: 10, champion: null });

async function runs({ root }: Repository, ...argv: string[]) {
  const world = testWorld(root);
  const status = await runCommandLine(
    ['runs', ...argv, '--root', root],
    { runs: () => import('../../actions/cli/runs.ts') },
    world,
  );
  return { status, lines: world.printed, errors: world.errors, said: [...world.printed, ...world.errors].join('\n') };
}

function keep({ write }: Repository, training: Training, edit: (run: Run) => void = () => {}): void {
  const run = runDocument(training, edit);
  write(`.tiltyard/runs/${run.model}/${run.run}/run.json`, JSON.stringify(run));
  if (run.state === 'succeeded') {
    write(`.tiltyard/runs/${run.model}/${run.run}/training.json`, JSON.stringify(training));
  }
}

function register({ write }: Repository, version: Version, training: Training | string): void {
  write(`registry/shop/versions/${version.version}.yaml`, stringify(version));
  const text = typeof training === 'string' ? training : JSON.stringify(training);
  write(`registry/shop/evidence/training-${version.evidence.training}.json`, text);
}

/** The cells of a line of the table. */
const cells = (line: string | undefined) => line?.split(/ {2,}/) ?? [];

describe('tiltyard runs', () => {
  it('lists every run, the newest first, however it ended', async () => {
    const place = repository();
    const training = trainingDocument(versionDocument('1.0.0'));
    keep(place, training);
    keep(place, training, (run) => {
      run.run = '2026-11-21T11-00-00-ffffffff';
      run.started_at = '2026-11-21T11:00:00.000Z';
      Object.assign(run, {
        state: 'failed',
        why: 'the program\u001b[31m ended with status 2',
        digest: null,
        metrics: {},
      });
    });
    const { status, lines } = await runs(place);
    expect(status).toBe(0);
    expect(lines).toHaveLength(4);
    expect(cells(lines[1]).slice(0, 3)).toEqual(['2026-11-21T11-00-00-ffffffff', 'shop', 'failed']);
    expect(cells(lines[2])).toEqual([
      '2026-11-21T10-00-00-0a1b2c3d',
      'shop',
      'succeeded',
      'trees=100',
      '7',
      'roc_auc 0.7100 log_loss 0.5500',
      training.lineage.input_digest.slice(0, 10),
      training.artifact.digest.slice(0, 10),
      expect.any(String),
      expect.any(String),
    ]);
    expect(lines[3]).toBe('2026-11-21T11-00-00-ffffffff: the program\uFFFD[31m ended with status 2');
  });

  it('knows which run a version was registered of, and tells of versions whose run is elsewhere', async () => {
    const place = repository();
    for (const number of ['1.0.0', '1.1.0']) {
      const version = versionDocument(number);
      const training = trainingDocument(version, ({ timing }) => {
        timing.started_at = number === '1.0.0' ? '2026-11-01T00:00:00.000Z' : '2026-11-20T00:00:00.000Z';
        timing.by = `who trained ${number}`;
      });
      register(place, version, training);
      if (number === '1.1.0') keep(place, training);
    }
    const { said } = await runs(place, '--format', 'json');
    expect(JSON.parse(said)).toMatchObject([
      { name: '2026-11-21T10-00-00-0a1b2c3d', version: '1.1.0', by: 'who trained 1.1.0' },
      { name: '1.0.0', version: '1.0.0', by: 'who trained 1.0.0', metrics: { roc_auc: 0.71 } },
    ]);
  });

  it('lists a version whose evidence is gone or broken by what its manifest says', async () => {
    const place = repository();
    register(place, versionDocument('1.0.0'), '{ broken');
    const { said } = await runs(place, '--format', 'json');
    expect(JSON.parse(said)).toMatchObject([{ name: '1.0.0', params: { trees: 100 }, metrics: {}, seconds: null }]);
  });

  it('says of a run whose process is gone that it was killed', async () => {
    const place = repository();
    keep(place, trainingDocument(versionDocument('1.0.0')), (run) => {
      // No process has this number: it is above Linux's largest.
      Object.assign(run, { state: 'running', seconds: null, process: { host: thisHost(), pid: 2 ** 22 + 1 } });
    });
    expect(cells((await runs(place)).lines[1])[2]).toBe('interrupted');
    const path = place.path('.tiltyard/runs/shop/2026-11-21T10-00-00-0a1b2c3d/run.json');
    expect(Run.parse(JSON.parse(readFileSync(path, 'utf8'))).state).toBe('interrupted');
  });

  it('passes over what is no run, and lists nothing where nothing was trained', async () => {
    const place = repository();
    place.write('.tiltyard/runs/shop/a-file', '');
    place.write('.tiltyard/runs/shop/2026-just-begun/log.txt', '');
    const { status, said } = await runs(place);
    expect([status, said]).toEqual([0, 'No runs yet: tiltyard train keeps each.']);
    expect(existsSync(place.path('.tiltyard/work'))).toBe(false);
  });

  const RUN = '2026-11-21T10-00-00-0a1b2c3d';
  it.each<[string, string | Uint8Array, string]>([
    ['another schema', '{"schema": "other"}', 'schema is not as it was written'],
    ['half of a file', '{"schema": "tiltyard/run/1",', 'it is no JSON'],
    ['a copy of another run', 'copy', `it is of the run ${RUN}`],
    ['no text', Uint8Array.of(0xff, 0xfe), 'it is no text in UTF-8'],
    ['a bare text', '"run"', 'it is not as it was written'],
  ])('lists the others beside a run.json that is broken (%s), and says what to do about it', async (_, text, why) => {
    const place = repository();
    keep(place, trainingDocument(versionDocument('1.0.0')));
    const whole = readFileSync(place.path(`.tiltyard/runs/shop/${RUN}/run.json`), 'utf8');
    place.write('.tiltyard/runs/shop/2026-broken\u001b/run.json', text === 'copy' ? whole : text);
    const { status, lines, errors } = await runs(place);
    expect([status, lines]).toEqual([0, [expect.any(String), expect.stringContaining(RUN)]]);
    expect(errors).toEqual([
      `.tiltyard/runs/shop/2026-broken\uFFFD/run.json can’t be read, and its run is not listed: ${why}. Remove the folder of that run, or move it away.`,
    ]);
    // What a program reads stays a document.
    expect(JSON.parse((await runs(place, '--format', 'json')).lines.join('\n'))).toHaveLength(1);
  });

  it('lists the others beside a manifest that is broken', async () => {
    const place = repository();
    for (const number of ['1.0.0', '1.1.0']) {
      const version = versionDocument(number);
      register(place, version, trainingDocument(version));
    }
    place.write('registry/shop/versions/1.1.0.yaml', 'version: 1.1.0\n');
    const { status, lines, errors } = await runs(place);
    expect([status, cells(lines[1])[0], lines.length]).toEqual([0, '1.0.0', 2]);
    expect(errors.join()).toMatch(/registry\/shop\/versions\/1\.1\.0\.yaml.*Version 1\.1\.0 of shop is not listed/s);
  });

  it('lists so many as asked for, and says that there are more', async () => {
    const place = repository();
    const training = trainingDocument(versionDocument('1.0.0'));
    for (const hour of ['10', '11', '12']) {
      keep(place, training, (run) => {
        run.run = `2026-11-21T${hour}-00-00-00000000`;
        run.started_at = `2026-11-21T${hour}:00:00.000Z`;
      });
    }
    const { lines } = await runs(place, '--last', '1');
    expect(lines[1]).toContain('T12-00');
    expect(lines.at(-1)).toBe('2 older runs not listed: --last 3 has all.');
  });
});

describe('tiltyard runs compare', () => {
  function two(place: Repository): void {
    const training = trainingDocument(versionDocument('1.0.0'));
    keep(place, training);
    const other = trainingDocument(versionDocument('1.0.0'), ({ lineage, artifact }) => {
      Object.assign(lineage, { seed: 8, params: { trees: 200, depth: 3 } });
      lineage.data.train.digest = 'd'.repeat(64);
      artifact.digest = 'e'.repeat(64);
    });
    keep(place, other, (run) => {
      run.run = '2026-11-22T10-00-00-ffffffff';
      run.metrics = { roc_auc: 0.7100000001, log_loss: 0.55 };
    });
  }

  it('puts two side by side: what differs first, to the last digit', async () => {
    const place = repository();
    two(place);
    const { lines } = await runs(place, 'compare', '2026-11-21', '2026-11-22');
    const rows = lines.slice(1).map(cells);
    const differing = rows.filter(([mark]) => mark === '≠');
    expect(rows.slice(0, differing.length)).toEqual(differing);
    expect(Object.fromEntries(differing.map(([, fact, a, b]) => [fact, [a, b]]))).toMatchObject({
      roc_auc: ['0.71', '0.7100000001'],
      'params.trees': ['100', '200'],
      seed: ['7', '8'],
      'data digest': [expect.any(String), 'd'.repeat(64)],
      'artifact digest': [expect.any(String), 'e'.repeat(64)],
    });
    expect(differing.find(([, fact]) => fact === 'params.depth')?.slice(2)).toEqual(['3']);
    const same = rows.filter(([mark]) => mark === '=').map(([, fact]) => fact);
    expect(same).toEqual(expect.arrayContaining(['log_loss', 'command', 'package-lock.json', 'features.sql', 'node']));
  });

  it('is a table of GitHub with --format markdown', async () => {
    const place = repository();
    two(place);
    const { said } = await runs(place, 'compare', '2026-11-21', '2026-11-22', '--format', 'markdown');
    expect(said).toContain('| `≠` | `params.trees` | `100` | `200` |');
  });

  it('asks for more of a name that several runs begin with, and lists runs for one that none does', async () => {
    const place = repository();
    two(place);
    const many = await runs(place, 'compare', '2026', '2026-11-22');
    expect(many.status).toBe(3);
    expect(many.said).toContain('2 runs begin with "2026"');
    const none = await runs(place, 'compare', 'x', '2026-11-22');
    expect(none.said).toContain('there is no run "x"');
    expect(none.said).toContain('2026-11-22T10-00-00-ffffffff');
    expect((await runs(place, 'compare', '2026-11-21')).said).toContain('takes two runs');
  });
});
