import { parseChannels } from '#registry/channels.ts';
import { UserError } from '#registry/error.ts';
import type { EvidenceFacts } from '#registry/fsck/evidence-facts.ts';
import { type Fault, fault } from '#registry/fsck/fault.ts';
import { type Contents, type ModelState, readManifest } from '#registry/fsck/model-state.ts';
import { registryFile } from '#registry/fsck/place.ts';
import { replay } from '#registry/fsck/replay.ts';
import type { Commit, FileChange } from '#registry/history/commit.ts';
import { isModelName, NAMES } from '#registry/model-name.ts';
import { sayMove } from '#registry/move-sentence.ts';
import { transitionOf } from '#registry/transition.ts';
import type { Pull, RegistryChange, RegistryEntry, Snapshot } from '../snapshot/snapshot.ts';

/** What merging would do to the registry. */
export interface MergedRegistry {
  faults: Fault[];
  /** Why nobody can tell yet, in finished sentences, with the path that they are about. */
  open: { path: string; sentence: string }[];
  /** By model. */
  moves: Map<string, string[]>;
  added: Map<string, string[]>;
}

/** The entries that a head changes since the merge base. */
export function registryChanges({ registry }: Pick<Pull, 'registry'>): FileChange[] {
  if (registry === null) return [];
  return changes(byPath(registry.atMergeBase), byPath(registry.atHead));
}

/** What changes the registry: a pull request, or a push, whose base is what was there before. */
interface Changing extends Pick<Pull, 'registry'> {
  base: { sha: string };
  head: { sha: string };
}

/**
 * Holds the registry as it would be after a merge against what `tiltyard fsck` asks of every commit: documents that can be
 * read, versions that only ever come, evidence that is what its name says, and channels that only legal moves change.
 */
export function mergedRegistry({ now }: Pick<Snapshot, 'now'>, pull: Changing): MergedRegistry {
  const result: MergedRegistry = { faults: [], open: [], moves: new Map(), added: new Map() };
  const { registry } = pull;
  const changed = registryChanges(pull);
  if (registry === null) return result;
  const open = (path: string, sentence: string) => result.open.push({ path, sentence });
  if (registry.problem !== null) open('registry', `The registry could not be read: ${registry.problem}.`);

  const base = byPath(registry.atBase);
  const fork = byPath(registry.atMergeBase);
  for (const { path } of changed) {
    if (base.get(path)?.blob !== fork.get(path)?.blob)
      open(path, 'The base branch changed the same files of the registry since: bring the branch up to date.');
  }
  const after = new Map(base);
  for (const { path, after: blob, kind } of changed) {
    if (blob === null) after.delete(path);
    else after.set(path, { path, blob, kind });
  }
  const touched = new Set(changed.map(({ path }) => path.split('/')[1] ?? ''));
  const before = restricted(changes(new Map(), base), touched);
  const merged = restricted(changes(new Map(), after), touched);
  const unread = [...before, ...changed].find((change) => !isRead(registry, change, base));
  if (unread !== undefined) open(unread.path, 'A file of the registry could not be read.');
  if (result.open.length > 0) return result;

  const contents = contentsOf(registry, base);
  const date = now.toISOString();
  const commit = (id: string, steps: FileChange[]): Commit => ({ ...NOBODY, id, date, changes: steps });
  const step = replay({
    commits: [commit(pull.base.sha, before), commit(pull.head.sha, changed)],
    contents,
    given: true,
    model: null,
  });
  const whole = replay({ commits: [commit(pull.head.sha, merged)], contents, given: true, model: null });
  const brought = new Set(changed.map(({ path }) => path));
  result.faults = distinct([
    ...changed.flatMap(strangeFolder),
    ...step.faults.filter((one) => one.commit === pull.head.sha),
    // Evidence that was there before is not read again: the nightly check does.
    ...whole.faults.filter(({ path }) => brought.has(path) || registryFile(path).kind !== 'evidence'),
  ]);
  for (const state of step.models) {
    result.faults.push(...borrowed(state, changed));
    result.added.set(state.model, addedBy(state.model, changed));
    result.moves.set(state.model, movesOf(state, base, after, registry, date));
  }
  return result;
}

const NOBODY = {
  parents: [],
  author: { name: '', email: '' },
  committer: { name: '', email: '' },
  message: '',
  trailers: [],
};

function byPath(entries: readonly RegistryEntry[]): Map<string, RegistryEntry> {
  return new Map(entries.map((entry) => [entry.path, entry]));
}

