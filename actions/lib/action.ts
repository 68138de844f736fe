import { z } from 'zod';
import { UserError } from '#registry/error.ts';

const Inputs = z.record(z.string(), z.string());

/**
 * Those of the action's inputs that a verb has, from the variable `INPUTS` (a JSON object of texts); null outside of an
 * action. The front door has the inputs of all verbs, with their defaults.
 */
export function actionInputs(names: readonly string[]): Record<string, string> | null {
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
  return Object.fromEntries(Object.entries(parsed.data).filter(([name]) => names.includes(name)));
}

/** Tells the workflow what came out: step outputs, and the summary page of the job. Does nothing outside of an action. */
export async function reportToWorkflow(outputs: Record<string, string>, summary: string | null): Promise<void> {
  if (process.env['GITHUB_ACTIONS'] !== 'true') return;
  const core = await import('@actions/core');
  for (const [name, value] of Object.entries(outputs)) core.setOutput(name, value);
  if (summary !== null) await core.summary.addRaw(summary, true).write();
}
