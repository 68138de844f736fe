import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { z } from 'zod';

const Package = z.object({ version: z.string() });
const require = createRequire(import.meta.url);

/** The versions of what numbers depend on, for the evidence. */
export function versions(): Record<string, string> {
  return {
    duckdb: packageVersion('@duckdb/node-api/package.json'),
    node: process.versions.node,
    onnxruntime: packageVersion('onnxruntime-node/package.json'),
    platform: `${process.platform}-${process.arch}`,
    tiltyard: packageVersion('../../package.json'),
  };
}

function packageVersion(path: string): string {
  return Package.parse(JSON.parse(readFileSync(require.resolve(path), 'utf8'))).version;
}
