import { createMemory } from '../../bot/snapshot/memory.ts';
import { createScene } from '../github/scene.ts';

/** A repository that one process looks at again and again, with all the room at GitHub that it wants. */
export function watchedScene() {
  const scene = createScene();
  scene.github.limits.set({ hourly: 1e6, pointsAMinute: 1e6, creationsAMinute: 1e6, creationsAnHour: 1e6 });
  return { ...scene, memory: createMemory(), place: { owner: scene.repo.owner, repo: scene.repo.repo } };
}
