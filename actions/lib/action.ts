import { z } from 'zod';
import { UserError } from '#registry/error.ts';

const Inputs = z.record(z.string(), z.string());

/** The inputs of the action that runs us, from the variable `INPUTS` (a JSON object of texts); null outside of one. */
export function actionInputs(): Record<string, string> | null {
  const text = process.env['INPUTS'];
  if (text === undefined || text === '' || process.env['GITHUB_ACTIONS'] !== 'true') return null;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new UserError('the variable INPUTS is not JSON', {
      fix: 'Pass toJSON(inputs) to it, as our action.yml does.',
      cause,
    });
  }
  const parsed = Inputs.safeParse(value);
  if (!parsed.success)
    throw new UserError('the variable INPUTS is not an object of texts', { fix: 'Pass toJSON(inputs) to it.' });
  const { command: _, ...inputs } = parsed.data;
  return inputs;
}

/** Tells the workflow what came out: step outputs, and the summary page of the job. Does nothing outside of an action. */
export async function reportToWorkflow(outputs: Record<string, string>, summary: string): Promise<void> {
  if (process.env['GITHUB_ACTIONS'] !== 'true') return;
  const core = await import('@actions/core');
  for (const [name, value] of Object.entries(outputs)) core.setOutput(name, value);
  await core.summary.addRaw(summary, true).write();
}
