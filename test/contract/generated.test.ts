import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { generators } from '../../generate.ts';
import { repositoryFiles, root } from './source.ts';

describe('generated files', () => {
  it('are as `npm run generate` writes them', async () => {
    const files = (await Promise.all(generators.map(async (generator) => generator()))).flat();
    expect(files.length).toBeGreaterThan(5);
    for (const { url, text } of files)
      expect(readFileSync(url, 'utf8'), `${url.pathname}: run npm run generate`).toBe(text);
  });
});

describe('the JSON Schema of model.yaml', () => {
  const validate = new Ajv({ strict: false, validateFormats: false }).compile(
    JSON.parse(readFileSync(`${root}registry/schemas/model.json`, 'utf8')),
  );
  const models = repositoryFiles().filter(({ path }) => /^examples\/.*\/model\.yaml$/.test(path));

  it('accepts every example', () => {
    expect(models).not.toEqual([]);
    for (const { path, text } of models)
      expect(validate(parse(text)), `${path}: ${JSON.stringify(validate.errors)}`).toBe(true);
  });

  it('refuses an unknown key, a wrong type and a missing one', () => {
    for (const { text } of models) {
      expect(validate({ ...parse(text), promotions: {} })).toBe(false);
      expect(validate({ ...parse(text), task: 'guessing' })).toBe(false);
      expect(validate({ ...parse(text), data: undefined })).toBe(false);
    }
  });
});
