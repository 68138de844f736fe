import { writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Repository } from '../fixtures/repository.ts';
import { filesIn, makeTrainable, train, trainingRows } from '../fixtures/trainable.ts';
import { mountDisk, unmountDisk } from './disk.ts';

const MEGABYTES = 3;
let repository: Repository;

/** Everything that training writes goes to a disk of three megabytes. */
beforeEach(() => {
  repository = makeTrainable({ rows: trainingRows('binary_classification', 20_000) });
  mountDisk(repository.path('.tiltyard'), MEGABYTES);
});
afterEach(() => unmountDisk(repository.path('.tiltyard')));

// About where it runs full: the ids of the rows, their features, the artifact that is put together.
it.each([20, 240, 700])(
  'with %i kB left, a full disk is the user’s to mend, and nothing comes of the training',
  async (left) => {
    const filler = repository.path('.tiltyard/filler');
    writeFileSync(filler, Buffer.alloc(MEGABYTES * 1024 * 1024 - left * 1024));
    const { status, errors, runs } = await train(repository);
    expect([status, errors]).toEqual([3, expect.stringMatching(/no space left on device[^]*Free some space/i)]);
    expect(runs.every(({ state, digest }) => state === 'failed' && digest === null)).toBe(true);
    const kept = filesIn(repository.path('.tiltyard')).filter((file) => file !== 'filler');
    expect(kept.filter((file) => !/^runs\/shop\/[^/]+\/(log\.txt|run\.json)$/.test(file))).toEqual([]);

    writeFileSync(filler, '');
    expect((await train(repository)).status).toBe(0);
  },
);
