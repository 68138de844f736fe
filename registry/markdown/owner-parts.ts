import { UserError } from '../error.ts';

/** The parts of a generated page that its owner writes, by name; what they wrote is kept as it stands. */
export type OwnerParts = ReadonlyMap<string, string>;

const MARK = /^<!-- (owner: ([a-z-]+)|end of owner) -->[ \t]*$/;

/** What stands in a part that nobody wrote. */
const TO_WRITE = '*Not written yet.*';

/** A part that the owner writes, with what it holds until they do. */
export function ownerPart(name: string, kept: OwnerParts, fallback: string | null): string {
  const written = kept.get(name);
  const text = written === undefined || written.trim() === TO_WRITE ? (fallback ?? TO_WRITE) : written;
  return `<!-- owner: ${name} -->\n${text}\n<!-- end of owner -->`;
}

/**
 * Reads what the owner wrote into a page that was generated before.
 * @throws UserError where marks are missing, so that nothing they wrote is lost.
 */
export function readOwnerParts(text: string, path: string): OwnerParts {
  const parts = new Map<string, string>();
  let open: { name: string; from: number } | null = null;
  const lines = text.split(/\r?\n/);
  for (const [index, line] of lines.entries()) {
    const found = MARK.exec(line);
    if (found === null) continue;
    const name = found[2];
    if (name === undefined) {
      if (open === null) throw unpaired(path, index, 'ends a part that was not begun');
      parts.set(open.name, lines.slice(open.from, index).join('\n'));
      open = null;
    } else {
      if (open !== null) throw unpaired(path, index, `begins the part ${name} inside the part ${open.name}`);
      if (parts.has(name)) throw unpaired(path, index, `begins the part ${name} a second time`);
      open = { name, from: index + 1 };
    }
  }
  if (open !== null) throw unpaired(path, open.from - 1, `begins the part ${open.name}, which does not end`);
  return parts;
}

function unpaired(path: string, index: number, what: string): UserError {
  return new UserError(`${path}:${index + 1}: this line ${what}`, {
    fix: 'Each part stands between a line <!-- owner: … --> and a line <!-- end of owner -->; restore the lines.',
  });
}
