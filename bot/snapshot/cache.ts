/** What was read before, as long as there is room; what was used longest ago goes first. Losing it only costs calls. */
export interface Cache<T> {
  get(key: string): T | undefined;
  set(key: string, value: T): void;
  delete(key: string): void;
  /** What is kept under a key, or else what `make` gives, which is kept from then on. A failure is not. */
  read(key: string, make: () => Promise<T>): Promise<T>;
}

/** @param room how much the values may weigh together; what is heavier by itself is not kept. */
export function createCache<T>(room: number, weigh: (value: T) => number = () => 1): Cache<T> {
  // A Map keeps the order in which its keys were set.
  const kept = new Map<string, { value: T; weight: number }>();
  let used = 0;

  function remove(key: string): void {
    used -= kept.get(key)?.weight ?? 0;
    kept.delete(key);
  }
  function get(key: string): T | undefined {
    const found = kept.get(key);
    if (found === undefined) return undefined;
    kept.delete(key);
    kept.set(key, found);
    return found.value;
  }
  function set(key: string, value: T): void {
    remove(key);
    const weight = weigh(value);
    if (weight > room) return;
    kept.set(key, { value, weight });
    used += weight;
    for (const oldest of kept.keys()) {
      if (used <= room) break;
      remove(oldest);
    }
  }
  return {
    get,
    set,
    delete: remove,
    async read(key, make) {
      const known = get(key);
      if (known !== undefined) return known;
      const made = await make();
      set(key, made);
      return made;
    },
  };
}
