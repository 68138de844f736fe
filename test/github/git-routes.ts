import { commitOf, gitCommitJson, resolve, shaPattern, signatureOf } from './commits.ts';
import {
  ancestors,
  type Files,
  filesOf,
  type GitFile,
  type Signature,
  type TreeEntry,
  writeBlob,
  writeCommit,
  writeFiles,
} from './git.ts';
import { refMoved } from './pull-events.ts';
import { apiUrl } from './repositories.ts';
import {
  type Answer,
  accountOfActor,
  type Call,
  type Need,
  notFound,
  optionalText,
  Refusal,
  type Route,
  repositoryOf,
  text,
  unprocessable,
} from './route.ts';
import { type Json, nodeId, type Repository, type World } from './state.ts';

const READ: Need[] = [{ permission: 'contents', level: 'read' }];
const WRITE: Need[] = [{ permission: 'contents', level: 'write' }];
/** GitHub lists at most so many entries of a tree at once (https://docs.github.com/en/rest/git/trees#get-a-tree). */
const MOST_ENTRIES = 100_000;

const refJson = (repository: Repository, ref: string, sha: string): Json => ({
  ref,
  node_id: nodeId('Ref', `${repository.id}:${ref}`),
  url: `${apiUrl(repository)}/git/${ref}`,
  object: { type: 'commit', sha, url: `${apiUrl(repository)}/git/commits/${sha}` },
});

/** All entries below a tree, folders too, in git's order. */
function entriesOf(world: World, tree: string, recursive: boolean, folder = ''): (TreeEntry & { path: string })[] {
  return (world.objects.trees.get(tree) ?? []).flatMap((entry) => {
    const path = `${folder}${entry.name}`;
    const inside = recursive && entry.mode === '40000' ? entriesOf(world, entry.sha, true, `${path}/`) : [];
    return [{ ...entry, path }, ...inside];
  });
}

function treeJson(world: World, repository: Repository, tree: string, recursive: boolean): Json {
  const entries = entriesOf(world, tree, recursive);
  return {
    sha: tree,
    url: `${apiUrl(repository)}/git/trees/${tree}`,
    tree: entries.slice(0, MOST_ENTRIES).map(({ mode, path, sha }) => {
      const type = mode === '40000' ? 'tree' : mode === '160000' ? 'commit' : 'blob';
      const size = type === 'blob' ? { size: world.objects.blobs.get(sha)?.length ?? 0 } : {};
      return {
        path,
        mode: mode.padStart(6, '0'),
        type,
        sha,
        ...size,
        url: `${apiUrl(repository)}/git/${type}s/${sha}`,
      };
    }),
    truncated: entries.length > MOST_ENTRIES,
  };
}

/** Moves a ref: https://docs.github.com/en/rest/git/refs#update-a-reference refuses what is no fast-forward with 422. */
function moveRef(call: Call): Answer {
  const { world } = call;
  const repository = repositoryOf(call);
  const ref = `refs/${text(call, 'ref')}`;
  const before = repository.refs.get(ref);
  const sha = text(call, 'sha');
  if (before === undefined) throw new Refusal(422, 'Reference does not exist');
  if (!world.objects.commits.has(sha)) throw new Refusal(422, 'Object does not exist');
  if (call.parameters['force'] !== true && !ancestors(world.objects, sha).has(before))
    throw new Refusal(422, 'Update is not a fast forward');
  refMoved(world, repository, { ref, before, after: sha, by: accountOfActor(world, call.actor).login });
  return { status: 200, data: refJson(repository, ref, sha) };
}

function createTree(call: Call): Answer {
  const { world } = call;
  const base = optionalText(call, 'base_tree');
  if (base !== undefined && !world.objects.trees.has(base)) throw notFound();
  const files = new Map<string, GitFile>(base === undefined ? [] : filesOf(world.objects, base));
  const wanted = call.parameters['tree'];
  for (const entry of Array.isArray(wanted) ? wanted : []) {
    if (entry.sha === null) {
      // https://docs.github.com/en/rest/git/trees#create-a-tree: taking away what is not there is an error.
      if (!files.delete(entry.path)) throw new Refusal(422, 'GitRPC::BadObjectState');
    } else {
      const sha = typeof entry.content === 'string' ? writeBlob(world.objects, entry.content) : String(entry.sha);
      if (!world.objects.blobs.has(sha)) throw unprocessable('Tree', 'sha', `${sha} is not a blob`);
      files.set(entry.path, { mode: entry.mode ?? '100644', sha });
    }
  }
  const tree = writeFiles(world.objects, files satisfies Files);
  return { status: 201, data: treeJson(world, repositoryOf(call), tree, false) };
}

