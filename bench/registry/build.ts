import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { stringify } from 'yaml';
import { trainingDocument } from '../../test/fixtures/training.ts';
import { versionDocument } from '../../test/fixtures/version.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/**
 * Makes a repository whose registry has `versions` versions, each registered by a commit of its own with its training
 * evidence; every 20th becomes canary with 5 %, then with 50 %, then champion, each by a commit.
 * @returns how many commits it has.
 */
export async function buildRegistry(folder: string, versions: number, models: number): Promise<number> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  spawnSync('git', ['init', '-q', '-b', 'main', folder]);
  const importer = spawn('git', ['-C', folder, 'fast-import', '--quiet'], { stdio: ['pipe', 'inherit', 'inherit'] });
  let seconds = Date.UTC(2022, 0) / 1000;
  let commits = 0;
  const commit = async (message: string, files: Record<string, string>) => {
    seconds += 3600;
    commits += 1;
    const parts = Object.entries(files).map(
      ([path, text]) => `M 100644 inline ${path}\ndata ${Buffer.byteLength(text)}\n${text}\n`,
    );
    const who = `Registrar <registrar@example.com> ${seconds} +0000`;
    const head = `commit refs/heads/main\ncommitter ${who}\ndata ${Buffer.byteLength(message)}\n${message}\n`;
    const isFull = !importer.stdin.write(`${head}${parts.join('')}\n`);
    if (isFull) await new Promise((resolve) => importer.stdin.once('drain', resolve));
  };
  const states = Array.from({ length: models }, (_, k) => ({ model: `model-${k}`, champion: '', retired: [''] }));
  for (const state of states) state.retired = [];
  for (let i = 0; i < versions; i++) {
    const state = states[i % models];
    const number = `1.${Math.floor(i / models)}.0`;
    const { model } = state;
    const version = versionDocument(number, (manifest) => {
      manifest.model = model;
      manifest.lineage.input_digest = sha256(`input ${model} ${number}`);
      manifest.artifact.digest = sha256(`artifact ${model} ${number}`);
      manifest.artifact.uri = `file:.tiltyard/store/${manifest.artifact.digest}`;
    });
    const evidence = `${JSON.stringify(trainingDocument(version), null, 2)}\n`;
    version.evidence.training = sha256(evidence);
    await commit(`Register ${model} ${number}`, {
      [`registry/${model}/versions/${number}.yaml`]: stringify(version, { aliasDuplicateObjects: false, lineWidth: 0 }),
      [`registry/${model}/evidence/training-${version.evidence.training}.json`]: evidence,
    });
    const turn = Math.floor(i / models);
    if (turn % 20 !== 0) continue;
    const path = `registry/${model}/channels.yaml`;
    const retired = () =>
      state.retired.length === 0 ? '' : `retired:\n${state.retired.map((one) => `  - ${one}\n`).join('')}`;
    for (const traffic of state.champion === '' ? [] : [5, 50]) {
      const canary = `canary:\n  version: ${number}\n  traffic: ${traffic}\n`;
      await commit(`${model} ${number} → canary ${traffic} %`, {
        [path]: `champion: ${state.champion}\n${canary}${retired()}`,
      });
    }
    if (state.champion !== '') state.retired.push(state.champion);
    state.champion = number;
    await commit(`${model} ${number} → champion`, { [path]: `champion: ${number}\n${retired()}` });
  }
  importer.stdin.end();
  await new Promise((resolve) => importer.on('close', resolve));
  spawnSync('git', ['-C', folder, 'reset', '-q', '--hard', 'main']);
  return commits;
}
