import { z } from 'zod';
import { type GitHub, get, PAGE } from './client.ts';

/** A list that comes in pages, each an array, or an object that has the array under a name. */
export interface List<T> {
  item: z.ZodType<T>;
  under?: string;
  /** At most so many pages of 100. */
  pages?: number;
}

/** A list as far as it was read; `complete` tells whether that was all. */
export interface Listed<T> {
  items: T[];
  complete: boolean;
}

/** The pages of a list one after another, as somebody wants them; the last says so. */
export async function* pagesOf<T>(
  github: GitHub,
  route: string,
  parameters: Record<string, unknown>,
  { item, under, pages = 30 }: List<T>,
): AsyncGenerator<{ items: T[]; isLast: boolean }> {
  const array = z.array(item);
  const schema = under === undefined ? array : z.object({ [under]: array }).transform((page) => page[under] ?? []);
  for (let page = 1; page <= pages; page++) {
    const asked = { ...parameters, per_page: PAGE, page };
    const { hasNext, value } = await get(github, route, asked, { schema, again: array });
    yield { items: value, isLast: !hasNext };
    if (!hasNext) return;
  }
}

/** A list until there is no more of it, or until `enough` says so of what has come so far. */
export async function askAll<T>(
  github: GitHub,
  route: string,
  parameters: Record<string, unknown>,
  list: List<T>,
  enough: (items: readonly T[]) => boolean = () => false,
): Promise<Listed<T>> {
  const found: T[] = [];
  for await (const { isLast, items } of pagesOf(github, route, parameters, list)) {
    found.push(...items);
    if (isLast) return { items: found, complete: true };
    if (enough(found)) break;
  }
  return { items: found, complete: false };
}
