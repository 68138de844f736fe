import { copyFile, lstat, readdir, readFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { z } from 'zod';
import { UserError } from '#registry/error.ts';

const LARGEST_METRICS = 1_000_000;
const Reported = z.record(z.string().min(1).max(200), z.number());
/** What a program's own values may be called in JSON, beside numbers. */
const EXPECTED = ['metrics.json', 'model.onnx'];

/**
 * Takes what the program wrote into its output folder: `model.onnx`, and `metrics.json` if it is there. The model is
 * copied into the artifact's folder.
 * @returns what metrics.json says.
 * @throws UserError where anything else is there, or no model.
 */
export async function collectOutputs(out: string, artifact: string): Promise<Record<string, number>> {
  const files = await listAll(out);
  for (const file of files) {
    const there = await lstat(join(out, file));
    if (there.isFile()) continue;
    const what = there.isDirectory() ? 'a folder' : 'a link, or no plain file';
    throw refuse(`wrote ${JSON.stringify(file)} into its output folder, which is ${what}`, 'Write the file itself.');
  }
  const models = files.filter((file) => file.endsWith('.onnx'));
  if (models.length > 1) {
    throw refuse(`wrote ${models.length} models: ${list(models)}`, 'Write one, as model.onnx.');
  }
  if (!files.includes('model.onnx')) {
    const instead = files.length === 0 ? 'it wrote nothing there' : `it wrote ${list(files)}`;
    throw refuse(`left no model.onnx in its output folder; ${instead}`, 'Write it to the folder $TILTYARD_OUT.');
  }
  const others = files.filter((file) => !EXPECTED.includes(file));
  if (others.length > 0) {
    throw refuse(`wrote ${list(others)} into its output folder`, `Leave only ${EXPECTED.join(' and ')} there.`);
  }
  if ((await lstat(join(out, 'model.onnx'))).size === 0) throw refuse('wrote an empty model.onnx', 'Export the model.');
  await copyFile(join(out, 'model.onnx'), join(artifact, 'model.onnx'));
  return files.includes('metrics.json') ? readMetrics(join(out, 'metrics.json')) : {};
}

async function listAll(out: string): Promise<string[]> {
  const files = await readdir(out, { recursive: true }).catch(() => null);
  if (files === null) throw refuse('removed its output folder', 'Write into $TILTYARD_OUT, which is there already.');
  return files.map((file) => file.replaceAll(sep, '/')).sort();
}

async function readMetrics(path: string): Promise<Record<string, number>> {
  const fix = 'Write an object of finite numbers, as { "trees": 100 }, or leave the file out.';
  if ((await lstat(path)).size > LARGEST_METRICS) throw refuse('wrote a metrics.json of more than 1 MB', fix);
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw refuse('wrote a metrics.json that is no JSON', fix, cause);
  }
  const parsed = Reported.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const at =
    issue === undefined || issue.path.length === 0 ? 'it is no object' : `${issue.path.join('.')} is no number`;
  throw refuse(`wrote a metrics.json that is not what it should be: ${at}`, fix);
}

function list(files: readonly string[]): string {
  const named = files.slice(0, 5).map((file) => JSON.stringify(file));
  return `${named.join(', ')}${files.length > 5 ? ` and ${files.length - 5} more` : ''}`;
}

function refuse(what: string, fix: string, cause?: unknown): UserError {
  return new UserError(`the training program ${what}`, { fix, cause });
}
