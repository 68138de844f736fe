import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readZipEntry, UnreadableZip } from '../../../bot/snapshot/zip.ts';
import { type End, type Entry, hostileZip } from './hostile-zip.ts';

const MOST = 100_000;
const NAME = 'evaluation.json';
const TEXT = '{"a": "text", "b": "text text text"}';
const sound: Entry = { name: NAME, data: TEXT };

const read = (zip: Buffer) => readZipEntry(zip, (name) => name === NAME, MOST);
const zeros = (megabytes: number) => deflateRawSync(Buffer.alloc(megabytes * 1_000_000));

/** A zip64 extra field with three numbers: size, packed size, offset. */
function large(...numbers: bigint[]): Buffer {
  const extra = Buffer.alloc(4 + 8 * numbers.length);
  extra.writeUInt16LE(1, 0);
  extra.writeUInt16LE(8 * numbers.length, 2);
  for (const [index, number] of numbers.entries()) extra.writeBigUInt64LE(number, 4 + 8 * index);
  return extra;
}

describe('a zip file of others', () => {
  it.each<[string, Entry[], End?]>([
    ['packed', [sound]],
    ['as it is', [{ ...sound, method: 0 }]],
    ['with its sizes behind it, as actions/upload-artifact writes it', [{ ...sound, descriptor: true }]],
    ['beside other files', [{ name: 'a', data: 'x' }, sound, { name: 'z/evaluation.txt', data: 'y' }]],
    ['beside folders', [{ name: 'folder/', method: 0 }, sound]],
    ['with sizes of 64 bits', [{ ...sound, size: 0xffffffff, extra: large(BigInt(TEXT.length)) }]],
    ['with a directory of 64 bits', [sound], { zip64: {}, count: 0xffff, offset: 0xffffffff }],
    ['with a comment', [sound], { comment: 'made by nobody' }],
    ['with another name in its local header', [{ ...sound, local: { name: '../../etc/passwd' } }]],
    ['with other sizes in its local header', [{ ...sound, local: { size: 7, crc: 7 } }]],
    [
      'with bytes behind the packed ones',
      [{ ...sound, packed: Buffer.concat([deflateRawSync(TEXT), Buffer.alloc(9)]) }],
    ],
  ])('%s is read', async (_, entries, end) => {
    expect(String(await read(hostileZip(entries, end)))).toBe(TEXT);
  });

  const bomb = zeros(100);
  const outer = hostileZip([sound]);
  it.each<[string, Buffer, string]>([
    [
      'a bomb that says its size',
      hostileZip([{ name: NAME, packed: bomb, size: 1e8 }]),
      'a file in it has more than 100000 bytes',
    ],
    [
      'a bomb that lies of its size',
      hostileZip([{ name: NAME, packed: bomb, size: 10 }]),
      'too many bytes in the stream. expected 10',
    ],
    [
      'a bomb just below the limit',
      hostileZip([{ name: NAME, packed: bomb, size: MOST }]),
      'too many bytes in the stream. expected 100000',
    ],
    [
      'a bomb that says no size',
      hostileZip([{ name: NAME, packed: bomb, size: 0, descriptor: true }]),
      'too many bytes in the stream. expected 0',
    ],
    [
      'a size of 64 bits',
      hostileZip([{ name: NAME, packed: bomb, size: 0xffffffff, extra: large(2n ** 63n) }]),
      'a file in it has more than 100000 bytes',
    ],
    [
      'a size of 64 bits that is not there',
      hostileZip([{ name: NAME, packed: bomb, size: 0xffffffff }]),
      'a file in it has more than 100000 bytes',
    ],
    ['a zip in a zip', hostileZip([{ name: 'evidence.zip', data: outer }]), 'the file is not in it'],
    ['nothing', hostileZip([]), 'the file is not in it'],
    ['a folder of that name', hostileZip([{ name: `${NAME}/`, method: 0 }]), 'the file is not in it'],
    ['two files of one name', hostileZip([sound, { ...sound, data: '{}' }]), 'several files in it could be meant'],
    [
      'two entries for the same bytes',
      hostileZip([sound, { ...sound, offset: 0 }]),
      'several files in it could be meant',
    ],
    ['a password', hostileZip([{ ...sound, flags: 0x0801 }]), 'it is encrypted'],
    ['strong encryption', hostileZip([{ ...sound, flags: 0x0841 }]), 'strong encryption is not supported'],
    [
      'a way of packing that nobody knows',
      hostileZip([{ ...sound, method: 99 }]),
      'unsupported compression method: 99',
    ],
    ['a wrong checksum', hostileZip([{ ...sound, crc: 7 }]), 'a file in it is damaged'],
    [
      'a wrong checksum of what is not packed',
      hostileZip([{ ...sound, method: 0, crc: 7 }]),
      'a file in it is damaged',
    ],
    ['a size that is too large', hostileZip([{ ...sound, size: 99 }]), 'not enough bytes in the stream. expected 99'],
    [
      'two sizes of what is not packed',
      hostileZip([{ ...sound, method: 0, size: 7 }]),
      'size mismatch for stored file',
    ],
    [
      'bytes that can’t be unpacked',
      hostileZip([{ ...sound, packed: Buffer.from('nothing that was packed') }]),
      'invalid block type',
    ],
    [
      'half of the packed bytes',
      hostileZip([{ ...sound, packed: deflateRawSync(TEXT).subarray(0, 12) }]),
      'unexpected end of file',
    ],
    [
      'more packed bytes than the file has',
      hostileZip([{ ...sound, packedSize: 1e9 }]),
      'file data overflows file bounds',
    ],
    ['a place behind the file', hostileZip([{ ...sound, offset: 1e9 }]), 'unexpected EOF'],
    ['a place where nothing begins', hostileZip([{ ...sound, offset: 3 }]), 'invalid local file header signature'],
    [
      'a place of 64 bits',
      hostileZip([{ ...sound, offset: 0xffffffff, extra: large(2n ** 64n - 1n) }]),
      'unexpected EOF',
    ],
    [
      'an extra field that does not end',
      hostileZip([{ ...sound, extra: Buffer.from([1, 0, 255, 255]) }]),
      'extra field length exceeds',
    ],
    ['a directory behind the file', hostileZip([sound], { offset: 1e9 }), 'unexpected EOF'],
    [
      'a directory where none is',
      hostileZip([sound], { offset: 0 }),
      'invalid central directory file header signature',
    ],
    ['a directory of 64 bits far away', hostileZip([sound], { zip64: { offset: 2n ** 64n - 1n } }), 'unexpected EOF'],
    ['a record of 64 bits far away', hostileZip([sound], { zip64: { at: 2n ** 63n } }), 'unexpected EOF'],
    ['more entries than there are', hostileZip([sound], { count: 99 }), 'unexpected EOF'],
    ['a million entries, it says', hostileZip([sound], { zip64: { count: 1_000_000n } }), 'it holds too many files'],
    ['2⁶⁴ entries, it says', hostileZip([sound], { zip64: { count: 2n ** 64n - 1n } }), 'it holds too many files'],
    [
      'a hundred thousand entries',
      hostileZip(
        Array.from({ length: 100_000 }, (_, i) => ({ name: `${i}`, method: 0 })),
        { count: 0xffff },
      ),
      'it holds too many files',
    ],
    ['a comment that is longer than it says', Buffer.concat([outer, Buffer.from('PK')]), 'Invalid comment length'],
    ['its end cut off', outer.subarray(0, -1), 'End of central directory record signature not found'],
    ['its beginning cut off', outer.subarray(9), 'invalid central directory file header signature'],
    ['no byte', Buffer.alloc(0), 'End of central directory record signature not found'],
    ['one byte', Buffer.alloc(1), 'End of central directory record signature not found'],
    [
      'an error’s page',
      Buffer.from('<html>502 Bad Gateway</html>'),
      'End of central directory record signature not found',
    ],
  ])('with %s is refused, and why is said', async (_, zip, why) => {
    const reading = read(zip);
    await expect(reading).rejects.toThrow(UnreadableZip);
    await expect(reading).rejects.toThrow(why);
  });

  it.each([
    ['a parent folder', '../evaluation.json'],
    ['a parent folder amid', 'a/../../evaluation.json'],
    ['an absolute path', '/evaluation.json'],
    ['a drive', 'C:/evaluation.json'],
    ['a backslash', '..\\evaluation.json'],
  ])('with an entry that is named after %s is refused, wherever it is', async (_, name) => {
    await expect(read(hostileZip([sound, { name, data: '{}' }]))).rejects.toThrow(UnreadableZip);
  });

  it('whose entry is a link gives the link’s text and follows it nowhere', async () => {
    expect(String(await read(hostileZip([{ name: NAME, data: '/etc/passwd', method: 0, mode: 0o120777 }])))).toBe(
      '/etc/passwd',
    );
  });

  it('with a name of 60,000 characters repeats only its beginning', async () => {
    const reading = read(hostileZip([{ name: `/${'x'.repeat(60_000)}`, data: '' }]));
    await expect(reading).rejects.toThrow(/^absolute path: .{185}…$/);
  });

  it('of which any byte was changed is read as it was, or refused', async () => {
    const zip = hostileZip([
      { ...sound, descriptor: true },
      { name: 'b', data: 'b' },
    ]);
    const outcomes = new Set<string>();
    for (let at = 0; at < zip.length; at++) {
      for (const value of [0, 0xff, (zip[at] ?? 0) ^ 1]) {
        const changed = Buffer.from(zip);
        changed[at] = value;
        outcomes.add(await read(changed).then(String, (error: Error) => error.name));
      }
    }
    expect([...outcomes].sort()).toEqual(['UnreadableZip', TEXT]);
  });
});
