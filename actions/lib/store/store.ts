/** What a store holds under a key. */
export interface StoredObject {
  /** sha256 of its bytes. */
  key: string;
  bytes: number;
}

/** The proof that an object is there: it was read back after it was written, and had this digest. */
export interface Receipt extends StoredObject {
  /** Whether it was there before. */
  existed: boolean;
}

/** How far a long transfer is. */
export type OnBytes = (done: number, total: number) => void;

/**
 * A place that keeps bytes by their sha256. An object never changes: it is written once, and checked on every read.
 * Every method rejects with a UserError for what the user can mend (credentials, a missing bucket, a full disk), and
 * with the signal's reason when it is aborted; nothing half-written is left under a key.
 */
export interface Store {
  /** As settings name it: `file:…` or `s3://…`; with `/<digest>` behind it, the uri of an object. */
  uri: string;
  /** What is known of an object without reading it; null where it isn't there. */
  stat(key: string): Promise<StoredObject | null>;
  /** Writes a file under the sha256 of its bytes, unless it is there; reads it back and checks it either way. */
  put(path: string, options?: { onBytes?: OnBytes }): Promise<Receipt>;
  /** Writes an object to a file that appears when it is complete and its sha256 is right. */
  get(key: string, path: string, options?: { onBytes?: OnBytes }): Promise<StoredObject>;
  /** Every object, in no order. */
  list(): AsyncIterable<StoredObject & { modified: Date }>;
  remove(key: string): Promise<void>;
  /** Removes what interrupted uploads left, older than a day. @returns how many. */
  sweep(): Promise<number>;
}
