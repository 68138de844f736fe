import { commitOf } from './commits.ts';
import { ancestors, changesBetween, commitFiles, type Signature } from './git.ts';
import { webUrl } from './repositories.ts';
import { isoSeconds, type Json, type Repository, type World } from './state.ts';

/** A push names so many of its commits (https://docs.github.com/en/webhooks/webhook-events-and-payloads#push). */
const MOST = 2048;

interface Pushed {
  before: string | null;
  after: string | null;
}

/** The commits that a push brings, oldest first, and whether it put others aside; as its webhook tells. */
export function pushedCommits(world: World, repository: Repository, { after, before }: Pushed): Json {
  if (after === null) return { forced: false, commits: [], head_commit: null };
  const there = before === null ? new Set<string>() : ancestors(world.objects, before);
  const all = ancestors(world.objects, after);
  const commits = [...all].filter((sha) => !there.has(sha)).reverse();
  return {
    forced: before !== null && !all.has(before),
    commits: (before === null ? [] : commits).slice(-MOST).map((sha) => commitJson(world, repository, sha)),
    head_commit: commitJson(world, repository, after),
  };
}

function commitJson(world: World, repository: Repository, sha: string): Json {
  const { author, committer, message, parents, tree } = commitOf(world, sha);
  const [parent] = parents;
  const before = parent === undefined ? new Map() : commitFiles(world.objects, parent);
  const changes = changesBetween(before, commitFiles(world.objects, sha));
  const paths = (...kinds: string[]) => changes.filter(({ status }) => kinds.includes(status)).map(({ path }) => path);
  const moved = changes.flatMap(({ from }) => from ?? []);
  const who = ({ email, name }: Signature): Json => ({ name, email });
  return {
    id: sha,
    tree_id: tree,
    distinct: true,
    message,
    timestamp: isoSeconds(author.date),
    url: `${webUrl(repository)}/commit/${sha}`,
    author: who(author),
    committer: who(committer),
    added: paths('added', 'renamed'),
    removed: [...paths('removed'), ...moved],
    modified: paths('modified'),
  };
}
