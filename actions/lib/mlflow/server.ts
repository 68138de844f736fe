import type { z } from 'zod';
import type { World } from '#lib/world.ts';
import { UserError } from '#registry/error.ts';
import { printable } from '#registry/printable.ts';

/** An MLflow server, spoken to over its REST API (https://mlflow.org/docs/latest/rest-api.html). */
export interface MlflowServer {
  /** Without credentials; for messages. */
  address: string;
  /**
   * Asks and reads the answer.
   * @throws UserError for every refusal but one of the codes in `but`, for which it gives null.
   */
  get<S extends z.ZodType>(
    path: string,
    query: Record<string, string>,
    schema: S,
    but?: Refusals,
  ): Promise<z.output<S> | null>;
  send<S extends z.ZodType>(
    method: 'POST' | 'DELETE' | 'PATCH',
    path: string,
    body: object,
    schema: S,
    but?: Refusals,
  ): Promise<z.output<S> | null>;
}

type Refusals = readonly ('RESOURCE_DOES_NOT_EXIST' | 'RESOURCE_ALREADY_EXISTS' | 'INVALID_PARAMETER_VALUE')[];

const PATIENCE_MS = 30_000;
const LONGEST_ANSWER = 20_000_000;

/** The server at `to`, or where MLFLOW_TRACKING_URI says; with the credentials that MLflow's own client would take. */
export function mlflowServer(to: string | undefined, { env, signal }: Pick<World, 'env' | 'signal'>): MlflowServer {
  const base = addressOf(to ?? env['MLFLOW_TRACKING_URI']);
  const authorization = authorizationOf(env);
  const address = base.href.replace(/\/$/, '');

  async function ask<S extends z.ZodType>(
    path: string,
    request: RequestInit,
    schema: S,
    but: Refusals,
  ): Promise<z.output<S> | null> {
    const patience = AbortSignal.timeout(PATIENCE_MS);
    const headers = { ...(request.body ? { 'content-type': 'application/json' } : {}), ...authorization };
    let status: number;
    let text: string;
    try {
      const init = { ...request, headers, redirect: 'manual', signal: AbortSignal.any([signal, patience]) } as const;
      const response = await fetch(`${address}/api/2.0/mlflow/${path}`, init);
      status = response.status;
      text = await response.text();
    } catch (cause) {
      signal.throwIfAborted();
      throw new UserError(
        `the MLflow server at ${address} ${patience.aborted ? 'gives no answer' : `can't be reached${reason(cause)}`}`,
        {
          fix: 'Check its address and that it runs. What was done so far is found again on the next try.',
          cause,
        },
      );
    }
    const answer = text.length > LONGEST_ANSWER ? null : parseJson(text);
    if (status === 200) {
      const parsed = schema.safeParse(answer);
      if (parsed.success) return parsed.data;
      throw new UserError(`what answers at ${address} is no MLflow server: ${path} gave something else`, {
        fix: 'Give the address at which MLflow’s own page opens.',
      });
    }
    const code = textOf(answer, 'error_code');
    if (but.some((one) => one === code)) return null;
    throw refusal(address, path, status, code, textOf(answer, 'message'));
  }

  return {
    address,
    get: (path, query, schema, but = []) =>
      ask(`${path}?${new URLSearchParams(query).toString()}`, { method: 'GET' }, schema, but),
    send: (method, path, body, schema, but = []) => ask(path, { method, body: JSON.stringify(body) }, schema, but),
  };
}

function addressOf(text: string | undefined): URL {
  const fix = 'Give the address of an MLflow server: --to http://127.0.0.1:5000';
  if (text === undefined || text === '') {
    throw new UserError('no MLflow server is named', { fix: `${fix}, or set MLFLOW_TRACKING_URI.` });
  }
  const url = URL.parse(text);
  // It is not repeated: it may hold a password.
  if (url === null || !/^https?:$/.test(url.protocol)) throw new UserError('--to is no http(s) address', { fix });
  if (url.username !== '' || url.password !== '') {
    throw new UserError('--to holds credentials', {
      fix: 'Set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN.',
    });
  }
  if (url.search !== '' || url.hash !== '') throw new UserError(`--to ${url.origin} has a query`, { fix });
  return url;
}

function authorizationOf(env: World['env']): Record<string, string> {
  const { MLFLOW_TRACKING_USERNAME: user, MLFLOW_TRACKING_PASSWORD: password, MLFLOW_TRACKING_TOKEN: token } = env;
  const value =
    user !== undefined && user !== '' && password !== undefined
      ? `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
      : token !== undefined && token !== ''
        ? `Bearer ${token}`
        : null;
  if (value === null) return {};
  if (/[\r\n\0]/.test(value)) {
    throw new UserError('MLFLOW_TRACKING_TOKEN holds a line break', { fix: 'Set it without what follows the token.' });
  }
  return { authorization: value };
}

function refusal(address: string, path: string, status: number, code: string, message: string): UserError {
  if (status === 401 || status === 403) {
    return new UserError(`the MLflow server at ${address} refuses access (${status})`, {
      fix: 'Set MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, of somebody who may.',
    });
  }
  if (status >= 300 && status < 400) {
    return new UserError(`${address} is not the MLflow server's own address: it sends on to another`, {
      fix: 'Give the address at which the browser ends up.',
    });
  }
  const said = printable([code, message].filter((part) => part !== '').join(': ')).slice(0, 500);
  return new UserError(
    `the MLflow server at ${address} refuses ${path.split('?', 1)[0]} (${status})${said === '' ? '' : `: ${said}`}`,
    {
      fix: status >= 500 ? 'Look at the server’s log, and try again.' : 'Mend what it names, and try again.',
    },
  );
}

function reason(cause: unknown): string {
  const inner = cause instanceof Error ? cause.cause : null;
  return inner instanceof Error ? `: ${printable(inner.message)}` : '';
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function textOf(answer: unknown, key: string): string {
  if (typeof answer !== 'object' || answer === null) return '';
  const value: unknown = Reflect.get(answer, key);
  return typeof value === 'string' ? value : '';
}
