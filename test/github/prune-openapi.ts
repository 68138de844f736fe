/**
 * Cuts GitHub's description of its API down to the routes that the double knows, as JSON Schema:
 *
 *     cd "$(mktemp -d)" && npm pack @octokit/openapi@23.0.2 && tar xzf octokit-openapi-23.0.2.tgz
 *     node test/github/prune-openapi.ts …/package/generated/api.github.com.json
 *
 * Run it again after a route or an event was added to `described.ts`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DESCRIBED, EVENTS } from './described.ts';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type JsonObject = { [key: string]: Json };

const DROPPED = new Set([
  'description',
  'summary',
  'example',
  'examples',
  'externalDocs',
  'tags',
  'title',
  'deprecated',
]);

const [, , source] = process.argv;
if (source === undefined) throw new Error('name the file api.github.com.json of @octokit/openapi');
const whole: JsonObject = JSON.parse(readFileSync(source, 'utf8'));

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function at(path: string): Json {
  let value: Json | undefined = whole;
  for (const key of path.replace(/^#\//, '').split('/'))
    value = isObject(value) ? value[key.replaceAll('~1', '/')] : undefined;
  if (value === undefined) throw new Error(`the description has no ${path}`);
  return value;
}

/** Schemas under the names that `$ref` gives them, collected as they are met. */
const schemas: JsonObject = {};

/**
 * JSON Schema out of OpenAPI 3.0's dialect: `nullable` becomes one more type, documentation goes away, references to
 * anything but a schema are resolved where they stand.
 */
function schemaOf(value: Json): Json {
  if (Array.isArray(value)) return value.map(schemaOf);
  if (!isObject(value)) return value;
  if (typeof value['$ref'] === 'string') return reference(value['$ref']);
  const made: JsonObject = {};
  for (const [key, inner] of Object.entries(value)) {
    if (key === 'properties' && isObject(inner)) {
      made[key] = Object.fromEntries(Object.entries(inner).map(([name, one]) => [name, schemaOf(one)]));
    } else if (key === 'required' || key === 'enum' || key === 'default') made[key] = inner;
    else if (!DROPPED.has(key) && !key.startsWith('x-') && key !== 'nullable') made[key] = schemaOf(inner);
  }
  if (value['nullable'] !== true) return made;
  const { enum: values, type, ...rest } = made;
  if (typeof type === 'string') {
    return {
      ...rest,
      type: [type, 'null'],
      ...(Array.isArray(values) ? { enum: [...new Set([...values, null])] } : {}),
    };
  }
  return { anyOf: [{ type: 'null' }, made] };
}

function reference(name: string): Json {
  const schema = /^#\/components\/schemas\/(.+)$/.exec(name)?.[1];
  if (schema === undefined) return schemaOf(at(name));
  if (!(schema in schemas)) {
    schemas[schema] = true;
    schemas[schema] = schemaOf(at(name));
  }
  return { $ref: `#/schemas/${schema}` };
}

const resolved = (value: Json): JsonObject => {
  const target = isObject(value) && typeof value['$ref'] === 'string' ? at(value['$ref']) : value;
  if (!isObject(target)) throw new Error(`no object: ${JSON.stringify(value)}`);
  return target;
};

const jsonSchemaOf = (container: Json | undefined): Json => {
  const content = isObject(container) && isObject(container['content']) ? container['content'] : {};
  const json = content['application/json'] ?? content['text/json'];
  return isObject(json) && json['schema'] !== undefined ? schemaOf(json['schema']) : null;
};

function operationOf(route: string): JsonObject {
  const [method = '', path = ''] = route.split(' ');
  const operation = resolved(at(`#/paths/${path.replaceAll('/', '~1')}/${method.toLowerCase()}`));
  const parameters = Array.isArray(operation['parameters']) ? operation['parameters'].map(resolved) : [];
  const responses = isObject(operation['responses']) ? operation['responses'] : {};
  const body = operation['requestBody'] === undefined ? null : resolved(operation['requestBody']);
  return {
    documentation: isObject(operation['externalDocs']) ? (operation['externalDocs']['url'] ?? null) : null,
    parameters: parameters
      .filter((one) => one['in'] !== 'header')
      .map((one) => ({
        name: one['name'] ?? null,
        in: one['in'] ?? null,
        required: one['required'] ?? false,
        schema: schemaOf(one['schema'] ?? {}),
      })),
    body: body === null ? null : { required: body['required'] ?? false, schema: jsonSchemaOf(body) },
    responses: Object.fromEntries(Object.entries(responses).map(([code, one]) => [code, jsonSchemaOf(resolved(one))])),
  };
}

const routes = Object.fromEntries(DESCRIBED.map((route) => [route, operationOf(route)]));
const events = Object.fromEntries(
  EVENTS.map((event) => {
    const operation = resolved(at(`#/x-webhooks/${event}/post`));
    return [event, jsonSchemaOf(resolved(operation['requestBody'] ?? null))];
  }),
);
const lines = (entries: object) =>
  Object.entries(entries)
    .map(([name, value]) => `    ${JSON.stringify(name)}: ${JSON.stringify(value)}`)
    .join(',\n');
const text = `{
  "from": "@octokit/openapi 23.0.2, generated/api.github.com.json (MIT), by test/github/prune-openapi.ts",
  "routes": {
${lines(routes)}
  },
  "events": {
${lines(events)}
  },
  "schemas": {
${lines(schemas)}
  }
}
`;
writeFileSync(join(import.meta.dirname, 'fixtures/openapi.json'), text);
console.log(
  `${DESCRIBED.length} routes, ${EVENTS.length} events, ${Object.keys(schemas).length} schemas, ${text.length} bytes`,
);
