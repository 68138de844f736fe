import { filesJson, statsOf } from './changed-files.ts';
import { commitJson, resolve } from './commits.ts';
import { ancestors, changesBetween, commitFiles, mergeBase } from './git.ts';
import { apiUrl, webUrl } from './repositories.ts';
import {
  type Call,
  listed,
  type Need,
  notFound,
  optionalText,
  page,
  Refusal,
  type Route,
  repositoryOf,
  text,
} from './route.ts';
import type { Json, Repository } from './state.ts';

const READ: Need[] = [{ permission: 'contents', level: 'read' }];

/** A commit by a branch's name, a tag's, or its own digest. */
function named(call: Call, repository: Repository, name: string): string {
  const sha = resolve(call.world, repository, name);
  if (sha === null)
    throw /^[0-9a-f]{40}$/.test(name) ? new Refusal(422, `No commit found for SHA: ${name}`) : notFound();
  return sha;
}

function compare(call: Call) {
  const { world } = call;
  const repository = repositoryOf(call);
  const [before = '', after = ''] = text(call, 'basehead').split('...');
  const base = named(call, repository, before);
  const head = named(call, repository, after);
  const root = mergeBase(world.objects, base, head);
  if (root === null) throw new Refusal(404, 'No common ancestor between base and head.');
  const ofBase = ancestors(world.objects, base);
  const ofHead = ancestors(world.objects, head);
  const ahead = [...ofHead].filter((sha) => !ofBase.has(sha)).reverse();
  const behind = [...ofBase].filter((sha) => !ofHead.has(sha));
  const status =
    ahead.length === 0 ? (behind.length === 0 ? 'identical' : 'behind') : behind.length === 0 ? 'ahead' : 'diverged';
  const url = `${apiUrl(repository)}/compare/${before}...${after}`;
  const html = `${webUrl(repository)}/compare/${before}...${after}`;
  const { headers, items } = page(call, ahead);
  // Three dots: since their histories parted. 300 files at most, all on the first page
  // (https://docs.github.com/en/rest/commits/commits#compare-two-commits).
  const changes = changesBetween(commitFiles(world.objects, root), commitFiles(world.objects, head)).slice(0, 300);
  const data: Json = {
    url,
    html_url: html,
    permalink_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    base_commit: commitJson(world, repository, base),
    merge_base_commit: commitJson(world, repository, root),
    status,
    ahead_by: ahead.length,
    behind_by: behind.length,
    total_commits: ahead.length,
    commits: items.map((sha) => commitJson(world, repository, sha)),
    files: filesJson(world.objects, repository, head, changes),
  };
  return { status: 200, data, headers };
}

