import { startThread } from '#lib/thread.ts';
import type { World } from '#lib/world.ts';
import { type Circumstances, halvesOf, type Measurements } from './task.ts';

const PARTS = new URL('./parts-thread.ts', import.meta.url);

/** Measures all that the model's task knows: the whole in this thread, its parts at the same time in another. */
export async function measureTask(circumstances: Circumstances, world: World): Promise<Measurements> {
  const thread = startThread<Measurements>(PARTS, circumstances, world.signal);
  try {
    const comparisons = halvesOf(circumstances).whole(world.progress);
    world.progress('slices');
    const parts = await thread.result;
    return { ...parts, comparisons: [...comparisons, ...parts.comparisons] };
  } finally {
    thread.stop();
  }
}
