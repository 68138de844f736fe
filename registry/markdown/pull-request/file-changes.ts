import { isLockFile } from '../../lock-file.ts';
import { named } from './named.ts';

/** A file that differs between the base and the head of a pull request. */
export interface ChangedFile {
  path: string;
  status: 'added' | 'removed' | 'modified' | 'renamed' | 'other';
}

/**
 * What the files of a pull request change of a model besides what is read and compared: the SQL of its fitted tables, its
 * training program, and what pins the program's packages. Lines of Markdown.
 */
export function fileChanges(model: string, features: string, files: readonly ChangedFile[] | null): string[] {
  if (files === null) return ['GitHub did not list all files: the training program may change too.'];
  const folder = `models/${model}/`;
  const told = ['model.yaml', 'data.lock.yaml', features];
  const inside = files.flatMap(({ path, status }) =>
    path.startsWith(folder) && !told.includes(path.slice(folder.length))
      ? [{ name: path.slice(folder.length), status }]
      : [],
  );
  const isState = ({ name }: Named) => /^state\/[^/]+\.sql$/.test(name);
  const isPinned = ({ name }: Named) => isLockFile(name);
  // Training looks for them in the model's folder and above it.
  const above = files.flatMap(({ path, status }) => {
    const name = path.replace(/^models\//, '');
    return isLockFile(name) ? [{ name: path, status }] : [];
  });
  const program = inside.filter((file) => !isState(file) && !isPinned(file) && !file.name.endsWith('.md'));
  const others = files.filter(({ path }) => !/^(models|registry)\/|^tiltyard\.yaml$/.test(path) && !isLockFile(path));
  return [
    ...line('Fitted tables', inside.filter(isState)),
    ...line('Training program', program),
    ...line('Pinned packages', [...above, ...inside.filter(isPinned)]),
    ...(files.some(({ path }) => path === 'tiltyard.yaml') ? ['`tiltyard.yaml` changes: the base’s decides.'] : []),
    ...(others.length === 0
      ? []
      : [
          `Outside of \`models/\`, which training may read: ${statuses(others.map(({ path, status }) => ({ name: path, status })))}.`,
        ]),
  ];
}

interface Named {
  name: string;
  status: ChangedFile['status'];
}

const VERBS = { added: 'adds', removed: 'removes', modified: 'changes', renamed: 'adds', other: 'changes' };

function line(what: string, files: readonly Named[]): string[] {
  return files.length === 0 ? [] : [`${what}: ${statuses(files)}.`];
}

function statuses(files: readonly Named[]): string {
  const byVerb = Map.groupBy(files, ({ status }) => VERBS[status]);
  const parts = [...byVerb].map(
    ([verb, some]) =>
      `${verb} ${named(
        some.map(({ name }) => name),
        6,
      )}`,
  );
  return parts.join('; ');
}
