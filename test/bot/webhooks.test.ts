import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { OPENED, runIdle, SECRET, signatureOf } from './running-bot.ts';

/**
 * Webhooks as nobody should send them. The server's answer tells a person who sets it up what is wrong; whatever it is,
 * nothing is woken by what was not signed, and whatever was sent, the next webhook is taken.
 */

const BODY = JSON.stringify(OPENED);

/** The server, and a way to send it exactly these headers and this body. */
async function runRaw() {
  const running = await runIdle();
  const url = running.url('/api/github/webhooks');
  return {
    ...running,
    async raw(changes: Record<string, string | null> = {}, body: string | Buffer<ArrayBuffer> = BODY, method = 'POST') {
      const usual = {
        'content-type': 'application/json',
        'x-github-event': 'pull_request',
        'x-github-delivery': '72d3162e-cc78-11e3-81ab-4c9367dc0958',
        'x-hub-signature-256': `sha256=${createHmac('sha256', SECRET).update(body).digest('hex')}`,
      };
      const headers = Object.entries({ ...usual, ...changes }).filter(
        (one): one is [string, string] => one[1] !== null,
      );
      const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
      const response = await fetch(url, { method, headers, ...(method === 'GET' ? {} : { body: bytes }) });
      await response.arrayBuffer();
      return response.status;
    },
  };
}

const hmac = (algorithm: string, secret: string, body = BODY) =>
  createHmac(algorithm, secret).update(body).digest('hex');

