import { readRecord } from '#lib/registry/record.ts';
import { readChannels, readVersion } from '#lib/registry/working-tree.ts';
import { UserError } from '#registry/error.ts';
import type { Evaluation } from '#registry/evidence/evaluation.ts';
import { printable } from '#registry/printable.ts';
import { shellCommand } from './shell.ts';

/**
 * Why an evaluation does not tell how a version does beside the champion of now, as a sentence without its full stop; null
 * where it does, or where there is no champion yet.
 */
export async function comparisonDoubt(
  root: string,
  model: string,
  version: string,
  evaluation: Evaluation | null,
): Promise<string | null> {
  const { champion } = (await readChannels(root, model)).document.value;
  if (champion === null) return null;
  const now = `and ${champion} is the champion now`;
  if (evaluation === null) return `${version} was not evaluated, ${now}`;
  if (evaluation.champion === null) return `${version} was evaluated without a champion, ${now}`;
  const { digest, version: name } = evaluation.champion;
  if (digest === (await readVersion(root, model, champion)).value.artifact.digest) return null;
  return `${version} was evaluated against ${printable(name ?? `the artifact ${digest.slice(0, 12)}`)}, ${now}`;
}

/** @throws UserError where the registry's evidence does not tell how a version does beside the champion of now. */
export async function requireComparison(root: string, model: string, version: string): Promise<void> {
  const { evaluation, ...record } = await readRecord(root, model, version);
  const doubt = await comparisonDoubt(root, model, version, evaluation);
  if (doubt === null) return;
  const isGone = evaluation === null && record.version.evidence.evaluation !== null;
  const evaluate = shellCommand('tiltyard', 'evaluate', '--model', model, '--candidate', version);
  throw new UserError(isGone ? `the evaluation of ${version} is not in the repository` : doubt, {
    fix: `See how they compare (${evaluate}); if it shall move all the same, say why with --reason.`,
  });
}
