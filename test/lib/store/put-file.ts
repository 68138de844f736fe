/** Puts a file into a store: a process of its own, so that a test can kill it. Arguments: the store's uri, its endpoint
 * (empty for none), the file. */
import { openStore } from '#lib/store/open.ts';

const [uri = '', endpoint = '', path = ''] = process.argv.slice(2);
const signal = new AbortController().signal;
const store = await openStore(
  { uri, ...(endpoint === '' ? {} : { endpoint }) },
  { root: '.', env: process.env, signal },
);
const receipt = await store.put(path);
process.stdout.write(JSON.stringify(receipt));