function createCommit(call: Call): Answer {
  const { world } = call;
  const repository = repositoryOf(call);
  const tree = text(call, 'tree');
  if (!world.objects.trees.has(tree)) throw unprocessable('Commit', 'tree', 'Tree SHA does not exist');
  const given = call.parameters['parents'];
  const parents = Array.isArray(given) ? given.map(String) : [];
  if (!parents.every((one) => world.objects.commits.has(one)))
    throw unprocessable('Commit', 'parents', 'Parent SHA does not exist');
  const { login } = accountOfActor(world, call.actor);
  const named = (field: string): Signature | null => {
    const value = call.parameters[field];
    if (typeof value !== 'object' || value === null || !('name' in value) || !('email' in value)) return null;
    const date = 'date' in value ? new Date(String(value.date)) : world.now;
    return { name: String(value.name), email: String(value.email), date };
  };
  const author = named('author') ?? signatureOf(login, world.now);
  const committer = named('committer') ?? author;
  const sha = writeCommit(world.objects, { tree, parents, author, committer, message: text(call, 'message') });
  return { status: 201, data: gitCommitJson(world, repository, sha) };
}

export const gitRoutes: Route[] = [
  {
    route: 'GET /repos/{owner}/{repo}/git/ref/{ref}',
    needs: READ,
    handle: (call) => {
      const repository = repositoryOf(call);
      const ref = `refs/${text(call, 'ref')}`;
      const sha = repository.refs.get(ref);
      if (sha === undefined) throw notFound();
      return { status: 200, data: refJson(repository, ref, sha) };
    },
  },
  {
    route: 'GET /repos/{owner}/{repo}/git/matching-refs/{ref}',
    needs: READ,
    handle: (call) => {
      const repository = repositoryOf(call);
      const prefix = `refs/${text(call, 'ref')}`;
      const found = [...repository.refs].filter(([ref]) => ref.startsWith(prefix)).sort(([a], [b]) => (a < b ? -1 : 1));
      return { status: 200, data: found.map(([ref, sha]) => refJson(repository, ref, sha)) };
    },
  },
  {
    route: 'POST /repos/{owner}/{repo}/git/refs',
    needs: WRITE,
    handle: (call) => {
      const repository = repositoryOf(call);
      const ref = text(call, 'ref');
      if (repository.refs.has(ref)) throw new Refusal(422, 'Reference already exists');
      if (!call.world.objects.commits.has(text(call, 'sha'))) throw new Refusal(422, 'Object does not exist');
      const by = accountOfActor(call.world, call.actor).login;
      refMoved(call.world, repository, { ref, before: null, after: text(call, 'sha'), by });
      return { status: 201, data: refJson(repository, ref, text(call, 'sha')) };
    },
  },
  { route: 'PATCH /repos/{owner}/{repo}/git/refs/{ref}', needs: WRITE, handle: moveRef },
  {
    route: 'DELETE /repos/{owner}/{repo}/git/refs/{ref}',
    needs: WRITE,
    handle: (call) => {
      const repository = repositoryOf(call);
      const ref = `refs/${text(call, 'ref')}`;
      const before = repository.refs.get(ref);
      if (before === undefined) throw new Refusal(422, 'Reference does not exist');
      refMoved(call.world, repository, { ref, before, after: null, by: accountOfActor(call.world, call.actor).login });
      return { status: 204, data: undefined };
    },
  },
  {
    route: 'GET /repos/{owner}/{repo}/git/commits/{commit_sha}',
    needs: READ,
    handle: (call) => {
      const sha = text(call, 'commit_sha');
      if (!call.world.objects.commits.has(sha)) throw notFound();
      return { status: 200, data: gitCommitJson(call.world, repositoryOf(call), sha) };
    },
  },
  { route: 'POST /repos/{owner}/{repo}/git/commits', needs: WRITE, handle: createCommit },
  {
    route: 'GET /repos/{owner}/{repo}/git/trees/{tree_sha}',
    needs: READ,
    handle: (call) => {
      const { world } = call;
      const repository = repositoryOf(call);
      const named = text(call, 'tree_sha');
      const commit = resolve(world, repository, named);
      const tree = commit === null ? named : commitOf(world, commit).tree;
      if (!shaPattern.test(tree) || !world.objects.trees.has(tree)) throw notFound();
      return { status: 200, data: treeJson(world, repository, tree, call.parameters['recursive'] !== undefined) };
    },
  },
  { route: 'POST /repos/{owner}/{repo}/git/trees', needs: WRITE, handle: createTree },
  {
    route: 'GET /repos/{owner}/{repo}/git/blobs/{file_sha}',
    needs: READ,
    handle: (call) => {
      const repository = repositoryOf(call);
      const sha = text(call, 'file_sha');
      const bytes = call.world.objects.blobs.get(sha);
      if (bytes === undefined) throw notFound();
      // In lines of 60 characters, as GitHub sends it.
      const content = bytes.toString('base64').replace(/.{60}/g, '$&\n');
      const url = `${apiUrl(repository)}/git/blobs/${sha}`;
      return {
        status: 200,
        data: { sha, node_id: nodeId('Blob', sha), size: bytes.length, url, content, encoding: 'base64' },
      };
    },
  },
  {
    route: 'POST /repos/{owner}/{repo}/git/blobs',
    needs: WRITE,
    handle: (call) => {
      const encoding = optionalText(call, 'encoding') === 'base64' ? 'base64' : 'utf8';
      const sha = writeBlob(call.world.objects, Buffer.from(text(call, 'content'), encoding));
      return { status: 201, data: { sha, url: `${apiUrl(repositoryOf(call))}/git/blobs/${sha}` } };
    },
  },
];
