import { accountOf, userJson } from './accounts.ts';
import { type Route, repositoryOf } from './route.ts';
import { API, GITHUB, isoSeconds, type Json, nodeId, type Repository, type World } from './state.ts';

export function repositoryById(world: World, id: number): Repository {
  const found = world.repositories.find((one) => one.id === id);
  if (found === undefined) throw new Error(`there is no repository ${id}`);
  return found;
}

const fullName = ({ owner, name }: Repository) => `${owner}/${name}`;
export const apiUrl = (repository: Repository) => `${API}/repos/${fullName(repository)}`;
export const webUrl = (repository: Repository) => `${GITHUB}/${fullName(repository)}`;

const PLAIN = [
  'contributors',
  'deployments',
  'downloads',
  'events',
  'forks',
  'hooks',
  'languages',
  'merges',
  'stargazers',
];
const TEMPLATES: Record<string, string> = {
  archive_url: '/{archive_format}{/ref}',
  assignees_url: '/assignees{/user}',
  blobs_url: '/git/blobs{/sha}',
  branches_url: '/branches{/branch}',
  collaborators_url: '/collaborators{/collaborator}',
  comments_url: '/comments{/number}',
  commits_url: '/commits{/sha}',
  compare_url: '/compare/{base}...{head}',
  contents_url: '/contents/{+path}',
  git_commits_url: '/git/commits{/sha}',
  git_refs_url: '/git/refs{/sha}',
  git_tags_url: '/git/tags{/sha}',
  issue_comment_url: '/issues/comments{/number}',
  issue_events_url: '/issues/events{/number}',
  issues_url: '/issues{/number}',
  keys_url: '/keys{/key_id}',
  labels_url: '/labels{/name}',
  milestones_url: '/milestones{/number}',
  notifications_url: '/notifications{?since,all,participating}',
  pulls_url: '/pulls{/number}',
  releases_url: '/releases{/id}',
  statuses_url: '/statuses/{sha}',
  trees_url: '/git/trees{/sha}',
};

/** As runs and check events name a repository. */
export function minimalRepositoryJson(world: World, repository: Repository): Json {
  const url = apiUrl(repository);
  return {
    id: repository.id,
    node_id: nodeId('Repository', repository.id),
    name: repository.name,
    full_name: fullName(repository),
    owner: userJson(accountOf(world, repository.owner)),
    private: repository.private,
    html_url: webUrl(repository),
    description: null,
    fork: repository.parent !== null,
    url,
    ...Object.fromEntries(
      [...PLAIN, 'subscribers', 'subscription', 'tags', 'teams'].map((one) => [`${one}_url`, `${url}/${one}`]),
    ),
    ...Object.fromEntries(Object.entries(TEMPLATES).map(([name, path]) => [name, url + path])),
  };
}

/** As pull requests and webhooks name it. */
export function repositoryJson(world: World, repository: Repository): Json {
  const open = repository.pulls.filter(({ state }) => state === 'open').length;
  const web = webUrl(repository);
  const at = isoSeconds(repository.createdAt);
  return {
    ...minimalRepositoryJson(world, repository),
    clone_url: `${web}.git`,
    git_url: `git://github.com/${fullName(repository)}.git`,
    ssh_url: `git@github.com:${fullName(repository)}.git`,
    svn_url: web,
    mirror_url: null,
    homepage: null,
    language: null,
    license: null,
    default_branch: repository.defaultBranch,
    archived: repository.archived,
    disabled: false,
    visibility: repository.private ? 'private' : 'public',
    has_issues: true,
    has_projects: true,
    has_wiki: true,
    has_pages: false,
    has_discussions: false,
    has_downloads: true,
    topics: [],
    is_template: false,
    allow_forking: true,
    web_commit_signoff_required: false,
    forks: 0,
    forks_count: 0,
    stargazers_count: 0,
    watchers: 0,
    watchers_count: 0,
    open_issues: open,
    open_issues_count: open,
    size: 1,
    created_at: at,
    updated_at: at,
    pushed_at: at,
  };
}

export const repositoryRoutes: Route[] = [
  {
    route: 'GET /repos/{owner}/{repo}',
    needs: [{ permission: 'metadata', level: 'read' }],
    handle: (call) => {
      const repository = repositoryOf(call);
      return {
        status: 200,
        data: { ...repositoryJson(call.world, repository), network_count: 0, subscribers_count: 0 },
      };
    },
  },
];
