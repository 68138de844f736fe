import { accountOf, userJson } from './accounts.ts';
import { NO_COMMIT } from './pull-events.ts';
import { type Call, optionalText, type Route, repositoryOf } from './route.ts';
import { type Activity, isoSeconds, type Json, nodeId, type World } from './state.ts';

const HOUR = 3_600_000;
const PERIODS: Record<string, number> = { day: 24, week: 168, month: 730, quarter: 2190, year: 8760 };

const activityJson = (world: World, { after, at, before, by, id, ref, type }: Activity): Json => ({
  id,
  node_id: nodeId('Activity', id),
  before: before ?? NO_COMMIT,
  after: after ?? NO_COMMIT,
  ref,
  timestamp: isoSeconds(at),
  activity_type: type,
  // Null once the account is gone.
  actor: by === '' ? null : userJson(accountOf(world, by)),
});

function isAsked(call: Call, { at, by, ref, type }: Activity): boolean {
  const wanted = (name: string) => optionalText(call, name);
  const branch = wanted('ref');
  const period = PERIODS[wanted('time_period') ?? ''];
  return (
    (branch === undefined || ref === branch || ref === `refs/heads/${branch}`) &&
    (wanted('actor') ?? by) === by &&
    (wanted('activity_type') ?? type) === type &&
    (period === undefined || call.world.now.getTime() - at.getTime() < period * HOUR)
  );
}

export const activityRoutes: Route[] = [
  {
    // Its pages have no numbers: what follows is asked for by where the last page ended.
    route: 'GET /repos/{owner}/{repo}/activity',
    needs: [{ permission: 'contents', level: 'read' }],
    handle: (call) => {
      const { parameters, world } = call;
      const found = repositoryOf(call).activities.filter((one) => isAsked(call, one));
      const all = parameters['direction'] === 'asc' ? found : found.toReversed();
      const from = all.findIndex(({ id }) => String(id) === parameters['after']) + 1;
      const size = Math.min(100, Number(parameters['per_page'] ?? 30));
      const items = all.slice(from, from + size);
      const isLast = from + size >= all.length;
      const next = `<https://api.github.com/?per_page=${size}&after=${items.at(-1)?.id}>; rel="next"`;
      return { status: 200, data: items.map((one) => activityJson(world, one)), headers: isLast ? {} : { link: next } };
    },
  },
];
