import { UserError } from '#registry/error.ts';
import { runInWorkflow } from './run.ts';

const controller = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => controller.abort());

try {
  const job = {
    env: process.env,
    now: () => new Date(),
    print: (line: string) => void process.stdout.write(`${line}\n`),
    signal: controller.signal,
  };
  process.exitCode = await runInWorkflow(job);
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  process.stderr.write(`${error.message}\n${error.fix}\n`);
  process.exitCode = 1;
}
