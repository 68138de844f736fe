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

describe('the JSON Schema of channels.yaml', () => {
  const validate = new Ajv({ strict: false, validateFormats: false }).compile(
    JSON.parse(readFileSync(`${root}registry/schemas/channels.json`, 'utf8')),
  );
  const [, shown = ''] = /```yaml\n([^]*?)```/.exec(readFileSync(`${root}docs/registry.md`, 'utf8')) ?? [];

  it('accepts what docs/registry.md shows, and a file that leaves all of it out', () => {
    expect(validate(parse(shown)), JSON.stringify(validate.errors)).toBe(true);
    expect(validate({})).toBe(true);
  });

  it('refuses an unknown key, a canary without its traffic, and a quarantine without a reason', () => {
    const document: Record<string, unknown> = parse(shown);
    expect(validate({ ...document, cannary: null })).toBe(false);
    expect(validate({ ...document, canary: { version: '1.5.0' } })).toBe(false);
    expect(validate({ ...document, quarantined: [{ version: '1.1.0', digest: 'ab'.repeat(32) }] })).toBe(false);
  });
});
