import { type Channels, parseChannels } from './channels.ts';
import { UserError } from './error.ts';
import { registryFile } from './fsck/place.ts';
import { type Commit, type Person, shortId } from './history/commit.ts';
import type { VersionNumber } from './version.ts';
import { byVersion } from './version-order.ts';

/** One annotated tag of GTO, which tells of one event of a model's registry. */
export interface GtoTag {
  /** `flight-delay@v1.4.0`; a stage given and taken: `flight-delay#champion#3`, `flight-delay#canary!#4`. */
  name: string;
  /** The commit that registered the version: GTO finds a version by the commit of a stage's tag. */
  commit: string;
  /**
   * The version, where another one has that commit already: its tags stand at a child of it that is made for them, since
   * GTO knows one version a commit. Else null.
   */
  own: VersionNumber | null;
  tagger: Person;
  /** When, in seconds since 1970. */
  seconds: number;
  message: string;
}

/** What GTO takes as the name of an artifact. */
const NAME = /^[a-z0-9]([a-z0-9-/]*[a-z0-9])?$/;

/**
 * The tags of GTO that tell the same story as the history of `registry/<model>`: each version registered, and each time
 * that the stages champion, canary and quarantined were given or taken. The same history always gives the same tags, and
 * a longer one begins with those of a shorter one.
 *
 * A stage stays with every version that ever had it until it is taken, so that it is taken of one before the next gets it.
 * GTO sorts by seconds: events of one second get later ones. It could say of a quarantined version that it is no longer
 * registered, but never again that it is, which an override may want.
 * @param commits Along the branch, oldest first. @param text What a file held, by git's id of its content.
 */
export function gtoMirror(model: string, commits: readonly Commit[], text: (id: string) => string): GtoTag[] {
  if (!NAME.test(model)) {
    throw new UserError(`GTO takes no artifact that is called ${model}`, {
      fix: 'Its names begin and end with a letter or a digit.',
    });
  }
  const homes = new Map<VersionNumber, Pick<GtoTag, 'commit' | 'own'>>();
  const tags: GtoTag[] = [];
  let state = standing(null);
  let counter = 0;
  let seconds = 0;

  for (const commit of commits) {
    if (commit.id === null) continue;
    const { id } = commit;
    const { registered, channels } = changesOf(model, commit, text);
    const next = channels === null ? state : standing(channels);
    const news = registered.filter((version) => !homes.has(version)).sort(byVersion);
    const first = news.find((one) => one === next.champion) ?? news.find((one) => one === next.canary) ?? news.at(-1);
    for (const version of news) homes.set(version, { commit: id, own: version === first ? null : version });
    const tell = (version: VersionNumber | null, event: string, says: string, counted: boolean) => {
      const home = version === null ? undefined : homes.get(version);
      if (home === undefined) return;
      seconds = Math.max(Math.floor(Date.parse(commit.date) / 1000), seconds + 1);
      const name = `${model}${event}${counted ? `#${++counter}` : ''}`;
      const message = `${model} ${version}: ${says} by commit ${shortId(id)}`;
      tags.push({ name, ...home, tagger: commit.author, seconds, message });
    };
    for (const version of news) tell(version, `@v${version}`, 'registered', false);
    for (const stage of ['champion', 'canary'] as const) {
      if (state[stage] !== next[stage]) tell(state[stage], `#${stage}!`, `no longer ${stage}`, true);
    }
    for (const one of without(state.quarantined, next.quarantined)) tell(one, '#quarantined!', 'let back in', true);
    for (const one of without(next.quarantined, state.quarantined)) tell(one, '#quarantined', 'quarantined', true);
    for (const stage of ['canary', 'champion'] as const) {
      if (state[stage] !== next[stage]) tell(next[stage], `#${stage}`, stage, true);
    }
    state = next;
  }
  return tags;
}

/** What of a model's channels GTO knows words for. */
interface Standing {
  champion: VersionNumber | null;
  canary: VersionNumber | null;
  /** Those that no override lets back in. */
  quarantined: VersionNumber[];
}

function standing(channels: Channels | null): Standing {
  if (channels === null) return { champion: null, canary: null, quarantined: [] };
  const { champion, canary, quarantined, overrides } = channels;
  const isBack = (digest: string) => overrides.some((override) => override.digest === digest);
  return {
    champion,
    canary: canary?.version ?? null,
    quarantined: quarantined.filter(({ digest }) => !isBack(digest)).map(({ version }) => version),
  };
}

/** The manifests that a commit added, and its channels; null where it did not change them, or nobody can read them. */
function changesOf(model: string, { changes }: Commit, text: (id: string) => string) {
  const registered: VersionNumber[] = [];
  let channels: Channels | null = null;
  for (const { path, before, after, kind } of changes) {
    const file = registryFile(path);
    if (file.kind === 'other' || file.model !== model || after === null || kind !== 'file') continue;
    if (file.kind === 'version' && before === null) registered.push(file.version);
    if (file.kind === 'channels') channels = readable(text(after), path);
  }
  return { registered, channels };
}

function readable(text: string, path: string): Channels | null {
  try {
    return parseChannels(text, path).value;
  } catch (error) {
    // Of a state that a person broke and mended again there is nothing to tell; fsck does.
    if (error instanceof UserError) return null;
    throw error;
  }
}

const without = (all: readonly VersionNumber[], others: readonly VersionNumber[]) =>
  all.filter((one) => !others.includes(one));
