import { PassThrough, Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type NumberArray, pack, unpack } from '#lib/child/arrays.ts';
import { type Frame, readFrames, writeFrame } from '#lib/child/frame.ts';

async function written(frames: readonly Frame[]): Promise<Buffer> {
  const stream = new PassThrough();
  const kept: Buffer[] = [];
  stream.on('data', (part: Buffer) => kept.push(part));
  for (const { head, body } of frames) await writeFrame(stream, head, body);
  stream.end();
  await new Promise((resolve) => stream.once('end', resolve));
  return Buffer.concat(kept);
}

async function read(bytes: Uint8Array, cuts: readonly number[]): Promise<Frame[]> {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
  const parts = places.slice(1).map((end, i) => Buffer.from(bytes.subarray(places[i], end)));
  const found: Frame[] = [];
  for await (const frame of readFrames(Readable.from(parts.filter((part) => part.length > 0)))) found.push(frame);
  return found;
}

const frames = fc.array(fc.record({ head: fc.jsonValue(), body: fc.uint8Array({ maxLength: 300 }) }), { maxLength: 6 });
const plain = (list: readonly Frame[]) =>
  list.map(({ head, body }) => ({ head: JSON.stringify(head), body: [...body] }));

describe('frames', () => {
  it('come out as they went in, however the pipe cuts them', async () => {
    await fc.assert(
      fc.asyncProperty(frames, fc.array(fc.nat()), async (list, cuts) => {
        expect(plain(await read(await written(list), cuts))).toEqual(plain(list));
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  it('are refused where they break off', async () => {
    await fc.assert(
      fc.asyncProperty(frames, fc.nat(), async (list, place) => {
        const bytes = await written([...list, { head: 'last', body: new Uint8Array(9) }]);
        const whole = await written(list);
        const end = whole.length + 1 + (place % (bytes.length - whole.length - 1));
        await expect(read(bytes.subarray(0, end), [])).rejects.toThrow('ended inside a frame');
      }),
      { seed: 1, numRuns: 50 },
    );
  });

  it.each([
    ['head', [0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]],
    ['body', [2, 0, 0, 0, 0, 0, 0, 0x80]],
  ])('are refused before they are waited for where their %s is larger than any', async (_, bytes) => {
    await expect(read(Uint8Array.from(bytes), [])).rejects.toThrow('larger than any');
  });

  it('are refused where their head is no JSON', async () => {
    await expect(read(Uint8Array.from([1, 0, 0, 0, 0, 0, 0, 0, 0x7b]), [])).rejects.toThrow(SyntaxError);
  });
});

describe('arrays in a body', () => {
  const array: fc.Arbitrary<NumberArray> = fc.oneof(
    fc.uint8Array({ maxLength: 20 }),
    fc.uint16Array({ maxLength: 20 }),
    fc.int32Array({ maxLength: 20 }),
    fc.uint32Array({ maxLength: 20 }),
    fc.float64Array({ maxLength: 20 }),
  );

  it('come out as they went in, bit by bit, also through a frame', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(array, { maxLength: 6 }), async (arrays) => {
        const { layout, body } = pack(arrays);
        const [frame] = await read(await written([{ head: layout, body: Uint8Array.from(body) }]), [3, 11]);
        expect(unpack(layout, frame.body)).toEqual(arrays);
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  it('are refused where the body is shorter or longer than they', () => {
    const { layout, body } = pack([Float64Array.of(1, 2), Uint8Array.of(3)]);
    const bytes = Uint8Array.from(body);
    expect(() => unpack(layout, bytes.slice(0, 16))).toThrow('less than its layout says');
    expect(() => unpack(layout, Uint8Array.from([...bytes, 0]))).toThrow('more than its layout says');
  });
});
