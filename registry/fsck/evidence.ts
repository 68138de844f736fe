import type { FileChange } from '../history/commit.ts';
import { quoted } from '../judge/context.ts';
import { type Fault, fault, type Place } from './fault.ts';
import type { Contents, ModelState } from './model-state.ts';
import type { RegistryFile } from './place.ts';

type EvidenceFile = RegistryFile & { kind: 'evidence' };

/** Notes a change of an evidence file, and tells what is wrong with the file itself. */
export function changeEvidence(
  state: ModelState,
  place: Place,
  file: EvidenceFile,
  change: FileChange,
  contents: Contents,
): Fault[] {
  const name = `${file.of}-${file.digest}`;
  if (change.after === null) {
    state.evidence.delete(name);
    const version = namedBy(state, file);
    if (version === null) return [];
    const message = `The ${file.of} evidence of ${version} is gone.`;
    return [fault(place, null, message, 'Restore it from git: a version keeps the evidence that justified it.')];
  }
  state.evidence.set(name, change.after);
  const facts = contents.evidence(change.after);
  if (facts.sha256 !== file.digest) {
    const message = `The file is called by the sha256 ${file.digest}, but has ${facts.sha256}.`;
    const fix =
      facts.unix_sha256 === file.digest
        ? 'Its line endings were changed to those of Windows: write `registry/** -text` into .gitattributes, and restore it from git.'
        : 'Restore it from git: evidence never changes; what was measured anew is another file.';
    return [fault(place, null, message, fix)];
  }
  if (facts.problem !== null) {
    const message = `This is no ${file.of} evidence: ${facts.problem}.`;
    return [fault(place, null, message, 'Register the version again, from a run that this Tiltyard can read.')];
  }
  if (facts.kind !== file.of || facts.model !== state.model) {
    const message = `The file holds ${quoted(facts.kind ?? '')} evidence of the model ${quoted(facts.model ?? '')}, but stands for ${file.of} of ${state.model}.`;
    return [fault(place, null, message, 'Restore it from git, or remove it.')];
  }
  return [];
}

/** The version whose manifest names an evidence file; null where none does. */
export function namedBy(state: ModelState, { of, digest }: Pick<EvidenceFile, 'of' | 'digest'>): string | null {
  for (const [number, manifest] of state.manifests) {
    if (manifest === null) continue;
    const { training, evaluation } = manifest.version.evidence;
    if ((of === 'training' && training === digest) || (of === 'evaluation' && evaluation === digest)) return number;
  }
  return null;
}
