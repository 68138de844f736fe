import { resolve } from 'node:path';
import { z } from 'zod';
import { exportVersion } from '#lib/mlflow/export-version.ts';
import { mlflowServer } from '#lib/mlflow/server.ts';
import { readChannels, readVersion } from '#lib/registry/working-tree.ts';
import type { Verb } from '#lib/verb.ts';
import { UserError } from '#registry/error.ts';
import { plural } from '#registry/markdown/number.ts';
import { Model } from '#registry/model.ts';
import { VersionNumber } from '#registry/version.ts';

const ExportInputs = z.strictObject({
  target: z.enum(['mlflow']).describe('Where to: mlflow'),
  model: Model.shape.name.describe('The model: the name of a folder under registry/'),
  version: VersionNumber.describe('The registered version: 1.4.0'),
  to: z.string().min(1).optional().describe('The MLflow server: http://127.0.0.1:5000; by default MLFLOW_TRACKING_URI'),
  root: z.string().min(1).default('.').describe('Root of the repository that holds registry/'),
});

export const verb: Verb<typeof ExportInputs> = {
  description: 'Exports a registered version, with its lineage and its channels, to the registry of an MLflow server.',
  inputs: ExportInputs,
  positional: ['target'],
  async run(inputs, world) {
    const root = resolve(inputs.root);
    const server = mlflowServer(inputs.to, world);
    const { value: version } = await readVersion(root, inputs.model, inputs.version);
    if (version.model !== inputs.model) {
      throw new UserError(`the manifest of ${inputs.model} ${inputs.version} is of the model ${version.model}`, {
        fix: 'Restore it from git; tiltyard fsck tells more.',
      });
    }
    const channels = (await readChannels(root, inputs.model)).document.value;
    const { number, existed, tagged, aliases } = await exportVersion(server, version, channels);
    const news = existed ? `was there, ${tagged === 0 ? 'as it is' : `${plural(tagged, 'tag')} mended`}` : 'is new';
    world.print(`${server.address}: ${version.model} ${version.version} as version ${number}, which ${news}`);
    for (const alias of aliases) world.print(alias);
    return 0;
  },
};
