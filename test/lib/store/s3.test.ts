import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { startFauxqs } from 'fauxqs';
import { describe, expect, it } from 'vitest';
import { openStore } from '#lib/store/open.ts';
import { type Keys, PART } from './bucket.ts';
import type { Fault } from './faulty-proxy.ts';
import { all, refusal, workspace } from './folder.ts';
import { storeMatrix } from './s3-matrix.ts';

const ENV: Keys = { AWS_ACCESS_KEY_ID: 'the-id-of-a-key', AWS_SECRET_ACCESS_KEY: 'the-secret-of-a-key' };

// It lets anybody in, overwrites whatever the condition says, and tells of no uploads under way.
const double = { server: 'a double', listsUploads: false };
storeMatrix(
  double,
  async () => {
    const server = await startFauxqs({ port: 0, logger: false });
    return { port: server.port, env: ENV, stop: () => server.stop() };
  },
  (bucket) => {
    const space = workspace();

    it('takes up an upload that was killed: sends the parts that are missing or others, and keeps the rest', async () => {
      const { path, key } = space.file('killed', 3 * PART + 5);
      const bytes = readFileSync(path);
      const name = `team/models/${key}`;
      const first = bytes.subarray(0, PART);
      const id = await bucket().leaveUpload(name, { 1: first, 2: Buffer.alloc(PART) });
      const md5 = (part: Uint8Array) => createHash('md5').update(part).digest('hex');
      const lists: [RegExp, string][] = [
        [
          /^GET .*[?&]uploads/,
          `<ListMultipartUploadsResult><Upload><Key>${name}</Key><UploadId>${id}</UploadId><Initiated>2026-01-01T00:00:00Z</Initiated></Upload></ListMultipartUploadsResult>`,
        ],
        [
          /^GET .*uploadId=/,
          `<ListPartsResult>${[first, Buffer.alloc(PART)].map((part, i) => `<Part><PartNumber>${i + 1}</PartNumber><ETag>"${md5(part)}"</ETag><Size>${PART}</Size><LastModified>2026-01-01T00:00:00Z</LastModified></Part>`).join('')}</ListPartsResult>`,
        ],
      ];
      bucket().proxy.fault = (line) => {
        const body = lists.find(([pattern]) => pattern.test(line))?.[1];
        return body === undefined ? null : { kind: 'answer', status: 200, body };
      };
      expect(await bucket().store().put(path)).toEqual({ key, bytes: bytes.length, existed: false, repaired: false });
      const parts = bucket()
        .proxy.requests.map(({ line }) => /partNumber=(\d+)/.exec(line)?.[1])
        .filter(Boolean);
      expect([parts.length, new Set(parts)]).toEqual([3, new Set(['2', '3', '4'])]);
    });

    it('asks for no more than that nobody was first, and does without where the server can’t', async () => {
      const conditions = () =>
        bucket()
          .proxy.requests.filter(({ line }) => /^(PUT|POST .*uploadId=)/.test(line) && !line.includes('partNumber'))
          .map(({ headers }) => headers['if-none-match']);
      for (const size of [10, PART + 1]) {
        const answers: [Fault, (string | undefined)[], boolean][] = [
          [{ kind: 'answer', status: 501, code: 'NotImplemented' }, ['*', undefined], false],
          [{ kind: 'answer', status: 409, code: 'ConditionalRequestConflict' }, ['*', '*'], true],
          [{ kind: 'answer', status: 412, code: 'PreconditionFailed' }, ['*', '*'], true],
        ];
        for (const [answer, expected, existed] of answers) {
          const { path, key } = space.file('conditional', size);
          let left = 1;
          bucket().proxy.requests.length = 0;
          bucket().proxy.fault = (_, headers) => (headers['if-none-match'] === '*' && left-- > 0 ? answer : null);
          expect(await bucket().store().put(path)).toEqual({ key, bytes: size, existed, repaired: false });
          expect(conditions()).toEqual(expected);
          expect(await bucket().store().verify(key)).toBe('intact');
        }
      }
    });

    it('refuses a store whose way changes every byte, and leaves nothing there', async () => {
      const { path, key } = space.file('flipped', 1_000);
      bucket().proxy.fault = (line) => (line.startsWith('PUT') ? { kind: 'flip', side: 'up', at: 500 } : null);
      const error = await refusal(bucket().store().put(path));
      expect(error.message).toContain('reads back with another sha256');
      expect(await bucket().names()).not.toContain(`team/models/${key}`);
    });

    it('lists more objects than fit a page', async () => {
      const keys = Array.from({ length: 1_100 }, (_, i) => i.toString(16).padStart(64, '0'));
      for (const key of keys) await bucket().write(`many/${key}`, 'x');
      expect((await all(bucket().store({}, 'many').list())).map(({ key }) => key).toSorted()).toEqual(keys);
    });

    const refusals: [string, Fault, string][] = [
      [
        'a wrong secret',
        { kind: 'answer', status: 403, code: 'SignatureDoesNotMatch' },
        'does not accept the credentials',
      ],
      [
        'an unknown key',
        { kind: 'answer', status: 403, code: 'InvalidAccessKeyId' },
        'does not accept the credentials',
      ],
      ['an old token', { kind: 'answer', status: 400, code: 'ExpiredToken' }, 'the credentials have expired'],
      ['no permission', { kind: 'answer', status: 403, code: 'AccessDenied' }, 'may not do this in the bucket'],
      ['a wrong clock', { kind: 'answer', status: 403, code: 'RequestTimeTooSkewed' }, 'the clock of this machine'],
      ['another region', { kind: 'answer', status: 400, code: 'AuthorizationHeaderMalformed' }, 'in another region'],
      ['a full store', { kind: 'answer', status: 403, code: 'QuotaExceeded' }, 'takes no more'],
      ['something new', { kind: 'answer', status: 418, code: 'Teapot' }, 'answered 418 (Teapot)'],
      ['a strange code', { kind: 'answer', status: 400, code: '../@everyone' }, 'answered 400 ('],
      ['no XML', { kind: 'answer', status: 403, body: 'go away' }, 'may not do this'],
    ];
    it.each(refusals)('says so on %s, without what nobody may see', async (_, fault, message) => {
      const { path, key } = space.file('refused', 10);
      const store = bucket().store();
      bucket().proxy.fault = () => ('code' in fault ? { ...fault, message: Object.values(ENV).join(' ') } : fault);
      const works = [() => store.stat(key), () => store.put(path), () => store.get(key, path), () => all(store.list())];
      for (const work of [...works, () => store.remove(key), () => store.sweep(new Date())]) {
        const error = await refusal(work());
        expect(error.message).toContain(message);
        for (const secret of [...Object.values(ENV), 'everyone']) {
          expect(`${error.message} ${error.fix} ${JSON.stringify(error)} ${error.stack}`).not.toContain(secret);
        }
      }
    });

    it('asks again where the server fails, and says so where it goes on failing', async () => {
      for (const [status, code] of [
        [503, 'SlowDown'],
        [500, 'InternalError'],
        [502, 'BadGateway'],
      ] as const) {
        const { path, key } = space.file('failing', 10);
        let left = 2;
        bucket().proxy.fault = () => (left-- > 0 ? { kind: 'answer', status, code } : null);
        expect(await bucket().store().put(path)).toMatchObject({ key, existed: false });
        bucket().proxy.fault = () => ({ kind: 'answer', status, code });
        expect((await refusal(bucket().store().put(path))).message).toContain('failing or overloaded');
      }
    });
  },
);

describe('a store in a bucket', () => {
  const signal = new AbortController().signal;
  const open = (uri: string, more: { endpoint?: string; region?: string } = {}, env: Record<string, string> = ENV) =>
    openStore({ uri, ...more }, { root: '.', env, signal });
  const key = '0'.repeat(64);

  it('is refused where it can’t be reached, or nothing says how', async () => {
    const closed = await refusal((await open('s3://models', { endpoint: 'http://127.0.0.1:9' })).stat(key));
    expect(closed.message).toContain("http://127.0.0.1:9 can't be reached");
    const nowhere = await refusal((await open('s3://models', { endpoint: 'http://nowhere.invalid' })).stat(key));
    expect(nowhere.message).toContain("can't be reached");
    expect((await refusal(open('s3://a b/c'))).message).toContain('names no bucket');
    expect((await open('s3://models/team/')).uri).toBe('s3://models/team');
  });
});
