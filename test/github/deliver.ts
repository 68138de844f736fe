import { createHmac } from 'node:crypto';
import type { Delivery } from './state.ts';

/**
 * Sends a webhook as GitHub does, signed with the App's secret
 * (https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries); gives the status of the answer.
 */
export async function deliver({ event, id, payload }: Delivery, url: string, secret: string): Promise<number> {
  const body = JSON.stringify(payload);
  const signature = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'GitHub-Hookshot/0000000',
    'x-github-delivery': id,
    'x-github-event': event,
    'x-hub-signature-256': signature,
  };
  const answer = await fetch(url, { method: 'POST', headers, body });
  await answer.arrayBuffer();
  return answer.status;
}
