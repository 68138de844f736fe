/** Where a step's progress goes. On a terminal it overwrites itself; elsewhere only beginnings and ends are lines. */
export interface Screen {
  print(line: string): void;
  /** How far the step is; only on a terminal. */
  progress(line: string): void;
}

/** Does one step of several and says so: at once that it begins, and at the end what came of it and how long it took. */
export async function step(screen: Screen, title: string, work: () => Promise<string>): Promise<void> {
  const started = performance.now();
  screen.print(title);
  screen.progress('  …');
  const outcome = await work();
  screen.print(`  ${outcome} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
}
