/** What a store holds under a key. */
export interface StoredObject {
  /** sha256 of its bytes. */
  key: string;
  bytes: number;
}

/** An object in a store, and when it was written. */
export interface ListedObject extends StoredObject {
  modified: Date;
}

/** The proof that an object is there: it was read back, and had this digest. */
export interface Receipt extends StoredObject {
  /** Whether it was there before, written by somebody else. */
  existed: boolean;
  /** Whether other bytes lay under its key, which were replaced: somebody should find out why. */
  repaired: boolean;
}

/** How far a long transfer is, in bytes. */
export type OnBytes = (done: number, total: number) => void;

/** What reading an object shows: its bytes have the sha256 that is its key, they have another, or there are none. */
export type Condition = 'intact' | 'damaged' | 'missing';

/**
 * A place that keeps bytes by their sha256. An object never changes: it is written once, and checked on every read.
 * Every method rejects with a UserError for what the user can mend (credentials, a missing bucket, a full disk), and
 * with the signal's reason when it is aborted; nothing half-written is ever seen under a key.
 */
export interface Store {
  /** As settings name it: `file:…` or `s3://…`; with `/<digest>` behind it, the uri of an object. */
  uri: string;
  /** What is known of an object without reading it; null where it isn't there. */
  stat(key: string): Promise<ListedObject | null>;
  /** Reads an object, and keeps nothing of it. */
  verify(key: string): Promise<Condition>;
  /**
   * Writes a file under the sha256 of its bytes, unless it is there, and reads it back. Where the key holds other bytes
   * they are replaced, and the receipt says so. Progress counts what is sent and what is read back.
   */
  put(path: string, options?: { onBytes?: OnBytes }): Promise<Receipt>;
  /** Writes an object to a file that appears when it is complete and its sha256 is right. */
  get(key: string, path: string, options?: { onBytes?: OnBytes }): Promise<StoredObject>;
  /** Every object, in no order. */
  list(): AsyncIterable<ListedObject>;
  remove(key: string): Promise<void>;
  /** Removes what uploads left that were interrupted before a moment. @returns how many. */
  sweep(before: Date): Promise<number>;
}

/** A file whose digest is known. */
export interface DigestedFile extends StoredObject {
  path: string;
}

/** A place that keeps bytes under keys and does not look at them. `checkedStore` makes a store of it. */
export interface Backend extends Pick<Store, 'uri' | 'stat' | 'list' | 'remove' | 'sweep'> {
  /** The bytes under a key, in pieces; null where it isn't there. */
  read(key: string): Promise<AsyncIterable<Uint8Array> | null>;
  /**
   * Makes the whole file appear under its key at once: over what is there where `replace` says so, else only where
   * nothing is. @returns whether it did.
   */
  write(file: DigestedFile, options: { replace: boolean; onBytes: (done: number) => void }): Promise<boolean>;
  /** Makes an object as new as if it were written now, so that a clean-up under way leaves it. */
  touch(object: ListedObject): Promise<void>;
}
