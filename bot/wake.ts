/** Looks at repositories, each one at a time, some at once. */
export interface Waker {
  /** Looks soon. However often it is woken meanwhile, one more look suffices, as a look reads everything. */
  wake(key: string): void;
  /** Once all that was woken has been looked at; a look that waits for its hour is not waited for. */
  idle(): Promise<void>;
  /** Ends what is being looked at, and begins nothing new. */
  stop(): Promise<void>;
}

interface Options {
  /** One look; in how many milliseconds to look again without being woken, or null. It must not fail. */
  look(key: string): Promise<number | null>;
  /** At how many at once. */
  atOnce: number;
  /** How long to wait for what comes along with the event that woke us, in milliseconds. */
  settle: number;
}

export function createWaker({ look, atOnce, settle }: Options): Waker {
  const timers = new Map<string, { timer: NodeJS.Timeout; woken: boolean }>();
  const waiting = new Set<string>();
  const looking = new Set<string>();
  const resting: (() => void)[] = [];
  let stopped = false;

  function later(key: string, milliseconds: number, woken: boolean): void {
    clearTimeout(timers.get(key)?.timer);
    const due = () => {
      timers.delete(key);
      waiting.add(key);
      proceed();
    };
    timers.set(key, { timer: setTimeout(due, milliseconds), woken });
  }

  function proceed(): void {
    for (const key of waiting) {
      if (looking.size >= atOnce) break;
      if (!looking.has(key)) void run(key);
    }
    const busy = looking.size > 0 || waiting.size > 0 || [...timers.values()].some(({ woken }) => woken);
    if (!busy) for (const done of resting.splice(0)) done();
  }

  async function run(key: string): Promise<void> {
    waiting.delete(key);
    looking.add(key);
    const again = await look(key);
    looking.delete(key);
    // Whoever was woken meanwhile looks again anyway, and sooner.
    if (again !== null && !stopped && !waiting.has(key) && !timers.has(key)) later(key, again, false);
    proceed();
  }

  const idle = () =>
    new Promise<void>((resolve) => {
      resting.push(resolve);
      proceed();
    });

  return {
    wake(key) {
      if (stopped || waiting.has(key) || timers.get(key)?.woken === true) return;
      later(key, settle, true);
    },
    idle,
    async stop() {
      stopped = true;
      for (const { timer } of timers.values()) clearTimeout(timer);
      timers.clear();
      waiting.clear();
      await idle();
    },
  };
}
