#!/usr/bin/env node
import { keepCompiledCode } from './lib/compile-cache.ts';

keepCompiledCode();
const { runCommandLine } = await import('./cli/command-line.ts');

process.exitCode = await runCommandLine(process.argv.slice(2), {
  train: () => import('./train/main.ts'),
  evaluate: () => import('./evaluate/main.ts'),
  features: () => import('./cli/features.ts'),
  'check-data': () => import('./cli/check-data.ts'),
  pin: () => import('./cli/pin.ts'),
  parity: () => import('./cli/parity.ts'),
  register: () => import('./cli/register.ts'),
  promote: () => import('./cli/promote.ts'),
  rollback: () => import('./cli/rollback.ts'),
  withdraw: () => import('./cli/withdraw.ts'),
  quarantine: () => import('./cli/quarantine.ts'),
  override: () => import('./cli/override.ts'),
  fsck: () => import('./cli/fsck.ts'),
  history: () => import('./cli/history.ts'),
  gc: () => import('./cli/gc.ts'),
  runs: () => import('./cli/runs.ts'),
  export: () => import('./cli/export.ts'),
  gto: () => import('./cli/gto.ts'),
  golden: () => import('./cli/golden.ts'),
  show: () => import('./cli/show.ts'),
  diff: () => import('./cli/diff.ts'),
  card: () => import('./cli/card.ts'),
  trace: () => import('./cli/trace.ts'),
});
