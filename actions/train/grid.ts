import { random } from '#lib/statistics/random.ts';
import { UserError } from '#registry/error.ts';
import { listedParams } from '#registry/listed-params.ts';
import type { TrainRecipe } from '#registry/model.ts';

type Params = TrainRecipe['params'];

/** Nobody waits for more. */
const MOST = 10_000;

/** What a search tries, in its order; `of` is how many combinations there are. */
export interface Grid {
  tries: Params[];
  of: number;
}

/**
 * Every combination of the listed values, the last param running fastest; with fewer `tries` than that, a random choice
 * among them without repetition, in the grid's order. The same seed chooses the same ones.
 * @throws UserError where no value is listed, or where there are too many combinations.
 */
export function gridOf(params: Params, tries: number | null, seed: number): Grid {
  const listed = listedParams(params);
  if (listed.length === 0) {
    throw new UserError('train.params lists no values, so there is nothing to search', {
      fix: 'List them in model.yaml, as in params: { trees: { values: [50, 100] } }; or leave --sweep out.',
    });
  }
  const of = listed.reduce((product, { values }) => product * values.length, 1);
  if (Math.min(tries ?? of, of) > MOST) {
    throw new UserError(
      `train.params lists ${of.toLocaleString('en')} combinations, more than ${MOST.toLocaleString('en')}`,
      {
        fix: 'Try some of them, chosen at random: --tries 100.',
      },
    );
  }
  const numbers = tries === null || tries >= of ? Array.from({ length: of }, (_, i) => i) : choose(tries, of, seed);
  return { tries: numbers.map((number) => ({ ...params, ...combination(listed, number) })), of };
}

function combination(listed: ReturnType<typeof listedParams>, number: number): Params {
  const chosen: Params = {};
  let rest = number;
  for (const { name, values } of listed.toReversed()) {
    chosen[name] = values[rest % values.length];
    rest = Math.floor(rest / values.length);
  }
  return chosen;
}

/** Different numbers below `of`, ascending. */
function choose(count: number, of: number, seed: number): number[] {
  const { uniform } = random(seed);
  const chosen = new Set<number>();
  // Floyd (1987): each set of that size is as likely as any other.
  for (let last = of - count; last < of; last++) {
    const number = Math.floor(uniform() * (last + 1));
    chosen.add(chosen.has(number) ? last : number);
  }
  return [...chosen].toSorted((a, b) => a - b);
}
