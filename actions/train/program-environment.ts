import type { World } from '#lib/world.ts';
import { UserError } from '#registry/error.ts';

/** Where programs are looked for. */
export function pathOf(env: World['env']): string {
  return env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin';
}

/** Names of what opens doors: of stores, of GitHub, of whatever else says so in its name. */
const CREDENTIAL =
  /^(AWS_|ACTIONS_|GITHUB_|GH_|RUNNER_|TILTYARD_|AZURE_|GOOGLE_|SSH_|NPM_CONFIG_)|(TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL|PRIVATE|_KEY|APIKEY)/i;

/**
 * The variables that `train.env` names, as they are here; one that is not set is left out.
 * @throws UserError for the name of a credential: a training program gets none.
 */
export function allowedVariables(names: readonly string[], env: World['env']): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of [...new Set(names)].sort()) {
    if (CREDENTIAL.test(name) || OURS.has(name)) {
      throw new UserError(`train.env in model.yaml names ${name}, which the training program does not get`, {
        fix: OURS.has(name)
          ? 'Remove it: Tiltyard sets it.'
          : 'Remove it: training gets neither credentials nor what belongs to the workflow.',
      });
    }
    const value = env[name];
    if (value !== undefined) found[name] = value;
  }
  return found;
}

const OURS = new Set(['PATH', 'HOME', 'LANG', 'TMPDIR', 'PYTHONHASHSEED']);

/** Where a run's own files and folders lie. */
export interface RunPlaces {
  train: string;
  params: string;
  out: string;
  home: string;
  temporary: string;
}

/** All of the environment of a training program, but for what `train.env` adds. */
export function programEnvironment(env: World['env'], places: RunPlaces, seed: number): Record<string, string> {
  return {
    PATH: pathOf(env),
    HOME: places.home,
    // The same everywhere, since texts may be read, sorted and written by it.
    LANG: 'C.UTF-8',
    TMPDIR: places.temporary,
    // Python shuffles its sets of words from run to run otherwise, and whatever is written out of them.
    PYTHONHASHSEED: '0',
    TILTYARD_DATA_TRAIN: places.train,
    TILTYARD_PARAMS: places.params,
    TILTYARD_SEED: String(seed),
    TILTYARD_OUT: places.out,
  };
}
