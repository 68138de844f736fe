import {
  type Account,
  API,
  type App,
  GITHUB,
  type Installation,
  isoOrNull,
  isoSeconds,
  type Json,
  newId,
  nodeId,
  type World,
} from './state.ts';

/** An account by its name; made where there is none yet, so that tests can just name people. */
export function accountOf(world: World, login: string, type: Account['type'] = 'User'): Account {
  const known = world.accounts.get(login.toLowerCase());
  if (known !== undefined) return known;
  const made = { id: newId(world), login, type: login.endsWith('[bot]') ? ('Bot' as const) : type };
  world.accounts.set(login.toLowerCase(), made);
  return made;
}

export function appById(world: World, id: number): App {
  const app = world.apps.find((one) => one.id === id);
  if (app === undefined) throw new Error(`there is no App ${id}`);
  return app;
}

export function userJson({ id, login, type }: Account): Json {
  const url = `${API}/users/${encodeURIComponent(login)}`;
  const page = type === 'Bot' ? `${GITHUB}/apps/${login.replace('[bot]', '')}` : `${GITHUB}/${login}`;
  return {
    login,
    id,
    node_id: nodeId('User', id),
    avatar_url: `https://avatars.githubusercontent.com/u/${id}?v=4`,
    gravatar_id: '',
    url,
    html_url: page,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type,
    site_admin: false,
  };
}

export function appJson(world: World, id: number): Json {
  const app = appById(world, id);
  return {
    id,
    slug: app.slug,
    node_id: nodeId('App', id),
    client_id: `Iv1.${app.slug}`,
    owner: userJson(accountOf(world, app.owner)),
    name: app.slug,
    description: '',
    external_url: `https://${app.slug}.example`,
    html_url: `${GITHUB}/apps/${app.slug}`,
    created_at: isoSeconds(app.createdAt),
    updated_at: isoSeconds(app.createdAt),
    permissions: { metadata: 'read', ...app.permissions },
    events: app.events,
  };
}

export function installationJson(world: World, app: App, installation: Installation): Json {
  const url = `${API}/app/installations/${installation.id}`;
  return {
    id: installation.id,
    account: userJson(accountOf(world, installation.account)),
    repository_selection: 'all',
    access_tokens_url: `${url}/access_tokens`,
    repositories_url: `${API}/installation/repositories`,
    html_url: `${GITHUB}/settings/installations/${installation.id}`,
    app_id: app.id,
    app_slug: app.slug,
    target_id: accountOf(world, installation.account).id,
    target_type: accountOf(world, installation.account).type,
    permissions: { metadata: 'read', ...app.permissions },
    events: app.events,
    created_at: isoSeconds(installation.createdAt),
    updated_at: isoSeconds(installation.createdAt),
    single_file_name: null,
    suspended_by: null,
    suspended_at: isoOrNull(installation.suspendedAt),
  };
}
