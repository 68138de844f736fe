import { UserError } from '#registry/error.ts';
import { openText, unpackError } from './packed.ts';

export interface CsvHeader {
  /** The names in the order of the file. */
  names: string[];
  delimiter: string;
}

const LONGEST = 1_000_000;

/** The first line of a text file (`.gz` and `.zst` are unpacked), without its line end; quoted line ends don't end it. */
export async function firstLine(file: string): Promise<string> {
  const stream = openText(file);
  const parts: Buffer[] = [];
  let length = 0;
  let quoted = false;
  try {
    for await (const part of stream) {
      if (!Buffer.isBuffer(part)) continue;
      for (let i = 0; i < part.length; i++) {
        if (part[i] === 0x22) quoted = !quoted;
        if (part[i] !== 0x0a || quoted) continue;
        parts.push(part.subarray(0, i));
        return text(parts);
      }
      parts.push(part);
      length += part.length;
      if (length > LONGEST) {
        throw new UserError(`the first line of ${file} is longer than a megabyte`, {
          fix: 'Is it a CSV file with a header?',
        });
      }
    }
  } catch (error) {
    throw error instanceof UserError ? error : unpackError(file, error);
  } finally {
    stream.destroy();
  }
  return text(parts);
}

function text(parts: Buffer[]): string {
  return Buffer.concat(parts)
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .replace(/\r$/, '');
}

// Objects are made from column names further on, in programs that aren't ours too: these would change the object itself.
const REFUSED = new Set(['__proto__', 'constructor', 'prototype']);

/** The header of a CSV file, or the user's error where a name is empty, given twice or unsafe. */
export async function readCsvHeader(file: string): Promise<CsvHeader> {
  const line = await firstLine(file);
  if (line.trim() === '')
    throw new UserError(`the data file ${file} is empty`, { fix: 'A CSV file starts with a header.' });
  const delimiter = mostFields(line);
  const names = splitLine(line, delimiter);
  const seen = new Set<string>();
  for (const [index, name] of names.entries()) {
    const where = `column ${index + 1} of the header of ${file}`;
    if (name.trim() === '') throw new UserError(`${where} has no name`, { fix: 'Give every column a name.' });
    if (REFUSED.has(name)) {
      throw new UserError(`${where} is called ${name}, which is refused`, { fix: 'Rename the column.' });
    }
    // DuckDB, as SQL, does not tell upper from lower case in names.
    if (seen.has(name.toLowerCase())) {
      throw new UserError(`${where} is called ${name}, as another column is`, {
        fix: 'Give every column its own name.',
      });
    }
    seen.add(name.toLowerCase());
  }
  return { names, delimiter };
}

/** One CSV line as RFC 4180 has it: fields may be quoted, and a quote inside is written twice. */
function splitLine(line: string, delimiter: string): string[] {
  const fields: string[] = [];
  let field = '';
  let quoted = false;
  for (let i = 0; i < line.length; i++) {
    const character = line[i];
    if (character === '"') {
      if (quoted && line[i + 1] === '"') {
        field += '"';
        i++;
      } else quoted = !quoted;
    } else if (character === delimiter && !quoted) {
      fields.push(field);
      field = '';
    } else field += character;
  }
  fields.push(field);
  return fields;
}

/** Of the usual delimiters, the one that makes the most columns; the comma where there is but one. */
function mostFields(line: string): string {
  let best = ',';
  for (const delimiter of ['\t', ';', '|']) {
    if (splitLine(line, delimiter).length > splitLine(line, best).length) best = delimiter;
  }
  return best;
}
