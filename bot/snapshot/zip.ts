import { crc32 } from 'node:zlib';
import { type Entry, fromBuffer, type ZipFile } from 'yauzl';

/** A zip file that can't be read, or holds more than is allowed; why, as the end of a sentence. */
export class UnreadableZip extends Error {
  override readonly name = 'UnreadableZip';
}

const MOST_ENTRIES = 100;

/**
 * The bytes of the one file in a zip that `wanted` accepts, at most `largest` of them. Nothing is written anywhere, and
 * nothing that the zip says of sizes is believed.
 */
export async function readZipEntry(zip: Buffer, wanted: (name: string) => boolean, largest: number): Promise<Buffer> {
  const file = await opened(zip);
  if (file.entryCount > MOST_ENTRIES) throw new UnreadableZip('it holds too many files');
  const found = (await entriesOf(file)).filter(({ fileName }) => wanted(fileName));
  const [entry] = found;
  if (entry === undefined) throw new UnreadableZip('the file is not in it');
  if (found.length > 1) throw new UnreadableZip('several files in it could be meant');
  if (entry.isEncrypted()) throw new UnreadableZip('it is encrypted');
  const bytes = await content(file, entry, largest);
  if (crc32(bytes) !== entry.crc32) throw new UnreadableZip('a file in it is damaged');
  return bytes;
}

function opened(zip: Buffer): Promise<ZipFile> {
  return new Promise((resolve, reject) => {
    fromBuffer(zip, { lazyEntries: true, validateEntrySizes: true, strictFileNames: true }, (error, file) => {
      if (error) reject(unreadable(error));
      else resolve(file);
    });
  });
}

function entriesOf(file: ZipFile): Promise<Entry[]> {
  return new Promise((resolve, reject) => {
    const entries: Entry[] = [];
    file.on('error', (error: Error) => reject(unreadable(error)));
    file.on('end', () => resolve(entries));
    file.on('entry', (entry: Entry) => {
      entries.push(entry);
      // The number of entries that it gives for itself may be a lie.
      if (entries.length > MOST_ENTRIES) reject(new UnreadableZip('it holds too many files'));
      else file.readEntry();
    });
    file.readEntry();
  });
}

function content(file: ZipFile, entry: Entry, largest: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const tooLarge = () => reject(new UnreadableZip(`a file in it has more than ${largest} bytes`));
    if (entry.uncompressedSize > largest) return tooLarge();
    file.openReadStream(entry, (error, stream) => {
      if (error) return reject(unreadable(error));
      const chunks: Buffer[] = [];
      let bytes = 0;
      stream.on('error', (broken: Error) => reject(unreadable(broken)));
      stream.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes <= largest) return void chunks.push(chunk);
        stream.destroy();
        tooLarge();
      });
      stream.on('end', () => resolve(Buffer.concat(chunks)));
    });
  });
}

function unreadable(error: Error): UnreadableZip {
  // What the library says may repeat names out of the zip, of any length.
  const [line = ''] = error.message.split('\n');
  return new UnreadableZip(line.length > 200 ? `${line.slice(0, 200)}…` : line, { cause: error });
}
