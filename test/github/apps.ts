import { appById, appJson, installationJson } from './accounts.ts';
import { repositoryJson } from './repositories.ts';
import { type Call, counted, integer, listed, notFound, Refusal, type Route, repositoryOf, text } from './route.ts';
import { type App, type Installation, isoSeconds, type Permissions } from './state.ts';
import { issueToken } from './tokens.ts';

/** The App that sent the request, by its JWT. */
function own(call: Call): App {
  if (call.actor.kind !== 'jwt') throw new Refusal(401, 'A JSON web token could not be decoded');
  return appById(call.world, call.actor.app);
}

function installationOf(call: Call): { app: App; installation: Installation } {
  const app = own(call);
  const installation = app.installations.find(({ id }) => id === integer(call, 'installation_id'));
  if (installation === undefined) throw notFound();
  return { app, installation };
}

/** An installation's token has what was asked for, and never more than the App. */
function granted({ permissions }: App, asked: unknown): Permissions {
  if (typeof asked !== 'object' || asked === null) return permissions;
  const wanted = Object.entries(asked).filter(([, level]) => level === 'read' || level === 'write');
  for (const [name, level] of wanted) {
    if (permissions[name] === undefined || (level === 'write' && permissions[name] === 'read'))
      throw new Refusal(422, 'The permissions requested are not granted to this installation.');
  }
  return Object.fromEntries(wanted.map(([name, level]) => [name, level === 'write' ? 'write' : 'read']));
}

const HOUR = 3_600_000;

export const appRoutes: Route[] = [
  { route: 'GET /app', needs: 'jwt', handle: (call) => ({ status: 200, data: appJson(call.world, own(call).id) }) },
  {
    // Anybody may ask: https://docs.github.com/en/rest/apps/apps#get-an-app
    route: 'GET /apps/{app_slug}',
    needs: 'nothing',
    handle: (call) => {
      const app = [...call.world.apps.values()].find(({ slug }) => slug === text(call, 'app_slug'));
      if (app === undefined) throw notFound();
      return { status: 200, data: appJson(call.world, app.id) };
    },
  },
  {
    route: 'GET /app/installations',
    needs: 'jwt',
    handle: (call) => {
      const app = own(call);
      return listed(call, app.installations, (one) => installationJson(call.world, app, one));
    },
  },
  {
    route: 'GET /app/installations/{installation_id}',
    needs: 'jwt',
    handle: (call) => {
      const { app, installation } = installationOf(call);
      return { status: 200, data: installationJson(call.world, app, installation) };
    },
  },
  {
    route: 'GET /repos/{owner}/{repo}/installation',
    needs: 'jwt',
    handle: (call) => {
      const app = own(call);
      const installation = app.installations.find(({ account }) => account === repositoryOf(call).owner);
      if (installation === undefined) throw notFound();
      return { status: 200, data: installationJson(call.world, app, installation) };
    },
  },
  {
    // For an hour: https://docs.github.com/en/rest/apps/apps#create-an-installation-access-token-for-an-app
    route: 'POST /app/installations/{installation_id}/access_tokens',
    needs: 'jwt',
    handle: (call) => {
      const { app, installation } = installationOf(call);
      if (installation.suspendedAt !== null) throw new Refusal(403, 'This installation has been suspended');
      const permissions = granted(app, call.parameters['permissions']);
      const expires = new Date(call.world.now.getTime() + HOUR);
      const token = issueToken(
        call.world,
        { kind: 'app', app: app.id, permissions, installation: installation.id },
        expires,
      );
      return {
        status: 201,
        data: {
          token,
          expires_at: isoSeconds(expires),
          permissions: { metadata: 'read', ...permissions },
          repository_selection: 'all',
        },
      };
    },
  },
  {
    route: 'GET /installation/repositories',
    needs: [{ permission: 'metadata', level: 'read' }],
    handle: (call) => {
      const { actor, world } = call;
      if (actor.kind !== 'app') throw new Refusal(403, 'Resource not accessible by integration');
      const account = appById(world, actor.app).installations.find(({ id }) => id === actor.installation)?.account;
      const found = world.repositories.filter(({ owner }) => owner === account);
      return counted(call, 'repositories', found, (one) => repositoryJson(world, one));
    },
  },
];
