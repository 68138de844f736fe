import { describe, expect, it } from 'vitest';
import { directionViolations, homeViolations } from './imports.ts';
import { importsOf, repositoryFiles, tokenize } from './source.ts';

const files = repositoryFiles();
const at = (path: string, text: string) => ({ path, text });

describe('imports', () => {
  it('are read past comments, strings and regular expressions', () => {
    const text = [
      "// import 'a'",
      "/* import 'b' */ import type { C } from './c.ts';",
      'const text = "import \'d\'";',
      "const template = `import 'e' ${await import('#lib/f.ts')} from 'g'`;",
      'const pattern = /[\'"`]/;',
      "export { h } from '@scope/h/deep';",
      'import {\n  i,\n} from "node:fs";',
      "spawn(process.execPath, [new URL('./j.ts', import.meta.url)]);",
      'await import(text);',
    ].join('\n');
    const found = importsOf(at('actions/lib/x.ts', text)).map(({ target, line }) => `${line} ${target}`);
    expect(found.sort()).toEqual(
      ['2 actions/lib/c.ts', '4 actions/lib/f.ts', '6 @scope/h', '7 node:fs', '10 actions/lib/j.ts', '11 ?'].sort(),
    );
  });

  it('are found in every file that has the word at the start of a line', () => {
    const withImports = files.filter(
      ({ path, text }) => path.endsWith('.ts') && /^import .* from '/m.test(tokenizeless(text)),
    );
    for (const file of withImports) expect(importsOf(file), file.path).not.toEqual([]);
  });

  it('follow the direction actions → registry ← bot', () => {
    expect(files.flatMap(directionViolations)).toEqual([]);
  });

  it('of a vendor stay in its home', () => {
    expect(files.flatMap(homeViolations)).toEqual([]);
  });
});

/** Template literals may hold code as text; the cross-check above looks at plain lines only. */
function tokenizeless(text: string): string {
  return text.replace(/`[^`]*`/g, '');
}

describe('a planted import goes red', () => {
  it.each([
    ['registry/judge.ts', "import { readFileSync } from 'node:fs';"],
    ['registry/judge.ts', "import { measure } from '#lib/metrics/metric.ts';"],
    ['registry/judge.ts', "import type { Evaluation } from '../actions/evaluate/evaluate.ts';"],
    ['registry/judge.ts', "import { mean } from 'simple-statistics';"],
    ['registry/judge.ts', "const { request } = await import('node:https');"],
    ['actions/lib/metrics/binary/roc_auc.ts', "import { readFileSync } from 'node:fs';"],
    ['actions/lib/metrics/binary/roc_auc.ts', "import { connect } from '../../data/connect.ts';"],
    ['actions/lib/data/read.ts', "import { run } from '../../evaluate/main.ts';"],
    ['actions/evaluate/main.ts', "import { train } from '../train/main.ts';"],
    ['actions/evaluate/main.ts', "import { decide } from '../../bot/decide/decide.ts';"],
    ['actions/evaluate/main.ts', "export { planted } from '../../test/contract/source.ts';"],
    ['actions/evaluate/main.ts', 'const verb = await import(process.argv[2]);'],
    ['bot/index.ts', "import { evaluate } from '../actions/evaluate/main.ts';"],
    ['examples/flights/models/flight-delay/train.ts', "import { metric } from '#lib/metrics/binary/roc_auc.ts';"],
    ['examples/flights/prepare.ts', "import { createGitHub } from '../../test/github/github.ts';"],
    ['bot/look.ts', "import { createGitHub } from '../test/github/github.ts';"],
    ['actions/evaluate/main.ts', "import { generate } from '#lib/metrics/generate.ts';"],
    ['somewhere/else.ts', ''],
  ])('%s: %s', (path, text) => {
    expect(directionViolations(at(path, text))).toHaveLength(1);
  });

  it.each([
    ['actions/evaluate/main.ts', "import { DuckDBInstance } from '@duckdb/node-api';"],
    ['actions/lib/data/read.ts', "import { InferenceSession } from 'onnxruntime-node';"],
    ['actions/lib/features/sql.ts', "import type { DuckDBConnection } from '@duckdb/node-api';"],
    ['actions/evaluate/main.ts', "import { setOutput } from '@actions/core';"],
    ['registry/judge.ts', "import { markdownTable } from 'markdown-table';"],
    ['actions/evaluate/main.ts', "import { Command } from 'commander';"],
  ])('%s: %s', (path, text) => {
    expect(homeViolations(at(path, text))).toHaveLength(1);
  });

  it('and an allowed one stays green', () => {
    const allowed = [
      at('registry/judge.ts', "import { z } from 'zod';\nimport { Model } from './model.ts';"),
      at(
        'actions/evaluate/main.ts',
        "import { Model } from '#registry/model.ts';\nimport { open } from '#lib/data/open.ts';",
      ),
      at('actions/main.ts', "const verbs = { evaluate: () => import('./evaluate/main.ts') };"),
      at('examples/flights/demo.ts', "import { run } from '../../actions/evaluate/main.ts';"),
      at('examples/flights/demo/pull-request.ts', "import { createGitHub } from '../../../test/github/github.ts';"),
    ];
    expect(allowed.flatMap((source) => [...directionViolations(source), ...homeViolations(source)])).toEqual([]);
  });

  it('strings and code are told apart', () => {
    expect(tokenize("a = 'b'; // c").code).toBe("a = '0'; ");
    expect(tokenize('`x${{ y: `z` }}w`').strings).toEqual(['x', 'z', 'w']);
  });
});