describe('a webhook that nobody signed', () => {
  it.each<[string, Record<string, string | null>, number]>([
    ['no signature', { 'x-hub-signature-256': null }, 400],
    ['an empty one', { 'x-hub-signature-256': '' }, 400],
    ['no digest in it', { 'x-hub-signature-256': 'sha256=' }, 400],
    ['no algorithm in it', { 'x-hub-signature-256': hmac('sha256', SECRET) }, 400],
    ['SHA-1’s', { 'x-hub-signature-256': `sha1=${hmac('sha1', SECRET)}` }, 400],
    [
      'SHA-1’s, where GitHub puts that',
      { 'x-hub-signature-256': null, 'x-hub-signature': `sha1=${hmac('sha1', SECRET)}` },
      400,
    ],
    ['SHA-1’s under another name', { 'x-hub-signature-256': `sha256=${hmac('sha1', SECRET)}` }, 400],
    ['SHA-512’s', { 'x-hub-signature-256': `sha512=${hmac('sha512', SECRET)}` }, 400],
    ['SHA-512’s, cut to length', { 'x-hub-signature-256': `sha256=${hmac('sha512', SECRET).slice(0, 64)}` }, 401],
    ['two of them', { 'x-hub-signature-256': `${signatureOf(BODY)}, ${signatureOf(BODY)}` }, 400],
    ['zeros', { 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` }, 401],
    ['another secret’s', { 'x-hub-signature-256': signatureOf(BODY, 'another secret, not ours') }, 401],
    [
      'the secret’s, with the line’s end that an editor added',
      { 'x-hub-signature-256': signatureOf(BODY, `${SECRET}\n`) },
      401,
    ],
    ['Probot’s own, where no secret is set', { 'x-hub-signature-256': signatureOf(BODY, 'development') }, 401],
    ['no secret’s', { 'x-hub-signature-256': signatureOf(BODY, '') }, 401],
    ['another body’s', { 'x-hub-signature-256': signatureOf(BODY.replace('opened', 'edited')) }, 401],
    ['no body’s', { 'x-hub-signature-256': signatureOf('') }, 401],
    ['the digest without its secret', { 'x-hub-signature-256': `sha256=${'a'.repeat(64)}` }, 401],
  ])('S17 with %s wakes nothing', async (_, headers, status) => {
    const { bot, log, raw, woken } = await runRaw();
    expect(await raw(headers)).toBe(status);
    await bot.idle();
    expect(woken).toEqual([]);
    // Whoever sends those must not fill the log either.
    expect(log.join('').length).toBeLessThan(2000);
    expect(await raw()).toBe(200);
    expect(woken).toEqual(['acme/models']);
  });

  it('S17 is not one with the signature of the bytes that another text stands for', async () => {
    const { raw, woken } = await runRaw();
    // Bytes that are no UTF-8 are read as one and the same sign.
    const [one, other] = ['\xff', '\xfe'].map((byte) => Buffer.from(BODY.replace('opened', byte), 'latin1'));
    if (one === undefined || other === undefined) throw new Error('there are two');
    const signature = `sha256=${createHmac('sha256', SECRET).update(one).digest('hex')}`;
    expect(await raw({ 'x-hub-signature-256': signature }, other)).toBe(401);
    expect(woken).toEqual([]);
  });
});

describe('a webhook that was signed', () => {
  it.each<[string, Record<string, string | null>, number, boolean]>([
    ['JSON in UTF-8', { 'content-type': 'application/json; charset=utf-8' }, 200, true],
    // What GitHub sends a form in is not what we ask it for: the webhook's page tells this status.
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }, 415, false],
    ['text', { 'content-type': 'text/plain' }, 415, false],
    ['nobody knows what', { 'content-type': '' }, 415, false],
    ['of an event without a name', { 'x-github-event': null }, 400, false],
    ['of an event with an empty name', { 'x-github-event': '' }, 400, false],
    ['without an id', { 'x-github-delivery': null }, 400, false],
    ['of an event that nobody knows yet', { 'x-github-event': 'model_registry' }, 200, false],
    ['of an event named with its action', { 'x-github-event': 'pull_request.opened' }, 400, false],
    ['of all events at once', { 'x-github-event': '*' }, 400, false],
    ['of an event that is Probot’s own', { 'x-github-event': 'error' }, 400, false],
    ['of an event that every object has', { 'x-github-event': '__proto__' }, 400, false],
    ['of another such', { 'x-github-event': 'constructor' }, 200, false],
    ['of one more', { 'x-github-event': 'toString' }, 400, false],
    ['of an event of a thousand letters', { 'x-github-event': 'a'.repeat(1000) }, 400, false],
    ['ping', { 'x-github-event': 'ping' }, 200, false],
  ])('and is %s is answered for what it is', async (_, headers, status, wakes) => {
    const { bot, log, raw, woken } = await runRaw();
    expect(await raw(headers)).toBe(status);
    await bot.idle();
    expect(woken).toEqual(wakes ? ['acme/models'] : []);
    expect(log.filter((line) => /"level":[56]0/.test(line))).toEqual([]);
    expect(await raw()).toBe(200);
    expect(woken.at(-1)).toBe('acme/models');
  });

  const text = (changes: object) => JSON.stringify({ ...OPENED, ...changes });
  it.each<[string, string | Buffer<ArrayBuffer>, number, string[]]>([
    ['nothing', '', 400, []],
    ['a form', `payload=${encodeURIComponent(BODY)}`, 400, []],
    // Only who knows the secret can send the next three; it is enough that they harm nobody.
    ['null', 'null', 500, []],
    ['a text', '"opened"', 500, []],
    ['depth', BODY.replace('"id":1', `"id":${'['.repeat(100_000)}${']'.repeat(100_000)}`), 500, []],
    ['a list', '[]', 200, []],
    ['an empty object', '{}', 200, []],
    ['half of itself', BODY.slice(0, -10), 400, []],
    ['JSON and more', `${BODY}${BODY}`, 400, []],
    ['a number that is none', BODY.replace('"id":1', '"id":NaN'), 400, []],
    ['a mark of its bytes’ order', `\uFEFF${BODY}`, 400, []],
    [
      'one key twice',
      BODY.replace('"action"', '"repository":{"name":"x","owner":{"login":"eve"}},"action"'),
      200,
      ['acme/models'],
    ],
    ['a number beyond all', BODY.replace('"id":1', '"id":1e999'), 200, ['acme/models']],
    ['half a sign', text({ sender: { login: '\ud800' } }), 200, ['acme/models']],
    ['no installation', text({ installation: undefined }), 200, ['acme/models']],
    ['an installation that is null', text({ installation: null }), 200, ['acme/models']],
    ['an installation that is a text', text({ installation: 'all' }), 200, ['acme/models']],
    ['an action that is a number', text({ action: 7 }), 200, []],
    ['an action that every object has', text({ action: 'constructor' }), 200, []],
    ['no repository', text({ repository: undefined }), 200, []],
    ['a repository without an owner', text({ repository: { name: 'models', owner: null } }), 200, []],
    ['a repository with a path for a name', text({ repository: { name: '../x', owner: { login: 'acme' } } }), 200, []],
    ['a repository above all', text({ repository: { name: '..', owner: { login: '..' } } }), 200, []],
    ['a repository with a line’s end', text({ repository: { name: 'a\nb', owner: { login: 'acme' } } }), 200, []],
    ['a repository with an empty name', text({ repository: { name: '', owner: { login: 'acme' } } }), 200, []],
    ['a pull request of no number', text({ pull_request: { number: '1; DROP' } }), 200, ['acme/models']],
    ['a pull request that is a list', text({ pull_request: [] }), 200, ['acme/models']],
    ['a prototype', BODY.replace('"action"', '"__proto__":{"action":"closed"},"action"'), 200, ['acme/models']],
  ])('and holds %s is answered, and wakes what it names', async (_, body, status, wakes) => {
    const { bot, log, raw, woken } = await runRaw();
    expect(await raw({}, body)).toBe(status);
    await bot.idle();
    expect(woken).toEqual(wakes);
    if (status === 200) expect(log.filter((line) => /"level":[56]0/.test(line))).toEqual([]);
    expect(await raw()).toBe(200);
    expect(woken.at(-1)).toBe('acme/models');
  });

  it.each(['GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])('and comes by %s is for nobody', async (method) => {
    const { raw, woken } = await runRaw();
    expect(await raw({}, BODY, method)).toBe(404);
    expect(woken).toEqual([]);
  });
});
