import type { StoreSettings } from '#registry/settings.ts';
import type { World } from '../world.ts';
import { checkedStore } from './checked.ts';
import { folderBackend } from './file.ts';
import type { Store } from './store.ts';

/** What a store needs of the outside. */
export interface StoreOptions extends Pick<World, 'env' | 'signal'> {
  /** Root of the user's repository. */
  root: string;
}

/** The store that settings name. Nothing is asked of it yet: a store in a folder need not be there before the first write. */
export async function openStore(settings: StoreSettings, options: StoreOptions): Promise<Store> {
  const uri = settings.uri.replace(/\/+$/, '');
  if (uri.startsWith('s3://')) {
    // The SDK takes a while to load, and many commands need no store.
    const { s3Backend } = await import('./s3.ts');
    return checkedStore(s3Backend({ ...settings, uri }, options), options.signal);
  }
  return checkedStore(folderBackend(uri, options.root, options.signal), options.signal);
}
