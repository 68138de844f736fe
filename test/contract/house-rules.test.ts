import { describe, expect, it } from 'vitest';
import { houseRules } from './house-rules.ts';
import { repositoryFiles } from './source.ts';

const files = repositoryFiles();

describe.each(houseRules)('$name', (rule) => {
  it('holds for every file', () => {
    expect(files.flatMap((source) => rule.check(source))).toEqual([]);
  });

  it('goes red on each planted violation and on nothing that only looks like one', () => {
    for (const source of rule.planted) expect(rule.check(source), source.text || source.path).toHaveLength(1);
    for (const source of rule.innocent) expect(rule.check(source), source.text || source.path).toEqual([]);
  });
});
