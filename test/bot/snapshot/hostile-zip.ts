import { crc32, deflateRawSync } from 'node:zlib';

/** An entry of a zip file, and what the file says of it that is not so. */
export interface Entry {
  name: string | Buffer;
  data?: string | Uint8Array;
  /** As it stands in the file, where it is not the deflated data. */
  packed?: Uint8Array;
  /** 8 is deflate, 0 as it is. */
  method?: number;
  flags?: number;
  crc?: number;
  size?: number;
  packedSize?: number;
  /** Of the file, as Unix keeps it. */
  mode?: number;
  extra?: Uint8Array;
  /** Where the central directory says that the local header is. */
  offset?: number;
  /** What the local header says, where that differs. */
  local?: { name?: string; size?: number; crc?: number };
  /** Sizes follow the data, and are not in the local header. */
  descriptor?: boolean;
}

/** What the end of the central directory says that is not so. */
export interface End {
  count?: number;
  offset?: number;
  /** Instead of counts and offset of 32 bits; the record of 64 bits lies where it should, or at `at`. */
  zip64?: { count?: bigint; offset?: bigint; at?: bigint };
  comment?: string;
}

/** A zip file after PKWARE's APPNOTE 6.3.10, and what it does not allow. */
export function hostileZip(entries: readonly Entry[], end: End = {}): Buffer {
  const bodies: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const entry of entries) {
    const body = bodyOf(entry);
    directory.push(centralOf(entry, at));
    bodies.push(body);
    at += body.length;
  }
  const listed = Buffer.concat(directory);
  const { comment = '', count = entries.length, offset = at, zip64 } = end;
  const last = Buffer.alloc(22);
  last.writeUInt32LE(0x06054b50, 0);
  last.writeUInt16LE(count, 8);
  last.writeUInt16LE(count, 10);
  last.writeUInt32LE(listed.length, 12);
  last.writeUInt32LE(offset, 16);
  last.writeUInt16LE(comment.length, 20);
  const large =
    zip64 === undefined ? [] : zip64Of(zip64, { count: entries.length, offset: at, end: at + listed.length });
  return Buffer.concat([...bodies, listed, ...large, last, Buffer.from(comment)]);
}

function zip64Of(said: NonNullable<End['zip64']>, real: { count: number; offset: number; end: number }): Buffer[] {
  const record = Buffer.alloc(56);
  record.writeUInt32LE(0x06064b50, 0);
  record.writeBigUInt64LE(44n, 4);
  record.writeBigUInt64LE(said.count ?? BigInt(real.count), 24);
  record.writeBigUInt64LE(said.count ?? BigInt(real.count), 32);
  record.writeBigUInt64LE(said.offset ?? BigInt(real.offset), 48);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50, 0);
  locator.writeBigUInt64LE(said.at ?? BigInt(real.end), 8);
  locator.writeUInt32LE(1, 16);
  return [record, locator];
}

const dataOf = ({ data = '' }: Entry) => Buffer.from(data);
const packedOf = (entry: Entry) =>
  Buffer.from(entry.packed ?? (entry.method === 0 ? dataOf(entry) : deflateRawSync(dataOf(entry))));

/** What both headers say, from the version on: 26 bytes. */
function headOf(entry: Entry, name: Buffer, said: { crc?: number; size?: number; packedSize?: number }): Buffer {
  const head = Buffer.alloc(26);
  head.writeUInt16LE(20, 0);
  head.writeUInt16LE((entry.flags ?? 0x0800) | (entry.descriptor ? 8 : 0), 2);
  head.writeUInt16LE(entry.method ?? 8, 4);
  head.writeUInt32LE(said.crc ?? crc32(dataOf(entry)), 10);
  head.writeUInt32LE(said.packedSize ?? packedOf(entry).length, 14);
  head.writeUInt32LE(said.size ?? dataOf(entry).length, 18);
  head.writeUInt16LE(name.length, 22);
  head.writeUInt16LE(entry.extra?.length ?? 0, 24);
  return head;
}

function bodyOf(entry: Entry): Buffer {
  const { descriptor = false, extra = Buffer.alloc(0), local = {} } = entry;
  const name = Buffer.from(local.name ?? entry.name);
  const said = descriptor ? { crc: 0, size: 0, packedSize: 0 } : { ...entry, ...local };
  const after = Buffer.alloc(descriptor ? 16 : 0);
  if (descriptor) {
    after.writeUInt32LE(0x08074b50, 0);
    after.writeUInt32LE(crc32(dataOf(entry)), 4);
    after.writeUInt32LE(packedOf(entry).length, 8);
    after.writeUInt32LE(dataOf(entry).length, 12);
  }
  return Buffer.concat([Buffer.from('PK\x03\x04'), headOf(entry, name, said), name, extra, packedOf(entry), after]);
}

function centralOf(entry: Entry, at: number): Buffer {
  const { extra = Buffer.alloc(0), mode = 0o100644, offset = at } = entry;
  const name = Buffer.from(entry.name);
  const head = Buffer.alloc(46);
  head.write('PK\x01\x02', 'latin1');
  head.writeUInt16LE((3 << 8) | 20, 4);
  headOf(entry, name, entry).copy(head, 6);
  head.writeUInt32LE((mode << 16) >>> 0, 38);
  head.writeUInt32LE(offset, 42);
  return Buffer.concat([head, name, extra]);
}