export const commitRoutes: Route[] = [
  {
    route: 'GET /repos/{owner}/{repo}/commits',
    needs: READ,
    handle: (call) => {
      const { world } = call;
      const repository = repositoryOf(call);
      const path = optionalText(call, 'path');
      const from = named(call, repository, optionalText(call, 'sha') ?? repository.defaultBranch);
      const folder = (sha: string | undefined) =>
        sha === undefined
          ? ''
          : JSON.stringify(
              [...commitFiles(world.objects, sha)].filter(([name]) => name === path || name.startsWith(`${path}/`)),
            );
      const found = [...ancestors(world.objects, from)].filter(
        (sha) => path === undefined || folder(sha) !== folder(world.objects.commits.get(sha)?.parents[0]),
      );
      return listed(call, found, (sha) => commitJson(world, repository, sha));
    },
  },
  {
    route: 'GET /repos/{owner}/{repo}/commits/{ref}',
    needs: READ,
    handle: (call) => {
      const { world } = call;
      const repository = repositoryOf(call);
      const sha = named(call, repository, text(call, 'ref'));
      const [parent] = world.objects.commits.get(sha)?.parents ?? [];
      const before = parent === undefined ? new Map() : commitFiles(world.objects, parent);
      const changes = changesBetween(before, commitFiles(world.objects, sha));
      const files = filesJson(world.objects, repository, sha, changes);
      const stats = statsOf(world.objects, changes);
      return { status: 200, data: { ...commitJson(world, repository, sha), files, stats } };
    },
  },
  { route: 'GET /repos/{owner}/{repo}/compare/{basehead}', needs: READ, handle: compare },
  {
    route: 'GET /repos/{owner}/{repo}/branches/{branch}',
    needs: READ,
    handle: (call) => {
      const repository = repositoryOf(call);
      const name = text(call, 'branch');
      const sha = repository.refs.get(`refs/heads/${name}`);
      if (sha === undefined) throw new Refusal(404, 'Branch not found');
      const url = `${apiUrl(repository)}/branches/${encodeURIComponent(name)}`;
      const contexts = repository.protection.get(name)?.checks.map((check) => check.name) ?? [];
      const checks =
        repository.protection.get(name)?.checks.map((check) => ({ context: check.name, app_id: check.app })) ?? [];
      const data = {
        name,
        commit: commitJson(call.world, repository, sha),
        _links: { self: url, html: `${webUrl(repository)}/tree/${name}` },
        protected: repository.protection.has(name),
        protection: {
          enabled: repository.protection.has(name),
          required_status_checks: { enforcement_level: 'everyone', contexts, checks },
        },
        protection_url: `${url}/protection`,
      };
      return { status: 200, data };
    },
  },
  {
    route: 'GET /repos/{owner}/{repo}/contents/{path}',
    needs: READ,
    handle: (call) => {
      const { world } = call;
      const repository = repositoryOf(call);
      const path = text(call, 'path').replace(/^\/|\/$/g, '');
      const commit = named(call, repository, optionalText(call, 'ref') ?? repository.defaultBranch);
      const files = commitFiles(world.objects, commit);
      const entry = (name: string, type: string, sha: string, size: number): Json => {
        const url = `${apiUrl(repository)}/contents/${name}?ref=${commit}`;
        const git = `${apiUrl(repository)}/git/${type === 'dir' ? 'trees' : 'blobs'}/${sha}`;
        const html = `${webUrl(repository)}/blob/${commit}/${name}`;
        const raw =
          type === 'dir'
            ? null
            : `https://raw.githubusercontent.com/${repository.owner}/${repository.name}/${commit}/${name}`;
        const links = { self: url, git, html };
        return {
          type,
          name: name.split('/').at(-1),
          path: name,
          sha,
          size,
          url,
          git_url: git,
          html_url: html,
          download_url: raw,
          _links: links,
        };
      };
      const found = files.get(path);
      if (found !== undefined) {
        const bytes = world.objects.blobs.get(found.sha) ?? Buffer.alloc(0);
        // From 1 MB on GitHub leaves the content out: https://docs.github.com/en/rest/repos/contents#get-repository-content
        const large = bytes.length > 1_000_000;
        const content = large ? '' : bytes.toString('base64').replace(/.{60}/g, '$&\n');
        return {
          status: 200,
          data: { ...entry(path, 'file', found.sha, bytes.length), content, encoding: large ? 'none' : 'base64' },
        };
      }
      const inside = [...files].filter(([name]) => path === '' || name.startsWith(`${path}/`));
      if (inside.length === 0) throw notFound();
      const listedNames = new Map<string, Json>();
      for (const [name, { sha }] of inside) {
        const rest = path === '' ? name : name.slice(path.length + 1);
        const [first = ''] = rest.split('/');
        const whole = path === '' ? first : `${path}/${first}`;
        const type = rest.includes('/') ? 'dir' : 'file';
        if (!listedNames.has(whole))
          listedNames.set(whole, entry(whole, type, sha, world.objects.blobs.get(sha)?.length ?? 0));
      }
      return { status: 200, data: [...listedNames.values()] };
    },
  },
];
