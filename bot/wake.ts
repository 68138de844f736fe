/**
 * One look at a time at each repository. Waking it while it looks makes one more look afterwards, however often it was
 * woken: a look reads everything, so that one suffices.
 */
export function wakeOnce(look: (key: string) => Promise<void>): (key: string) => Promise<void> {
  const looking = new Map<string, { again: boolean; done: Promise<void> }>();

  async function run(key: string, state: { again: boolean }): Promise<void> {
    try {
      do {
        state.again = false;
        await look(key);
      } while (state.again);
    } finally {
      looking.delete(key);
    }
  }

  return (key) => {
    const running = looking.get(key);
    if (running !== undefined) {
      running.again = true;
      return running.done;
    }
    const state = { again: false, done: Promise.resolve() };
    looking.set(key, state);
    state.done = run(key, state);
    return state.done;
  };
}
