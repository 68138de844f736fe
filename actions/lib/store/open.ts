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
  return checkedStore(folderBackend(uri, options.root, options.signal), options.signal);
}
