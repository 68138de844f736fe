import { Command, CommanderError, Option } from 'commander';
import pc from 'picocolors';
import { z } from 'zod';
import { actionInputs } from '#lib/action.ts';
import { ChildStopped } from '#lib/child/child.ts';
import type { Verb } from '#lib/verb.ts';
import { Interrupted, realWorld, type World } from '#lib/world.ts';
import { UserError } from '#registry/error.ts';

/** Exit statuses that no verdict uses. */
export const USER_MISTAKE = 3;
export const BUG = 4;
const INTERRUPTED = 130;

/**
 * Runs one command and gives its exit status: the verb's own, 3 for a user's mistake, 4 for a bug of ours. Inside an
 * action the inputs come as JSON in the variable `INPUTS`; otherwise as options.
 */
export async function runCommandLine(
  argv: string[],
  verbs: Record<string, () => Promise<{ verb: Verb }>>,
  world: World = realWorld(),
): Promise<number> {
  try {
    const name = argv[0];
    const load = name === undefined ? undefined : verbs[name];
    if (load === undefined) return await usage(name, verbs);
    const { verb } = await load();
    const given = actionInputs(Object.keys(verb.inputs.shape)) ?? options(name ?? '', verb, argv.slice(1));
    if (given === null) return 0;
    return await verb.run(parseInputs(verb.inputs, given), world);
  } catch (error) {
    return report(error, world);
  } finally {
    await world.cleanUp();
  }
}

function options(name: string, verb: Verb, argv: string[]): Record<string, unknown> | null {
  const command = new Command(`tiltyard ${name}`)
    .description(verb.description)
    .exitOverride()
    .allowExcessArguments(false);
  command.configureOutput({ outputError: () => {} });
  const positional = verb.positional ?? [];
  for (const key of positional) {
    const schema = verb.inputs.shape[key];
    if (schema === undefined) throw new Error(`${name} has no input ${key}`);
    const required = !z.safeParse(schema, undefined).success;
    command.argument(required ? `<${key}>` : `[${key}]`, describe(schema, false));
  }
  for (const [key, schema] of Object.entries(verb.inputs.shape)) {
    if (positional.includes(key)) continue;
    const isFlag = z.safeParse(schema, true).data === true;
    const off = isFlag && z.safeParse(schema, undefined).data === true;
    const flag = off ? `--no-${key}` : isFlag ? `--${key}` : `--${key} <value>`;
    command.addOption(new Option(flag, describe(schema, off)));
  }
  try {
    command.parse(argv, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return null;
    const message = error instanceof Error ? error.message.replace(/^error: /, '') : String(error);
    throw new UserError(`tiltyard ${name}: ${message}`, { fix: `Run "tiltyard ${name} --help" for its options.` });
  }
  const values: Record<string, unknown> = command.opts();
  const given = Object.keys(verb.inputs.shape).map((key) => {
    const position = positional.indexOf(key);
    return [key, position === -1 ? values[camel(key)] : command.processedArgs[position]] as const;
  });
  return Object.fromEntries(given.filter(([, value]) => value !== undefined));
}

function describe(schema: z.core.$ZodType, off: boolean): string {
  const text = z.globalRegistry.get(schema)?.description ?? '';
  const fallback = z.safeParse(schema, undefined);
  if (!fallback.success) return `${text} (required)`;
  if (off) return `Switch off: ${text}`;
  return fallback.data === undefined || fallback.data === false ? text : `${text} (default: ${String(fallback.data)})`;
}

const camel = (key: string) => key.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());

function parseInputs<I extends z.ZodObject>(schema: I, given: Record<string, unknown>): z.output<I> {
  // An action passes the empty text for an input that was not given.
  const present = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== ''));
  const parsed = schema.safeParse(present);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const name = issue?.path.join('.') ?? '';
  const what = name in present ? (issue?.message ?? 'is not accepted') : 'is required';
  throw new UserError(`--${name}: ${what}`, { fix: 'Correct that option; --help lists them all.' });
}

async function usage(name: string | undefined, verbs: Record<string, () => Promise<{ verb: Verb }>>): Promise<number> {
  const asked = name === undefined || name === '--help' || name === 'help';
  if (!asked) process.stderr.write(`tiltyard has no command ${JSON.stringify(name)}\n\n`);
  const width = Math.max(...Object.keys(verbs).map((verb) => verb.length));
  const loaded = await Promise.all(
    Object.entries(verbs).map(async ([verb, load]) => [verb, (await load()).verb.description] as const),
  );
  const lines = [
    'Usage: tiltyard <command> [options]',
    '',
    'Commands:',
    ...loaded.map(([verb, description]) => `  ${verb.padEnd(width)}  ${description}`),
    '',
    'tiltyard <command> --help tells its options.',
  ];
  (asked ? process.stdout : process.stderr).write(`${lines.join('\n')}\n`);
  return asked ? 0 : USER_MISTAKE;
}

function report(error: unknown, world: World): number {
  // Work that was ended in the middle may say so in its own words.
  if (error instanceof Interrupted || world.signal.aborted) {
    world.error('Interrupted; nothing was written.');
    return INTERRUPTED;
  }
  if (error instanceof UserError) {
    world.error(`${pc.red('✗')} ${error.message}\n  ${pc.dim('→')} ${error.fix}`);
    return USER_MISTAKE;
  }
  if (error instanceof ChildStopped && error.reason !== 'crash') {
    const option = error.reason === 'memory' ? '--memory-limit' : '--timeout';
    world.error(`${pc.red('✗')} ${error.message}\n  ${pc.dim('→')} Give it more with ${option}, or less to do.`);
    return USER_MISTAKE;
  }
  world.error(`${pc.red('✗')} This is a bug in Tiltyard, not in your repository. Please report it with this text:`);
  world.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
  if (error instanceof Error && error.cause !== undefined) world.error(`caused by ${String(error.cause)}`);
  return BUG;
}
