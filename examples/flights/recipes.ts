import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Recipe } from './build.ts';
import { monthFile } from './prepare.ts';

const root = import.meta.dirname;
const model = join(root, 'models', 'flight-delay');
const DATA = join(root, '.tiltyard', 'data');

/** What of model.yaml the training needs. */
interface TrainSection {
  data: { train: { uri: string } };
  train: { params: Record<string, unknown>; seed: number };
}

/** The version that the repository describes now: three months, and features with fitted rates. */
export async function candidateRecipe(): Promise<Recipe> {
  const { data, train }: TrainSection = parse(await readFile(join(model, 'model.yaml'), 'utf8'));
  return {
    data: join(root, data.train.uri),
    features: join(model, 'features.sql'),
    state: join(model, 'state'),
    train: join(model, 'train.ts'),
    params: train.params,
    seed: train.seed,
  };
}

/** The version that is in production: January alone, and three features. */
export async function championRecipe(): Promise<Recipe> {
  const champion = join(root, 'champion');
  const { params, seed } = JSON.parse(await readFile(join(champion, 'recipe.json'), 'utf8'));
  return {
    data: join(DATA, monthFile(1)),
    features: join(champion, 'features.sql'),
    state: join(champion, 'state'),
    train: join(model, 'train.ts'),
    params,
    seed,
  };
}
