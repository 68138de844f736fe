import { afterAll, describe, expect, it } from 'vitest';
import { type Copy, copyRepository, isRed, nameOf } from '../planted/plant.ts';
import { allPlanted } from '../planted/planted.ts';

const copies: Copy[] = [];
const copy = () => {
  const made = copyRepository();
  copies.push(made);
  return made;
};
afterAll(() => {
  for (const made of copies) made.remove();
});

const planted = allPlanted();

describe.concurrent('bugs that others shipped, planted here', () => {
  it('their tests pass without them', async ({ expect }) => {
    const tests = [...new Map(planted.flatMap(({ red }) => red).map((test) => [nameOf(test), test])).values()];
    const outcomes = await copy().run(tests);
    expect([...outcomes].filter(([, outcome]) => outcome !== 'passed')).toEqual([]);
    expect(outcomes.size).toBe(tests.length);
  });

  it.each(planted.map((one) => [one.bug, one] as const))('%s turns its tests red', async (_, { path, red }) => {
    const here = copy();
    await here.plant(path);
    const outcomes = await here.run(red);
    expect([...outcomes].filter(([, outcome]) => !isRed(outcome))).toEqual([]);
    expect(outcomes.size).toBe(red.length);
  });
});
