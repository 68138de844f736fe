import { canonicalJson } from '#registry/canonical-json.ts';
import type { Version } from '#registry/version.ts';

/** MLflow's own limit for a tag of a model version. */
const LONGEST_VALUE = 100_000;
const LONGEST_KEY = 250;

/** The tag by which a version is found again. */
export const VERSION_TAG = 'tiltyard.version';
export const DIGEST_TAG = 'tiltyard.artifact.digest';

/** What a version was made from, and what justified it, as the tags of an MLflow model version. */
export function versionTags(version: Version): Map<string, string> {
  const tags = new Map<string, string>();
  const { artifact, lineage, evidence, run } = version;
  const tell = (name: string, value: unknown) => {
    if (value === null || value === undefined) return;
    const text = typeof value === 'string' ? value : canonicalJson(value);
    tags.set(name.slice(0, LONGEST_KEY), text.slice(0, LONGEST_VALUE));
  };
  tell(VERSION_TAG, version.version);
  tell('tiltyard.task', version.task);
  tell('tiltyard.parent', version.parent);
  tell(DIGEST_TAG, artifact.digest);
  tell('tiltyard.artifact.uri', artifact.uri);
  tell('tiltyard.artifact.bytes', artifact.bytes);
  tell('tiltyard.threshold', artifact.threshold);
  tell('tiltyard.commit', lineage.commit);
  tell('tiltyard.input_digest', lineage.input_digest);
  for (const [name, value] of Object.entries(lineage.data.train)) tell(`tiltyard.data.train.${name}`, value);
  tell('tiltyard.features.sql', lineage.features.sql);
  tell('tiltyard.features.state', lineage.features.state);
  tell('tiltyard.program', lineage.program);
  tell('tiltyard.params', lineage.params);
  tell('tiltyard.seed', lineage.seed);
  tell('tiltyard.environment', lineage.environment);
  tell('tiltyard.evidence.training', evidence.training);
  tell('tiltyard.evidence.evaluation', evidence.evaluation);
  tell('tiltyard.run', run);
  return tags;
}

/**
 * Where MLflow is told that the model lies: our own address of it. A server takes no folder's path from others, so that
 * an artifact of a `file:` store is named by its digest; it wants a path that begins with a slash there.
 */
export function sourceOf({ artifact }: Version): string {
  return artifact.uri.startsWith('s3://') ? artifact.uri : `sha256:///${artifact.digest}`;
}
