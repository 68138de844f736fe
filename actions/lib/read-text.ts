import { readFile } from 'node:fs/promises';
import { UserError } from '#registry/error.ts';

/** In UTF-8, and only there: other bytes would be written back as something else. A byte order mark stays. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The text of a document that need not be there; null only where it really isn't. One that can't be read is no document
 * without entries: what it forbids would be allowed then.
 * @param named What errors call it.
 * @throws UserError for a file that is there and can't be read, and for one that is no text.
 */
export async function readTextIfThere(path: string, named: string): Promise<string | null> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    const code = cause instanceof Error && 'code' in cause ? cause.code : null;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    const why = code === 'EISDIR' ? 'it is a folder' : cause instanceof Error ? cause.message : String(cause);
    throw new UserError(`${named} can't be read: ${why}`, { fix: 'Restore the file, or its permissions.', cause });
  });
  if (bytes === null) return null;
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw new UserError(`${named} is no text in UTF-8`, { fix: 'Save it in UTF-8, or restore it from git.', cause });
  }
}
