#!/usr/bin/env node
import { runCommandLine } from './cli/command-line.ts';

process.exitCode = await runCommandLine(process.argv.slice(2), {
  evaluate: () => import('./evaluate/main.ts'),
  features: () => import('./cli/features.ts'),
  'check-data': () => import('./cli/check-data.ts'),
});
