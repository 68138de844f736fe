import { z } from 'zod';
import { ask, askIfThere, type GitHub, type Place } from './client.ts';

const App = z.object({ id: z.int(), slug: z.string().nullish() });

/** The App that asks, by its own key. */
export async function getApp(github: GitHub): Promise<{ id: number; login: string }> {
  const { id, slug } = await ask(github, 'GET /app', {}, App);
  return { id, login: `${slug ?? ''}[bot]` };
}

/** An App that anybody may see, by the name in its address. */
export async function getPublicApp(github: GitHub, slug: string): Promise<{ id: number; login: string }> {
  const { id } = await ask(github, 'GET /apps/{app_slug}', { app_slug: slug }, App);
  return { id, login: `${slug}[bot]` };
}

const Installation = z.object({ id: z.int(), suspended_at: z.string().nullish() });
export type Installation = z.infer<typeof Installation>;

/** The App's installation that reaches a repository; null where there is none. Asked by the App's own key. */
export async function getInstallation(github: GitHub, place: Place): Promise<Installation | null> {
  return askIfThere(github, 'GET /repos/{owner}/{repo}/installation', { ...place }, Installation);
}

/** All installations of the App, asked by its own key. */
export async function listInstallations(github: GitHub): Promise<Installation[]> {
  return pages(github, 'GET /app/installations', z.array(Installation), (page) => page);
}

const Repositories = z.object({
  repositories: z.array(
    z.object({ name: z.string(), owner: z.object({ login: z.string() }), archived: z.boolean().optional() }),
  ),
});

/** The repositories that an installation reaches and that can still change, asked by the installation's token. */
export async function listRepositories(github: GitHub): Promise<Place[]> {
  const all = await pages(github, 'GET /installation/repositories', Repositories, ({ repositories }) => repositories);
  return all.filter(({ archived }) => archived !== true).map(({ owner, name }) => ({ owner: owner.login, repo: name }));
}

/** Every page: whoever is left out of a sweep would never be healed. */
async function pages<P, T>(github: GitHub, route: string, schema: z.ZodType<P>, items: (page: P) => T[]): Promise<T[]> {
  const found: T[] = [];
  for (let page = 1; ; page++) {
    const next = items(await ask(github, route, { per_page: 100, page }, schema));
    found.push(...next);
    if (next.length < 100) return found;
  }
}
