import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { root } from './source.ts';

const Action = z.looseObject({
  name: z.string(),
  description: z.string(),
  inputs: z.record(
    z.string(),
    z.strictObject({ description: z.string(), required: z.boolean(), default: z.string().optional() }),
  ),
  outputs: z.record(z.string(), z.looseObject({ description: z.string(), value: z.string() })),
});

/** Every verb that is an action: a folder with an action.yml, and its inputs. */
const verbs = readdirSync(`${root}actions`).filter((name) => existsSync(`${root}actions/${name}/action.yml`));

function action(path: string): z.infer<typeof Action> {
  return Action.parse(parse(readFileSync(root + path, 'utf8')));
}

/** What action.yml should say about a zod object of inputs. */
function inputsOf(schema: z.ZodObject): z.infer<typeof Action>['inputs'] {
  return Object.fromEntries(
    Object.entries(schema.shape).map(([name, input]) => {
      const description = z.globalRegistry.get(input)?.description ?? 'none';
      const absent = z.safeParse(input, undefined);
      const fallback = absent.success && absent.data !== undefined ? { default: String(absent.data) } : {};
      return [name, { description, required: !absent.success, ...fallback }];
    }),
  );
}

async function zodInputs(folder: string): Promise<z.ZodObject> {
  const module: Record<string, unknown> = await import(`${root}${folder}/inputs.ts`);
  const schemas = Object.values(module).filter((value) => value instanceof z.ZodObject);
  expect(schemas, `${folder}/inputs.ts exports one zod object`).toHaveLength(1);
  return schemas[0];
}

describe('action.yml', () => {
  it('is there for every verb that runs', () => {
    expect(verbs).toEqual(expect.arrayContaining(['evaluate', 'train']));
  });

  const folders = [...verbs.map((verb) => `actions/${verb}`), 'bot/action'];
  it.each(folders)(
    'of %s has the inputs of its zod object: names, descriptions, required, defaults',
    async (folder) => {
      expect(action(`${folder}/action.yml`).inputs).toEqual(inputsOf(await zodInputs(folder)));
    },
  );

  it('of the front door has `command` and the inputs of every verb, required where every verb requires them', async () => {
    const { command, ...rest } = action('action.yml').inputs;
    const each = await Promise.all(verbs.map(async (verb) => inputsOf(await zodInputs(`actions/${verb}`))));
    const all: z.infer<typeof Action>['inputs'] = {};
    for (const inputs of each) {
      for (const [name, input] of Object.entries(inputs)) {
        const required = each.every((other) => other[name]?.required === true);
        // Two verbs mean the same by one name, and do the same without it.
        if (all[name] !== undefined) expect({ name, ...input, required }).toEqual({ name, ...all[name] });
        all[name] = { ...input, required };
      }
    }
    expect(command?.required).toBe(true);
    expect(rest).toEqual(all);
  });

  it('of the front door names every verb', () => {
    const description = action('action.yml').inputs['command']?.description ?? '';
    for (const verb of verbs) expect(description).toContain(verb);
  });

  it('of the front door gives the outputs of every verb', () => {
    const names = new Set(verbs.flatMap((verb) => Object.keys(action(`actions/${verb}/action.yml`).outputs)));
    expect(Object.keys(action('action.yml').outputs).sort()).toEqual([...names].sort());
  });

  it('is compared in every part: a planted difference is seen', () => {
    const schema = z.strictObject({
      model: z.string().describe('The model'),
      latency: z.boolean().default(true).describe('Whether to measure'),
      seed: z.number().optional().describe('The seed'),
    });
    expect(inputsOf(schema)).toEqual({
      model: { description: 'The model', required: true },
      latency: { description: 'Whether to measure', required: false, default: 'true' },
      seed: { description: 'The seed', required: false },
    });
  });
});
