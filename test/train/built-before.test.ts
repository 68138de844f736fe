import { createHash } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { readArtifactFolder } from '#lib/artifact/folder.ts';
import { pushArtifact } from '#lib/store/artifact.ts';
import { openStore } from '#lib/store/open.ts';
import type { Version } from '#registry/version.ts';
import type { Repository } from '../fixtures/repository.ts';
import { commitOnMain, filesIn, makeTrainable, train, trainingOf } from '../fixtures/trainable.ts';
import { versionDocument } from '../fixtures/version.ts';
import { workflowRun } from '../fixtures/workflow-run.ts';

const WORKFLOW = workflowRun();

/** Registers the run that was just made, as a workflow would have; `edit` changes what the manifest says. */
async function register(repository: Repository, edit: (version: Version) => void = () => {}): Promise<void> {
  const { root } = repository;
  const training = trainingOf(repository);
  const [run] = filesIn(repository.path('.tiltyard/runs/shop')).map((file) => file.split('/')[0]);
  const folder = await readArtifactFolder(repository.path(`.tiltyard/runs/shop/${run}/artifact`), 'the run');
  const store = await openStore(
    { uri: 'file:.tiltyard/store' },
    { root, env: {}, signal: new AbortController().signal },
  );
  const { digest, bytes, uri } = await pushArtifact(store, folder);
  const text = readFileSync(repository.path(`.tiltyard/runs/shop/${run}/training.json`), 'utf8');
  const evidence = createHash('sha256').update(text).digest('hex');
  const version = versionDocument('1.0.0', (document) => {
    Object.assign(document.artifact, { digest, bytes, uri });
    document.lineage = training.lineage;
    document.evidence.training = evidence;
    document.run = WORKFLOW;
    edit(document);
  });
  repository.write('registry/shop/versions/1.0.0.yaml', stringify(version, { aliasDuplicateObjects: false }));
  repository.write(`registry/shop/evidence/training-${evidence}.json`, text);
  rmSync(repository.path('.tiltyard/runs'), { recursive: true });
}

/** Trained and registered; no run is left. */
async function registered(edit?: (version: Version) => void): Promise<Repository> {
  const repository = makeTrainable();
  await train(repository);
  await register(repository, edit);
  return repository;
}

describe('a registered version of the same inputs', () => {
  it('is fetched instead of trained', async () => {
    const repository = await registered();
    const { status, printed, runs } = await train(repository, ['--out', repository.path('build')]);
    expect([status, runs]).toEqual([0, []]);
    expect(printed).toContain('shop was not trained: version 1.0.0 was made of the same inputs');
    expect(filesIn(repository.path('build'))).toContain('artifact/model.onnx');
    expect(filesIn(repository.path('build'))).toContain('training.json');
  });

  it('is trained again where anything of the inputs changed, and with --force', async () => {
    const repository = await registered();
    expect((await train(repository, ['--force'], { GITHUB_ACTIONS: 'true' })).runs).toHaveLength(1);
    repository.write('models/shop/features.sql', 'SELECT row_id, amount, visits  FROM source');
    expect((await train(repository, [], { GITHUB_ACTIONS: 'true' })).runs).toHaveLength(2);
  });

  it.each([
    ['was not made by a workflow', (version: Version) => void (version.run = null)],
    ['has other evidence', (version: Version) => void (version.evidence.training = 'e'.repeat(64))],
    [
      'has an artifact that its evidence is not about',
      (version: Version) => void (version.artifact.digest = 'e'.repeat(64)),
    ],
  ])('does not count where it %s', async (_, edit) => {
    const repository = await registered(edit);
    const { status, runs } = await train(repository);
    expect([status, runs.length]).toEqual([0, 1]);
  });

  it('that the store no longer has is trained again, and that is said', async () => {
    const repository = await registered();
    rmSync(repository.path('.tiltyard/store'), { recursive: true });
    const { status, printed, runs } = await train(repository);
    expect([status, runs.length]).toEqual([0, 1]);
    expect(printed).toContain("Version 1.0.0 was made of the same inputs, but can't be fetched");
  });
});

describe('a registered version of the same inputs, in a workflow', () => {
  it.each<[string, string, number]>([
    ['is fetched where its run can be trusted', 'push', 0],
    ['is trained again where not, and that is said', 'pull_request', 1],
  ])('%s', async (_, event, trained) => {
    const repository = makeTrainable();
    await train(repository);
    const { env, sha } = commitOnMain(repository);
    await register(repository, (version) => void (version.run = { ...WORKFLOW, event, sha }));
    const { status, printed, runs } = await train(repository, [], env);
    expect([status, runs.length]).toEqual([0, trained]);
    expect(printed).toContain(
      trained === 0
        ? 'shop was not trained: version 1.0.0 was made of the same inputs'
        : 'Version 1.0.0 was made of the same inputs, but does not count in a workflow: its run was started by “pull_request”.',
    );
  });
});

describe('in a workflow', () => {
  it('artifact and evidence lie side by side, wherever they come from, and the evidence says which run it was', async () => {
    const repository = makeTrainable();
    const env = {
      GITHUB_ACTIONS: 'true',
      RUNNER_TEMP: repository.path('runner'),
      GITHUB_REPOSITORY: WORKFLOW.repository,
      GITHUB_REPOSITORY_ID: String(WORKFLOW.repository_id),
      GITHUB_WORKFLOW_REF: WORKFLOW.workflow,
      GITHUB_RUN_ID: '1',
      GITHUB_RUN_ATTEMPT: '1',
      GITHUB_EVENT_NAME: WORKFLOW.event,
      GITHUB_REF: WORKFLOW.ref,
      GITHUB_SHA: WORKFLOW.sha,
      GITHUB_ACTOR: WORKFLOW.actor,
    };
    const { status, errors, printed } = await train(repository, [], env);
    expect([status, errors]).toEqual([0, '']);
    const folder = repository.path('runner/tiltyard-training/shop');
    expect(filesIn(folder)).toContain('training.json');
    expect(printed).toContain(`Artifact in ${folder}/artifact, evidence in ${folder}/training.json`);
    expect(trainingOf(repository)).toMatchObject({ run: WORKFLOW, timing: { by: 'octocat' } });
  });
});
