import type { FileChange } from '../history/commit.ts';
import { quoted } from '../judge/context.ts';
import type { VersionNumber } from '../version.ts';
import { type Fault, fault, faultsOf, type Place } from './fault.ts';
import type { Contents, Manifest, ModelState } from './model-state.ts';
import { contradictions } from './trained.ts';

/** Notes a change of a manifest, and tells what of it may never be. */
export function changeManifest(
  state: ModelState,
  place: Place,
  number: VersionNumber,
  change: FileChange,
  contents: Contents,
): Fault[] {
  const first = state.first.get(number);
  const origin = first?.commit?.slice(0, 10) ?? null;
  const restore = origin === null ? 'Restore it.' : `Restore it: git checkout ${origin} -- "${place.path}".`;
  if (change.after === null) {
    state.manifests.delete(number);
    state.registered.delete(number);
    return [fault(place, null, `The manifest of ${number} is gone; a registered version stays registered.`, restore)];
  }
  const faults: Fault[] = [];
  if (first === undefined) {
    state.first.set(number, { content: change.after, commit: place.commit });
    faults.push(...sameInOtherCase(state, place, number));
  } else if (first.content !== change.after && contents.text(first.content) !== contents.text(change.after)) {
    const [message, fix] =
      change.before === null
        ? [
            `The number ${number} is used twice: before it was removed, it stood for another manifest.`,
            `${restore} What is new needs a number of its own.`,
          ]
        : [
            `The manifest of ${number} is not what was registered${origin === null ? '' : ` in ${origin}`}.`,
            `${restore} What is to change needs a version of its own.`,
          ];
    faults.push(fault(place, null, message, fix));
  }
  const read = contents.manifest(change.after, place.path, number);
  if ('error' in read) {
    state.manifests.set(number, null);
    state.registered.delete(number);
    return [...faults, ...faultsOf(place, read.error)];
  }
  state.manifests.set(number, read);
  state.registered.set(number, read.version.artifact.digest);
  return faults;
}

/** Two names that Windows and macOS take for one. */
function sameInOtherCase(state: ModelState, place: Place, number: VersionNumber): Fault[] {
  if (number === number.toLowerCase() && !/[a-z]/.test(number)) return [];
  const other = [...state.first.keys()].find((one) => one !== number && one.toLowerCase() === number.toLowerCase());
  if (other === undefined) return [];
  const message = `${number} differs from ${other} only in case; on Windows and macOS both are one file.`;
  return [fault(place, null, message, 'Give it another number.')];
}

/** What is wrong between a manifest that was just added or changed and the rest of the registry. */
export function manifestFaults(state: ModelState, place: Place, manifest: Manifest, contents: Contents): Fault[] {
  const { version, line } = manifest;
  const { artifact, parent } = version;
  const faults: Fault[] = [];
  const find = (entry: string[], message: string, fix: string) => faults.push(fault(place, line(entry), message, fix));
  if (version.model !== state.model) {
    find(
      ['model'],
      `The manifest is of another model than ${state.model}: ${quoted(version.model)}.`,
      'Move it to that model’s registry.',
    );
  }
  const twin = state.artifacts.get(artifact.digest);
  if (twin === undefined) state.artifacts.set(artifact.digest, version.version);
  if (twin !== undefined && twin !== version.version) {
    const message = `${version.version} is the same artifact as ${twin}; one artifact is one version.`;
    find(['artifact', 'digest'], message, `Use ${twin}.`);
  }
  if (!artifact.uri.endsWith(`/${artifact.digest}`)) {
    const message = `The artifact's uri does not end in its digest ${artifact.digest}.`;
    find(['artifact', 'uri'], message, 'Register the version with tiltyard register, which writes the uri.');
  }
  if (parent !== null && (parent === version.version || !state.manifests.has(parent))) {
    const what = parent === version.version ? 'is the version itself' : 'is not registered';
    find(['parent'], `The parent ${parent} ${what}.`, 'Name the version that it was compared with.');
  }
  faults.push(...evidenceFaults(state, place, manifest, contents));
  return faults;
}

/**
 * Versions that follow each other in a circle, which only manifests of one commit can: of others the parent was there
 * before.
 */
export function circleFaults(state: ModelState, changed: ReadonlyMap<VersionNumber, Place>): Fault[] {
  const faults: Fault[] = [];
  const parentOf = (number: VersionNumber) => {
    const parent = state.manifests.get(number)?.version.parent ?? null;
    return parent !== null && parent !== number && changed.has(parent) ? parent : null;
  };
  const walked = new Set<VersionNumber>();
  for (const [number, place] of changed) {
    const line = new Set<VersionNumber>();
    let at: VersionNumber | null = number;
    while (at !== null && !walked.has(at)) {
      walked.add(at);
      line.add(at);
      at = parentOf(at);
    }
    if (at === null || !line.has(at)) continue;
    const circle = [...line].slice([...line].indexOf(at));
    const [first] = circle;
    const message = `The parents of ${first} lead back to it: ${[...circle, first].join(' → ')}.`;
    const fix = 'Name the version that each of them was compared with.';
    const manifest = state.manifests.get(first);
    faults.push(fault(changed.get(first) ?? place, manifest?.line(['parent']) ?? null, message, fix));
  }
  return faults;
}

function evidenceFaults(
  state: ModelState,
  place: Place,
  { version, trained, line }: Manifest,
  contents: Contents,
): Fault[] {
  const faults: Fault[] = [];
  for (const kind of ['training', 'evaluation'] as const) {
    const digest = version.evidence[kind];
    if (digest === null) continue;
    const at = () => line(['evidence', kind]);
    const content = state.evidence.get(`${kind}-${digest}`);
    if (content === undefined) {
      const message = `The ${kind} evidence ${digest} is not in registry/${state.model}/evidence.`;
      faults.push(fault(place, at(), message, 'Commit it together with the manifest, or restore it from git.'));
      continue;
    }
    const facts = contents.evidence(content);
    // What can't be read was told where the file itself was looked at.
    if (facts.problem !== null || facts.sha256 !== digest) continue;
    if (facts.artifact !== version.artifact.digest) {
      const message = `The ${kind} evidence ${digest} has another artifact: ${facts.artifact}.`;
      faults.push(fault(place, at(), message, 'Name the evidence of this artifact, or register it again.'));
    } else if (facts.trained !== null) {
      for (const { entry, name } of contradictions(trained, facts.trained)) {
        const message = `The training evidence ${digest} has another ${name} than the manifest.`;
        const fix =
          'Restore the manifest from git, or register the run again: tiltyard register copies it from the evidence.';
        faults.push(fault(place, line(entry), message, fix));
      }
    }
  }
  return faults;
}
