import { Channels, parseChannels } from './channels.ts';
import type { Digest } from './digest.ts';
import { UserError } from './error.ts';
import { applyMove, type Move, type MoveContext } from './moves.ts';
import { editList } from './yaml/edit-list.ts';
import { addEntry, entryLines, pairOf, setValue } from './yaml/edit-map.ts';
import { applySplices, CantEdit, insertion, openPage, type Page, type Splice } from './yaml/splice.ts';

const KEYS = ['champion', 'canary', 'retired', 'quarantined', 'overrides'] as const;

/**
 * The text of channels.yaml after a move. Only the entries that the move changes are touched: every other line stays
 * byte for byte, with its comments, quotes, style and line ending.
 * @param text Empty where there is no file yet.
 * @param path What errors call it.
 * @throws UserError for a text that is no legal channels.yaml, and for a move that is not legal.
 */
export function editChannels(text: string, move: Move, context: MoveContext, path: string): string {
  const isBlank = text.replaceAll(/^\uFEFF?[ \t]*(#.*)?\r?$/gm, '').trim() === '';
  const before = isBlank ? Channels.parse({}) : parseChannels(text, path).value;
  const moved = applyMove(before, move, context);
  if (moved.kind === 'refused') throw new UserError(`${path}: ${moved.reason}`, { fix: moved.fix });
  const edited = rewrite(text, before, moved.channels);
  if (edited === null || !isSame(edited, moved.channels, path)) {
    throw new UserError(`${path} is written in a form that can't be edited in place`, {
      fix: 'Write each of its keys plainly on a line of its own, as docs/registry.md shows, and commit that first.',
    });
  }
  return edited;
}

/** Null where the text has a form that was not thought of. */
function rewrite(text: string, before: Channels, after: Channels): string | null {
  const [, mark = '', body = ''] = /^(\uFEFF?)([^]*)$/.exec(text) ?? [];
  const ending = text.includes('\r\n') ? '\r\n' : '\n';
  // An open last line is closed for the edit.
  const open = body === '' || body.endsWith('\n') ? '' : ending;
  try {
    const page = openPage(body + open);
    // `{}` on a line of its own stands for nothing: what comes instead is written in block style.
    const isBare = page.root?.items.length === 0;
    const start = isBare ? openPage(page.text.replace(/^\{[ \t]*\}[ \t]*\r?\n/m, '')) : page;
    const splices = KEYS.flatMap((key) => change(start, key, before, after));
    const edited = applySplices(start.text, splices);
    return mark + edited.slice(0, edited.length - open.length);
  } catch (error) {
    if (error instanceof CantEdit) return null;
    throw error;
  }
}

function change(page: Page, key: (typeof KEYS)[number], before: Channels, after: Channels): Splice[] {
  if (JSON.stringify(before[key]) === JSON.stringify(after[key])) return [];
  const { root, text, eol } = page;
  if (root === null) {
    const lines = entryLines(key, after[key]).map((line) => line + eol);
    return [insertion(text.length, lines.join(''))];
  }
  const pair = pairOf(root, key);
  if (pair === undefined) return [addEntry(page, root, key, after[key], KEYS)];
  if (key === 'retired') return editList(page, pair, [before[key], after[key]], (version) => version);
  if (key === 'quarantined' || key === 'overrides') {
    return editList<{ digest: Digest }>(page, pair, [before[key], after[key]], ({ digest }) => digest);
  }
  return setValue(page, pair, after[key]);
}

function isSame(text: string, wanted: Channels, path: string): boolean {
  try {
    return JSON.stringify(parseChannels(text, path).value) === JSON.stringify(wanted);
  } catch (error) {
    if (error instanceof UserError) return false;
    throw error;
  }
}
