import { type Entry, fromBuffer } from 'yauzl';

/** A zip file that can't be read, or holds more than is allowed. */
export class UnreadableZip extends Error {
  override readonly name = 'UnreadableZip';
}

const MOST_ENTRIES = 100;

/**
 * The text of the one file in a zip that `wanted` accepts, at most `largest` bytes of it. Nothing is written anywhere;
 * what the zip says of sizes is not believed.
 */
export function readZipEntry(zip: Buffer, wanted: (name: string) => boolean, largest: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const refuse = (why: string) => reject(new UnreadableZip(why));
    fromBuffer(zip, { lazyEntries: true, validateEntrySizes: true }, (error, file) => {
      if (error) return refuse(error.message);
      let seen = 0;
      file.on('error', (cause: Error) => refuse(cause.message));
      file.on('end', () => refuse('the file is not in it'));
      file.on('entry', (entry: Entry) => {
        seen += 1;
        if (seen > MOST_ENTRIES) return refuse('it holds too many files');
        if (!wanted(entry.fileName)) return file.readEntry();
        if (entry.isEncrypted()) return refuse('it is encrypted');
        file.openReadStream(entry, (cause, stream) => {
          if (cause) return refuse(cause.message);
          const chunks: Buffer[] = [];
          let bytes = 0;
          stream.on('error', (broken: Error) => refuse(broken.message));
          stream.on('data', (chunk: Buffer) => {
            bytes += chunk.length;
            if (bytes <= largest) chunks.push(chunk);
            else {
              stream.destroy();
              refuse(`a file in it is larger than ${largest} bytes`);
            }
          });
          stream.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
        });
      });
      file.readEntry();
    });
  });
}
