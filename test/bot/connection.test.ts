import { describe, expect, it } from 'vitest';
import { connectToken } from '../../bot/connection.ts';
import { createLog } from '../../bot/log.ts';
import { createMetrics } from '../../bot/metrics.ts';

const place = { owner: 'acme', repo: 'models' };

function starter(apiUrl: string | undefined) {
  const asked: string[] = [];
  const answering: typeof fetch = async (input) => {
    asked.push(String(input instanceof Request ? input.url : input));
    return Response.json({ id: 7, slug: 'github-actions' });
  };
  const reach = { metrics: createMetrics(), log: createLog('silent', []), now: () => new Date(), apiUrl };
  return { asked, connection: connectToken('token', place, { ...reach, fetch: answering }) };
}

describe('connectToken', () => {
  it.each([undefined, 'https://api.github.com'])('knows at %s who a workflow is', async (apiUrl) => {
    const { asked, connection } = starter(apiUrl);
    expect(await connection.us()).toEqual({ app: 15368, login: 'github-actions[bot]', starter: true });
    expect(asked).toEqual([]);
  });

  it('asks another server once, which has another number for it', async () => {
    const { asked, connection } = starter('https://github.example.com/api/v3');
    await connection.us();
    expect(await connection.us()).toEqual({ app: 7, login: 'github-actions[bot]', starter: true });
    expect(asked).toEqual(['https://github.example.com/api/v3/apps/github-actions']);
  });
});
