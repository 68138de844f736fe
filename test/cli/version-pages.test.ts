import { mkdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { Evaluation } from '#registry/evidence/evaluation.ts';
import { judge } from '#registry/judge.ts';
import { prose } from '#registry/markdown/escape.ts';
import { parseModel } from '#registry/parse-model.ts';
import { runCommandLine } from '../../actions/cli/command-line.ts';
import { type GitRegistry, gitRegistry, sha256, soundRegistry } from '../fixtures/git-registry.ts';
import { modelDocument } from '../fixtures/repository.ts';
import { testWorld } from '../fixtures/world.ts';
import { bare } from '../registry/markdown/bare.ts';

const verbs = {
  show: () => import('../../actions/cli/show.ts'),
  diff: () => import('../../actions/cli/diff.ts'),
  card: () => import('../../actions/cli/card.ts'),
};
const sound = soundRegistry();

async function run(repository: GitRegistry, ...argv: string[]) {
  const world = testWorld(`${repository.root}/.tiltyard`);
  const status = await runCommandLine([...argv, '--model', 'shop', '--root', repository.root], verbs, world);
  return { status, said: world.printed.join('\n'), errors: world.errors.join('\n') };
}

/** The cells of a row by its first cells. */
function row(page: string, ...start: string[]): string[] | null {
  const rows = page.split('\n').map((line) => line.replace(/^\| | \|$/g, '').split(' | '));
  return rows.find((cells) => start.every((cell, index) => cells[index] === cell))?.slice(start.length) ?? null;
}

/** A version full of text that GitHub would act on, if it got through. */
function hostile(): GitRegistry {
  const repository = gitRegistry(sound);
  const evil = '@acme/all <img src=x> [a](https://evil.example) |\n# x `` ` <!-- owner: caveats -->';
  repository.register('1.3.0', {
    parent: '1.2.0',
    edit: (version) => {
      version.card = { owner: evil, intended_use: evil, limits: evil };
      version.lineage.params = { [`<b>${evil}`.replaceAll('\n', ' ')]: evil };
      version.lineage.program.command = evil;
      version.lineage.data.train.uri = evil;
      version.contract.columns = [{ name: evil, type: evil }];
      version.contract.classes = [evil];
      version.artifact.uri = `s3://${evil}/${version.artifact.digest}`;
    },
  });
  repository.channels({
    champion: '1.1.0',
    retired: ['1.0.0'],
    quarantined: [{ version: '1.3.0', digest: repository.version('1.3.0').artifact.digest, reason: evil }],
  });
  return repository;
}
const DANGER = /@acme|<img|<b>|\]\(|evil\.example|^# x/m;

describe('show', () => {
  it('shows where a version stands, what it was made of and what was measured', async () => {
    const { status, said } = await run(sound, 'show', '1.2.0');
    const version = sound.version('1.2.0');
    expect(status).toBe(0);
    expect(said).toMatch(/^## `shop` `1\.2\.0`\n/);
    expect(row(said, '`stands`')).toEqual(['`canary with 5 % of the traffic`']);
    expect(row(said, '`digest`')).toEqual([`\`${version.artifact.digest}\``]);
    expect(row(said, '`trees`')).toEqual(['`100`']);
    expect(row(said, '`seconds of training`')).toEqual(['12.5']);
    expect(row(said, '`rows`')).toEqual(['1,000']);
    expect(row(said, '`roc_auc on held-out training rows`')).toEqual(['0.7100']);
    expect(row(said, '`package-lock.json`')).toEqual([
      `\`${version.lineage.environment.lock_files['package-lock.json']}\``,
    ]);
    expect(said).toContain('roc_auc on the benchmark');
    expect(JSON.parse((await run(sound, 'show', '1.2.0', '--format', 'json')).said).version).toEqual(version);
  });

  it.each([
    ['1.0.0', 'retired'],
    ['1.1.0', 'champion'],
  ])('says that %s is %s', async (version, stands) => {
    expect(row((await run(sound, 'show', version)).said, '`stands`')).toEqual([`\`${stands}\``]);
  });

  it('says which evidence is not there', async () => {
    const repository = gitRegistry(sound);
    repository.remove(`registry/shop/evidence/training-${sound.version('1.0.0').evidence.training}.json`);
    const { said } = await run(repository, 'show', '1.0.0');
    expect(said).toContain('The training evidence is not in the repository.');
    expect(said).toContain('It was registered without an evaluation.');
  });

  it.each([
    ['1.9.0', 'does not have version 1.9.0'],
    ['../1.0.0', '"../1.0.0" is no version'],
    ['v1.0.0', 'is no version'],
  ])('refuses %j', async (version, said) => {
    expect(await run(sound, 'show', version)).toMatchObject({ status: 3, errors: expect.stringContaining(said) });
  });

  it('refuses evidence that was tampered with', async () => {
    const repository = gitRegistry(sound);
    const path = `registry/shop/evidence/training-${sound.version('1.0.0').evidence.training}.json`;
    repository.write(path, repository.read(path).replace('0.71', '0.91'));
    expect((await run(repository, 'show', '1.0.0')).errors).toContain('has other bytes than its name says');
  });

  it('S15 lets no text of a manifest through', async () => {
    expect(bare((await run(hostile(), 'show', '1.3.0')).said)).not.toMatch(DANGER);
  });
});

describe('diff', () => {
  it('shows what differs, before what is the same', async () => {
    const repository = gitRegistry(sound);
    repository.register('2.0.0', {
      parent: '1.2.0',
      edit: (version) => {
        version.lineage.params = { trees: 200, depth: 3 };
        version.lineage.data.train.rows = 2000;
        version.seconds = 60;
        version.contract.columns.push({ name: 'visits', type: 'DOUBLE' });
      },
    });
    const { said, status } = await run(repository, 'diff', '1.2.0', '2.0.0');
    const [differing, same] = said.split('<details>');
    expect(status).toBe(0);
    expect(row(differing, 'Params', '`trees`')).toEqual(['`100`', '`200`']);
    expect(row(differing, 'Params', '`depth`')).toEqual(['—', '`3`']);
    expect(row(differing, 'Program', '`seconds of training`')).toEqual(['12.5', '60.0']);
    expect(row(differing, 'Data', '`rows`')).toEqual(['1,000', '2,000']);
    expect(row(differing, 'Contract', '`column visits`')).toEqual(['—', '`DOUBLE`']);
    expect(row(differing, 'Params', '`seed`')).toBeNull();
    expect(row(same, 'Params', '`seed`')).toEqual(['`7`', '`7`']);
    expect(differing).toContain('- **narrowed**: The candidate needs the raw column “visits” (DOUBLE)');
  });

  it('finds nothing between a version and itself', async () => {
    expect((await run(sound, 'diff', '1.2.0', '1.2.0')).said).toContain('All that is known of them is the same.');
  });

  it('S15 lets no text of a manifest through', async () => {
    expect(bare((await run(hostile(), 'diff', '1.2.0', '1.3.0')).said)).not.toMatch(DANGER);
  });
});

describe('card', () => {
  const SECTIONS = [
    'Model details',
    'Intended use',
    'Factors',
    'Metrics',
    'Evaluation data',
    'Training data',
    'Quantitative analyses',
    'Ethical considerations',
    'Caveats and recommendations',
  ];

  it('has the sections of a model card, out of manifest and evidence', async () => {
    const { status, said } = await run(sound, 'card', '1.1.0');
    expect(status).toBe(0);
    expect(said.split('\n').filter((line) => line.startsWith('## '))).toEqual(SECTIONS.map((name) => `## ${name}`));
    expect(row(said, 'Follows')).toEqual(['`1.0.0`']);
    expect(row(said, 'Trained in')).toEqual(['12.5 s']);
    expect(said).toContain('`data/train.parquet`, sha256 ');
    expect(said).toContain('1,000 rows, from `2001-01-01T00:00:00.000Z` to `2001-03-31T23:59:00.000Z`.');
    expect(said).toContain('It was evaluated by groups of `origin`; `distance_band`.');
    expect(row(said, '`roc_auc`', 'all rows')).not.toBeNull();
    expect((await run(sound, 'card', '1.0.0')).said).toContain('There is no evaluation.');
    expect(said).toContain('There is no policy that can be read, and so no verdict.');
  });

  it('says the verdict by the policy as it is now, and what it was trained from', async () => {
    const repository = gitRegistry(sound);
    const policy = modelDocument('binary_classification');
    policy.evaluate.primary = { metric: 'roc_auc', min_gain: 0.9 };
    repository.write('models/shop/model.yaml', stringify(policy));
    const version = repository.register('1.3.0', {
      parent: '1.1.0',
      evaluated: true,
      edit: ({ lineage }) => {
        lineage.modified = true;
      },
    });
    const text = repository.read(`registry/shop/evidence/evaluation-${version.evidence.evaluation}.json`);
    const { model, where } = parseModel(stringify(policy), 'models/shop/model.yaml');
    const { verdict, sentence } = judge(model, Evaluation.parse(JSON.parse(text)), where);
    const { said } = await run(repository, 'card', '1.3.0');
    expect(said).toContain(`Verdict by the policy in \`models/shop/model.yaml\` as it is now: **${verdict}**. `);
    expect(said).toContain(prose(sentence));
    expect(said).toContain('It was trained with files that differed from its commit');
    expect(said).toContain('3 candidates were judged on it so far.');
    const once = text.replace('"candidates_judged": 3', '"candidates_judged": 1');
    repository.write(`registry/shop/evidence/evaluation-${sha256(once)}.json`, once);
    repository.register('1.4.0', {
      parent: '1.1.0',
      edit: ({ evidence }) => {
        evidence.evaluation = sha256(once);
      },
    });
    const first = await run(repository, 'card', '1.4.0');
    expect(first.said).toContain('1 candidate was judged on it so far.');
    expect(first.said).not.toContain('differed from its commit');
    repository.write('models/shop/model.yaml', 'name: [\n');
    expect((await run(repository, 'card', '1.3.0')).said).toContain('There is no policy that can be read');
  });

  it('keeps what its owner wrote, and writes the rest anew', async () => {
    const repository = gitRegistry(sound);
    const out = repository.path('models/shop/card.md');
    expect((await run(repository, 'card', '1.0.0', '--out', out)).status).toBe(0);
    const first = repository.read('models/shop/card.md');
    const words = 'Not for **medical** use.\n\n- never\n| a | b |';
    const written = first
      .replace(/(<!-- owner: ethical-considerations -->\n).*\n/, `$1${words}\n`)
      .concat('\n<!-- owner: our-own -->\nOurs.\n<!-- end of owner -->\n');
    repository.write('models/shop/card.md', written);
    await run(repository, 'card', '1.1.0', '--out', out);
    const second = repository.read('models/shop/card.md');
    expect(second).toContain(`<!-- owner: ethical-considerations -->\n${words}\n<!-- end of owner -->`);
    expect(second).toContain('<!-- owner: our-own -->\nOurs.\n<!-- end of owner -->');
    expect(second).toContain('# Model card: `shop` `1.1.0`');
    await run(repository, 'card', '1.1.0', '--out', out);
    expect(repository.read('models/shop/card.md')).toBe(second);
    repository.write('models/shop/card.md', second.replaceAll('\n', '\r\n'));
    await run(repository, 'card', '1.1.0', '--out', out);
    expect(repository.read('models/shop/card.md')).toBe(second.replaceAll('\n', '\r\n'));
  });

  it.each([
    ['<!-- owner: caveats -->\nx\n', ':1: this line begins the part caveats, which does not end'],
    ['x\n<!-- end of owner -->\n', ':2: this line ends a part that was not begun'],
    ['<!-- owner: a -->\n<!-- owner: b -->\n', ':2: this line begins the part b inside the part a'],
    [
      '<!-- owner: a -->\n<!-- end of owner -->\n<!-- owner: a -->\n<!-- end of owner -->\n',
      ':3: this line begins the part a a second time',
    ],
  ])('refuses %j rather than lose a part', async (text, said) => {
    const repository = gitRegistry(sound);
    repository.write('card.md', text);
    const { status, errors } = await run(repository, 'card', '1.1.0', '--out', repository.path('card.md'));
    expect([status, repository.read('card.md')]).toEqual([3, text]);
    expect(errors).toContain(said);
  });

  it('refuses a folder', async () => {
    const repository = gitRegistry(sound);
    mkdirSync(repository.path('cards'));
    const { status, errors } = await run(repository, 'card', '1.1.0', '--out', repository.path('cards'));
    expect([status, errors]).toEqual([3, expect.stringContaining('is a folder')]);
  });

  it('S15 lets no text of a manifest through, also not as a part of its owner', async () => {
    const { said } = await run(hostile(), 'card', '1.3.0');
    expect(bare(said)).not.toMatch(DANGER);
    expect(said.split('\n').filter((line) => line === '<!-- owner: caveats -->')).toHaveLength(1);
  });
});
