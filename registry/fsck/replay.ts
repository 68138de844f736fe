import type { Commit, FileChange } from '../history/commit.ts';
import type { VersionNumber } from '../version.ts';
import { channelFaults } from './channel-faults.ts';
import { changeEvidence } from './evidence.ts';
import { type Fault, fault } from './fault.ts';
import { changeManifest, circleFaults, manifestFaults } from './manifests.ts';
import { type Contents, emptyState, type ModelState } from './model-state.ts';
import { type RegistryFile, registryFile } from './place.ts';

export interface ReplayRequest {
  /** Oldest first; what is not committed may come last. */
  commits: readonly Commit[];
  contents: Contents;
  /** Whether the first commit is a state that is given, rather than a step: history before it is not known. */
  given: boolean;
  /** Only this model; null for all. */
  model: string | null;
}

/** Goes through the states that a registry has had, and tells what was wrong with each. */
export function replay(request: ReplayRequest): { faults: Fault[]; models: ModelState[] } {
  const states = new Map<string, ModelState>();
  const faults: Fault[] = [];
  request.commits.forEach((commit, index) => {
    faults.push(...unreadable(commit, request.model));
    for (const [model, files] of byModel(commit, request.model)) {
      const state = states.get(model) ?? emptyState(model);
      states.set(model, state);
      const step = request.given && index === 0 ? null : { today: commit.date.slice(0, 10) };
      faults.push(...stepOf({ state, commit, files, contents: request.contents, step }));
    }
  });
  for (const state of states.values()) faults.push(...orphans(state));
  return { faults, models: [...states.values()] };
}

/** What stands where a folder of ours should. */
function unreadable(commit: Commit, only: string | null): Fault[] {
  return commit.changes
    .filter(({ path, after, kind }) => {
      const [, model, ...rest] = path.split('/');
      const isAsked = only === null || model === undefined || model === only;
      return after !== null && kind !== 'file' && rest.length === 0 && isAsked;
    })
    .map((change) => notRead(commit, change));
}

function notRead(commit: Commit, { path, kind }: FileChange): Fault {
  const message = `This is ${kind === 'link' ? 'a link' : 'a submodule'}, which is not read.`;
  return fault({ commit: commit.id, path }, null, message, 'Put the files themselves here.');
}

interface Changed {
  file: Exclude<RegistryFile, { kind: 'other' }>;
  change: FileChange;
}

function byModel(commit: Commit, only: string | null): Map<string, Changed[]> {
  const found = new Map<string, Changed[]>();
  for (const change of commit.changes) {
    const file = registryFile(change.path);
    if (file.kind === 'other' || (only !== null && file.model !== only)) continue;
    const files = found.get(file.model) ?? [];
    found.set(file.model, files);
    files.push({ file, change });
  }
  return found;
}

interface Step {
  state: ModelState;
  commit: Commit;
  files: Changed[];
  contents: Contents;
  step: { today: string } | null;
}

function stepOf({ state, commit, files, contents, step }: Step): Fault[] {
  const faults: Fault[] = [];
  const versions: { number: VersionNumber; path: string }[] = [];
  let channels = false;
  for (const { file, change } of files) {
    const place = { commit: commit.id, path: change.path };
    if (change.after !== null && change.kind !== 'file') {
      faults.push(notRead(commit, change));
    } else if (file.kind === 'stranger') {
      if (change.after !== null) faults.push(fault(place, null, file.message, file.fix));
    } else if (file.kind === 'version') {
      faults.push(...changeManifest(state, place, file.version, change, contents));
      versions.push({ number: file.version, path: change.path });
    } else if (file.kind === 'evidence') {
      faults.push(...changeEvidence(state, place, file, change, contents));
    } else {
      channels = true;
      if (change.after === null) {
        faults.push(
          fault(place, null, 'The file is gone, and with it what each channel points to.', 'Restore it from git.'),
        );
      }
      state.channels = change.after === null ? null : contents.text(change.after);
    }
  }
  for (const { number, path } of versions) {
    const manifest = state.manifests.get(number) ?? null;
    if (manifest === null) continue;
    faults.push(...manifestFaults(state, { commit: commit.id, path }, manifest, contents));
  }
  faults.push(
    ...circleFaults(state, new Map(versions.map(({ number, path }) => [number, { commit: commit.id, path }]))),
  );
  // A manifest that goes may leave a channel pointing to nothing.
  const broken = versions.some(({ number }) => !state.registered.has(number));
  if ((channels || broken) && state.channels !== null) {
    const place = { commit: commit.id, path: `registry/${state.model}/channels.yaml` };
    faults.push(...channelFaults(state, place, step));
  }
  return faults;
}

/** Evidence that is there now, and that no manifest names. What was measured in production justifies moves instead. */
function orphans(state: ModelState): Fault[] {
  const faults: Fault[] = [];
  const named = new Set<string>();
  for (const manifest of state.manifests.values()) {
    if (manifest === null) return [];
    const { training, evaluation } = manifest.version.evidence;
    named.add(`training-${training}`).add(`evaluation-${evaluation}`);
  }
  for (const name of state.evidence.keys()) {
    if (named.has(name) || !/^(training|evaluation)-/.test(name)) continue;
    const place = { commit: null, path: `registry/${state.model}/evidence/${name}.json` };
    faults.push(
      fault(place, null, 'No manifest names this evidence.', 'Remove it, or register the version that it is about.'),
    );
  }
  return faults;
}
