import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '#registry/error.ts';
import type { Where } from '#registry/judge/context.ts';
import type { Model } from '#registry/model.ts';
import { parseModel } from '#registry/parse-model.ts';

/** Reads `models/<name>/model.yaml` of the repository at `root`; `where` points findings at its lines. */
export async function loadModel(root: string, name: string): Promise<{ model: Model; where: Where }> {
  const path = join('models', name, 'model.yaml');
  const text = await readFile(join(root, path), 'utf8').catch(() => null);
  if (text === null || !/^[a-z0-9-]+$/.test(name)) {
    const models = await readdir(join(root, 'models')).catch(() => []);
    throw new UserError(`there is no ${path} under ${root}`, {
      fix:
        models.length === 0
          ? 'Run it in the root of your repository, or give --root.'
          : `Models here: ${models.join(', ')}.`,
    });
  }
  const { model, where } = parseModel(text, path);
  if (model.name !== name) {
    throw new UserError(`${path} calls its model ${JSON.stringify(model.name)}`, {
      fix: `Set name: ${name}, as its folder is called.`,
    });
  }
  return { model, where };
}
