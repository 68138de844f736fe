import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import type { Json } from './state.ts';

/** What `prune-openapi.ts` keeps of GitHub's description of its API. */
interface Description {
  routes: Record<string, Operation>;
  /** What a webhook carries, by event and action. */
  events: Record<string, Json>;
  schemas: Record<string, Json>;
}

interface Operation {
  documentation: string | null;
  parameters: { name: string; in: 'path' | 'query'; required: boolean; schema: Json }[];
  body: { required: boolean; schema: Json | null } | null;
  responses: Record<string, Json | null>;
}

/** A request that GitHub does not describe, or an answer that it would not give: a fault of the bot, or of the double. */
export class Undescribed extends Error {
  override readonly name = 'Undescribed';
}

const description: Description = JSON.parse(readFileSync(join(import.meta.dirname, 'fixtures/openapi.json'), 'utf8'));

// Where the description is wrong: the repository of a head is null once the fork was deleted;
for (const name of ['pull-request', 'pull-request-simple']) {
  const always = '"repo":{"$ref":"#/schemas/repository"}';
  const sometimes = '"repo":{"anyOf":[{"type":"null"},{"$ref":"#/schemas/repository"}]}';
  description.schemas[name] = JSON.parse(JSON.stringify(description.schemas[name]).replace(always, sometimes));
}
// as is that of a run's head (https://github.com/github/rest-api-description/issues/1586);
const run = JSON.stringify(description.schemas['workflow-run']);
const here = '"head_repository":{"$ref":"#/schemas/minimal-repository"}';
description.schemas['workflow-run'] = JSON.parse(
  run.replace(here, '"head_repository":{"anyOf":[{"type":"null"},{"$ref":"#/schemas/minimal-repository"}]}'),
);
// and an installation's account is a user or an enterprise, as it says elsewhere, and not both.
const installations = description.routes['GET /app/installations'];
if (installations !== undefined)
  installations.responses['200'] = { type: 'array', items: { $ref: '#/schemas/installation' } };

const ajv = new Ajv({ strict: false, allErrors: false, code: { optimize: false } });
ajv.addFormat('uri', (text: string) => URL.canParse(text.replaceAll(/[{}]/g, '')));
ajv.addFormat('date-time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/);
ajv.addFormat('email', /@/);
for (const name of ['int64', 'int32', 'binary', 'timestamp', 'repo.nwo', 'uri-template']) ajv.addFormat(name, true);
ajv.addSchema({ $id: 'github', schemas: description.schemas });

const compiled = new Map<string, ValidateFunction>();

function validator(key: string, schema: Json): ValidateFunction {
  const known = compiled.get(key);
  if (known !== undefined) return known;
  const absolute: Json = JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#/', '"$ref":"github#/'));
  const made = ajv.compile(absolute);
  compiled.set(key, made);
  return made;
}

/** GitHub ignores properties that it does not know; we call them a mistake, at every depth. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const inside = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  return 'properties' in schema && !('additionalProperties' in schema)
    ? { ...inside, additionalProperties: false }
    : inside;
}

const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

/** What Octokit itself understands among the parameters; never sent. */
const OWN = ['request', 'headers', 'mediaType', 'baseUrl'];

/** The types of the parameters in path and query. */
export function parametersOf(route: string): Record<string, unknown> {
  const parameters = description.routes[route]?.parameters ?? [];
  return Object.fromEntries(
    parameters.map(({ name, schema }) => {
      const [first] = Array.isArray(schema['oneOf']) ? schema['oneOf'] : [schema];
      return [name, isJson(first) ? first['type'] : undefined];
    }),
  );
}

/**
 * The parameters of a request, after GitHub's description: the route exists, every path parameter is there, all have their
 * types, and nothing is sent that is not described.
 * @throws Undescribed
 */
export function checkRequest(route: string, given: Json): Json {
  const operation = description.routes[route];
  if (operation === undefined) throw new Undescribed(`GitHub has no route ${route}, or the double was not told of it`);
  const parameters = Object.fromEntries(
    Object.entries(given).filter(([name, value]) => !OWN.includes(name) && value !== undefined),
  );
  const rest = { ...parameters };
  for (const { name, required, schema } of operation.parameters) {
    const value = parameters[name];
    if (value === undefined) {
      if (required) throw new Undescribed(`${route} needs ${name}`);
      continue;
    }
    // A name may stand in the path and in the body.
    delete rest[name];
    hold(`${route} ${name}`, schema, value, `${route}: ${name}`);
  }
  const body = operation.body?.schema ?? null;
  if (body === null) {
    const [unknown] = Object.keys(rest);
    if (unknown !== undefined) throw new Undescribed(`${route} knows no parameter ${unknown}`);
  } else {
    const shut = closed(body);
    if (operation.body?.required || Object.keys(rest).length > 0)
      hold(`${route} body`, isJson(shut) ? shut : {}, rest, `${route}: its body`);
  }
  return parameters;
}

/** @throws Undescribed where GitHub's description knows no such answer to the route. */
export function checkAnswer(route: string, status: number, data: unknown): void {
  const { responses } = description.routes[route] ?? { responses: {} };
  const schema = responses[String(status)];
  if (schema === undefined) {
    // What goes wrong everywhere is described nowhere.
    if ([400, 401, 403, 404, 422, 429, 500, 502, 503].includes(status)) return;
    throw new Undescribed(`${route} never answers with ${status}`);
  }
  if (schema === null) return;
  // What a client gets to see is the JSON.
  const json: unknown = data === undefined ? null : JSON.parse(JSON.stringify(data));
  hold(`${route} ${status}`, schema, json, `the double's answer ${status} to ${route}`);
}

/** @throws Undescribed where GitHub would not send such a webhook. */
export function checkPayload(event: string, payload: Json): void {
  const action = payload['action'];
  const name = [event, ...(typeof action === 'string' ? [action] : [])].join('-').replaceAll('_', '-');
  const schema = description.events[name];
  if (schema === undefined) throw new Undescribed(`the description was not asked for the webhook ${name}`);
  hold(`webhook ${name}`, schema, payload, `the double's webhook ${name}`);
}

function hold(key: string, schema: Json, value: unknown, what: string): void {
  const validate = validator(key, schema);
  if (validate(value)) return;
  const problems = (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
  );
  throw new Undescribed(`${what}: ${problems.slice(0, 8).join('; ')}`);
}
