import { pathToFileURL } from 'node:url';
import { keepCompiledCode } from '../compile-cache.ts';

// What every child process starts with: it loads the module that it was started for.
keepCompiledCode();
const [entry] = process.argv.splice(2, 1);
await import(pathToFileURL(entry).href);
