import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { startChild } from '#lib/child/child.ts';
import { number } from '#lib/inputs.ts';
import { readRecord } from '#lib/registry/record.ts';
import { fetchVersion } from '#lib/registry/registered.ts';
import type { Verb } from '#lib/verb.ts';
import { versions } from '#lib/versions.ts';
import { UserError } from '#registry/error.ts';
import type { Training } from '#registry/evidence/training.ts';
import { plural } from '#registry/markdown/number.ts';
import { printable } from '#registry/printable.ts';
import { GoldenAnswer, type GoldenRequest } from './golden-request.ts';

const Inputs = z.strictObject({
  version: z.string().min(1).describe('The version, as 1.4.0'),
  model: z.string().min(1).describe('The model: the name of a folder under registry/'),
  tolerance: number()
    .nonnegative()
    .default(1e-5)
    .describe('How far outputs may lie from those that were kept: absolutely, or relative to what is larger than 1'),
  root: z.string().min(1).default('.').describe('Root of the repository that holds registry/'),
});

const ENTRY = fileURLToPath(new URL('./golden-child.ts', import.meta.url));
/** For a handful of rows, whatever the model. */
const LIMITS = { memory: 4e9, seconds: 300 };
const DIFFERENT = 1;

export const verb: Verb<typeof Inputs> = {
  description: 'Predicts the golden rows of a version here, and compares them with what its training kept.',
  inputs: Inputs,
  positional: ['version'],
  async run({ version, model, tolerance, root: folder }, world) {
    const root = resolve(folder);
    const { training } = await readRecord(root, model, version);
    const artifact = await fetchVersion(root, model, version, world);
    if (training === null || artifact === null || training.golden.rows.length === 0) {
      throw new UserError(`${model} ${version} has no golden rows: they stand in its training evidence`, {
        fix: 'Restore it from git; tiltyard fsck tells what else is wrong.',
      });
    }
    const { golden } = training;
    world.progress('predicting the golden rows');
    const child = startChild(ENTRY, `the model of ${model} ${version}`, LIMITS, world.signal);
    try {
      const { features, rows } = golden;
      const request: GoldenRequest = {
        folder: artifact.path,
        description: artifact.description,
        golden: { features, rows },
      };
      const { outputs } = GoldenAnswer.parse((await child.ask(request)).head);
      const largest = largestDifference(golden.outputs, outputs);
      const same = largest <= tolerance;
      const found = same ? 'gives here what its training kept' : 'gives something else here than its training kept';
      const far = Number.isFinite(largest)
        ? `outputs differ by ${Number(largest.toPrecision(2))} at most`
        : 'outputs are not as many, or no numbers';
      world.print(`${model} ${version} ${found}: over ${plural(rows.length, 'row')} ${far} (${tolerance} is allowed).`);
      world.print(`Kept by ${placeOf(golden)}; compared on ${placeOf(here())}.`);
      return same ? 0 : DIFFERENT;
    } finally {
      child.stop();
    }
  },
};

/** Infinity where an output is missing or is no number. */
function largestDifference(kept: readonly number[][], given: readonly (number | null)[][]): number {
  if (kept.length !== given.length) return Number.POSITIVE_INFINITY;
  const differences = kept.flatMap((row, i) =>
    row.length === given[i].length
      ? row.map((value, j) => Math.abs(value - (given[i][j] ?? Number.NaN)) / Math.max(1, Math.abs(value)))
      : [Number.NaN],
  );
  return differences.some(Number.isNaN) ? Number.POSITIVE_INFINITY : Math.max(0, ...differences);
}

type Place = Pick<Training['golden'], 'runtime' | 'architecture'>;

const here = (): Place => ({ runtime: `onnxruntime ${versions()['onnxruntime']}`, architecture: process.arch });
const placeOf = ({ runtime, architecture }: Place) => `${printable(runtime)} on ${printable(architecture)}`;
