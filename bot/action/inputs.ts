import { z } from 'zod';
import { UserError } from '#registry/error.ts';

export const BotInputs = z.strictObject({
  'app-id': z.string().regex(/^\d+$/, 'a number').optional().describe('The number of the GitHub App that the bot is'),
  'private-key': z.string().optional().describe('The key of that App; without an App, the token below is used'),
  token: z
    .string()
    .optional()
    .describe('A token of the job: with it alone the bot comments and checks, and does no more'),
});
export type BotInputs = z.infer<typeof BotInputs>;

/** The action's inputs, from the variable `INPUTS` (a JSON object of texts); what is empty was not given. */
export function readInputs(text: string | undefined): BotInputs {
  const fix = 'Pass toJSON(inputs) to it, as our action.yml does.';
  let value: unknown;
  try {
    value = JSON.parse(text ?? '');
  } catch {
    // Its text may hold the key, so that nothing of it is shown.
    throw new UserError('the variable INPUTS is not JSON', { fix });
  }
  const texts = z.record(z.string(), z.string()).safeParse(value);
  if (!texts.success) throw new UserError('the variable INPUTS is not an object of texts', { fix });
  const parsed = BotInputs.safeParse(
    Object.fromEntries(Object.entries(texts.data).filter(([, given]) => given !== '')),
  );
  if (parsed.success) return parsed.data;
  const wrong = parsed.error.issues.map(({ path, message }) => `${path.join('.')} (${message})`).join(', ');
  throw new UserError(`the action’s inputs are not right: ${wrong}`, { fix: 'Correct them in the workflow.' });
}
