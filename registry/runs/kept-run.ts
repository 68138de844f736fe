import type { Training } from '../evidence/training.ts';
import type { Lineage } from '../lineage.ts';
import type { Run } from '../run.ts';
import type { Version, VersionNumber } from '../version.ts';

/** A run of training as it is listed and compared: one that lies in this folder, or one that only the registry tells of. */
export interface KeptRun
  extends Pick<Run, 'model' | 'why' | 'of' | 'params' | 'seed' | 'command' | 'commit' | 'input_digest' | 'digest'> {
  /** The run's own name; that of a run that only the registry tells of is its version. */
  name: string;
  state: Run['state'];
  purpose: Run['purpose'];
  metrics: Run['metrics'];
  reported: Run['reported'];
  started_at: string | null;
  seconds: number | null;
  by: string | null;
  /** The version that was registered of it. */
  version: VersionNumber | null;
  /** Null where it ended before anything came of it. */
  lineage: Lineage | null;
}

/** A run of this folder; `training` is its evidence, `version` what was registered of it. */
export function fromRun(run: Run, training: Training | null, version: VersionNumber | null): KeptRun {
  return {
    name: run.run,
    model: run.model,
    state: run.state,
    why: run.why,
    purpose: run.purpose,
    of: run.of,
    params: run.params,
    seed: run.seed,
    command: run.command,
    commit: run.commit,
    input_digest: run.input_digest,
    digest: run.digest,
    metrics: run.metrics,
    reported: run.reported,
    started_at: run.started_at,
    seconds: run.seconds,
    by: run.by,
    version,
    lineage: training?.lineage ?? null,
  };
}

/** The run that a registered version came of; null for evidence that is not there, or can't be read. */
export function fromVersion(version: Version, training: Training | null): KeptRun {
  const { lineage, artifact, model } = version;
  return {
    name: version.version,
    model,
    state: 'succeeded',
    why: null,
    purpose: 'train',
    of: null,
    params: lineage.params,
    seed: lineage.seed,
    command: lineage.program.command,
    commit: lineage.commit,
    input_digest: lineage.input_digest,
    digest: artifact.digest,
    metrics: training?.validation?.metrics ?? {},
    reported: training?.reported ?? {},
    started_at: training?.timing.started_at ?? null,
    seconds: training?.timing.seconds ?? null,
    by: training?.timing.by ?? version.run?.actor ?? null,
    version: version.version,
    lineage,
  };
}

/** Whether a version was registered of this run: its inputs and its artifact are the run's. */
export function isOf({ artifact, lineage }: Version, run: Run): boolean {
  return run.digest === artifact.digest && run.input_digest === lineage.input_digest;
}