function changes(before: ReadonlyMap<string, RegistryEntry>, after: ReadonlyMap<string, RegistryEntry>): FileChange[] {
  const paths = [...new Set([...before.keys(), ...after.keys()])].sort();
  return paths.flatMap((path): FileChange[] => {
    const [was, is] = [before.get(path), after.get(path)];
    if (was?.blob === is?.blob && was?.kind === is?.kind) return [];
    return [{ path, before: was?.blob ?? null, after: is?.blob ?? null, kind: is?.kind ?? 'file' }];
  });
}

function restricted(all: readonly FileChange[], models: ReadonlySet<string>): FileChange[] {
  return all.filter(({ path }) => models.has(path.split('/')[1] ?? ''));
}

/** Whether what has to be known of a file is in the snapshot. */
function isRead(registry: RegistryChange, { after, kind, path }: FileChange, base: ReadonlyMap<string, RegistryEntry>) {
  if (after === null || kind !== 'file') return true;
  const file = registryFile(path).kind;
  if (file === 'channels' || file === 'version') return Object.hasOwn(registry.texts, after);
  return file !== 'evidence' || Object.hasOwn(registry.evidence, after) || base.get(path)?.blob === after;
}

function contentsOf(registry: RegistryChange, base: ReadonlyMap<string, RegistryEntry>): Contents {
  const names = new Map([...base.values()].map(({ blob, path }) => [blob, registryFile(path)]));
  return {
    text: (id) => registry.texts[id],
    manifest: (id, path, number) => readManifest(registry.texts[id], path, number),
    evidence: (id): EvidenceFacts => {
      if (Object.hasOwn(registry.evidence, id)) return registry.evidence[id];
      const file = names.get(id);
      const sha256 = file?.kind === 'evidence' ? file.digest : '';
      const problem = 'it is not read again';
      return { sha256, unix_sha256: null, problem, kind: null, model: null, artifact: null, trained: null };
    },
  };
}

/** A folder that no model can have, so that nothing checks what lies in it. */
function strangeFolder({ after, path }: FileChange): Fault[] {
  const file = registryFile(path);
  if (after === null || file.kind === 'other' || isModelName(file.model)) return [];
  const message = 'No model can have the name of this folder.';
  return [fault({ commit: null, path }, null, message, `A model’s name has ${NAMES}.`)];
}

function addedBy(model: string, changed: readonly FileChange[]): string[] {
  return changed.flatMap(({ after, before, path }) => {
    const file = registryFile(path);
    return file.kind === 'version' && file.model === model && before === null && after !== null ? [file.version] : [];
  });
}

/** Manifests that name evidence which was there before them: it was measured for another version. */
function borrowed(state: ModelState, changed: readonly FileChange[]): Fault[] {
  const brought = new Set(changed.filter(({ after }) => after !== null).map(({ path }) => path));
  return addedBy(state.model, changed).flatMap((version) => {
    const manifest = state.manifests.get(version);
    if (manifest === undefined || manifest === null) return [];
    const { evidence } = manifest.version;
    const named = [
      `training-${evidence.training}`,
      ...(evidence.evaluation === null ? [] : [`evaluation-${evidence.evaluation}`]),
    ];
    return named
      .filter((name) => state.evidence.has(name) && !brought.has(`registry/${state.model}/evidence/${name}.json`))
      .map((name) => {
        const message = `The evidence ${name} of ${version} was there before the version.`;
        return fault(
          { commit: null, path: manifest.path },
          null,
          message,
          'Register the version with its own evidence.',
        );
      });
  });
}

function movesOf(
  { model, registered }: ModelState,
  base: ReadonlyMap<string, RegistryEntry>,
  after: ReadonlyMap<string, RegistryEntry>,
  { texts }: RegistryChange,
  date: string,
): string[] {
  const path = `registry/${model}/channels.yaml`;
  const read = (blob: string | undefined) => parseChannels(blob === undefined ? '{}' : texts[blob], path).value;
  try {
    const context = { registered, today: date.slice(0, 10) };
    return transitionOf(read(base.get(path)?.blob), read(after.get(path)?.blob), context).moves.map(sayMove);
  } catch (error) {
    // What can't be read was told as a fault.
    if (error instanceof UserError) return [];
    throw error;
  }
}

function distinct(faults: readonly Fault[]): Fault[] {
  const seen = new Set<string>();
  return faults.filter(({ message, path }) => {
    const key = JSON.stringify([path, message]);
    return !seen.has(key) && seen.add(key);
  });
}
