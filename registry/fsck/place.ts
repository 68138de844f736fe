import { VersionNumber } from '../version.ts';

/** What a file under `registry/` is, by its path alone. */
export type RegistryFile =
  | { kind: 'channels'; model: string }
  | { kind: 'version'; model: string; version: VersionNumber }
  | { kind: 'evidence'; model: string; of: EvidenceKind; digest: string }
  /** In a folder where only our own files may lie, and none of them. */
  | { kind: 'stranger'; model: string; message: string; fix: string }
  /** Beside the registry: a README, a model card. */
  | { kind: 'other' };

export type EvidenceKind = (typeof KINDS)[number];
const KINDS = ['training', 'evaluation', 'drift', 'canary'] as const;

export function registryFile(path: string): RegistryFile {
  const [top, model, folder, ...rest] = path.split('/');
  if (top !== 'registry' || model === undefined || folder === undefined) return { kind: 'other' };
  if (rest.length === 0) return beside(model, folder);
  const name = rest.join('/');
  if (folder === 'versions') return versionFile(model, name);
  return folder === 'evidence' ? evidenceFile(model, name) : { kind: 'other' };
}

function beside(model: string, name: string): RegistryFile {
  if (name === 'channels.yaml') return { kind: 'channels', model };
  if (/^channels\.ya?ml$/i.test(name)) {
    const message = 'This is not read: the channels stand in channels.yaml.';
    return { kind: 'stranger', model, message, fix: 'Move what counts into channels.yaml, and remove it.' };
  }
  if (/^(versions|evidence)$/.test(name)) {
    const message = `${name} is no folder.`;
    return {
      kind: 'stranger',
      model,
      message,
      fix: 'A link or a submodule is not read: put the files themselves here.',
    };
  }
  return { kind: 'other' };
}

function versionFile(model: string, name: string): RegistryFile {
  const version = name.endsWith('.yaml') ? name.slice(0, -'.yaml'.length) : '';
  if (VersionNumber.safeParse(version).success) return { kind: 'version', model, version };
  const message = 'No version has this file: a manifest is called by its number, such as 1.4.0.yaml.';
  return { kind: 'stranger', model, message, fix: 'Rename it, or keep it elsewhere.' };
}

function evidenceFile(model: string, name: string): RegistryFile {
  const [, kind, digest] = /^([a-z]+)-([0-9a-f]{64})\.json$/.exec(name) ?? [];
  const of = KINDS.find((one) => one === kind);
  if (of !== undefined && digest !== undefined) return { kind: 'evidence', model, of, digest };
  const message = `No evidence has this name: it is one of ${KINDS.join(', ')}, a dash, and the sha256 of the file.`;
  return { kind: 'stranger', model, message, fix: 'Rename it, or keep it elsewhere.' };
}
