import { registryFile } from '#registry/fsck/place.ts';
import type { RegistryReport } from '#registry/markdown/pull-request/registry-report.ts';
import { isModelName } from '#registry/model-name.ts';
import type { Pull, Snapshot } from '../snapshot/snapshot.ts';
import { approvalsOf, isOurs } from './approvals.ts';
import { type MergedRegistry, mergedRegistry } from './registry-change.ts';

/** The model whose registry a path belongs to; '' where no model can have it. */
export function registryOf(path: string): string {
  const file = registryFile(path);
  const model = file.kind === 'other' ? (path.split('/')[1] ?? '') : file.model;
  return path.split('/').length > 2 && isModelName(model) ? model : '';
}

/** What becomes of a pull request's changes of the registry, by model. What is wrong with no touched one is told of each. */
export function registryReports(
  snapshot: Snapshot,
  pull: Pull,
  models: readonly string[],
): Map<string, RegistryReport> {
  const approvals = isOurs(snapshot, pull) ? null : approvalsOf(pull);
  return reportsOf(mergedRegistry(snapshot, pull), models, { approvals, claim: pull.fork });
}

/** What is to be said of each model, and who stands behind it. */
export function reportsOf(
  merged: MergedRegistry,
  models: readonly string[],
  behind: Pick<RegistryReport, 'approvals' | 'claim'>,
): Map<string, RegistryReport> {
  const isOf = (path: string, model: string) => {
    const of = registryOf(path);
    return of === model || !models.includes(of);
  };
  return new Map(
    models.map((model) => [
      model,
      {
        moves: merged.moves.get(model) ?? [],
        added: merged.added.get(model) ?? [],
        faults: merged.faults.filter(({ path }) => isOf(path, model)),
        open: merged.open.filter(({ path }) => isOf(path, model)).map(({ sentence }) => sentence),
        ...behind,
      },
    ]),
  );
}
