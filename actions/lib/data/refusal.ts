import { UserError } from '#registry/error.ts';
import type { Format } from './files.ts';

const DAMAGED =
  /No magic bytes|too small to be a Parquet|Failed to read file|TProtocolException|decompression|Unexpected end|Invalid thrift|corrupt|footer|ZSTD|gzip|GZIP|miniz/i;

/** What DuckDB said about a data file as the user's error; anything that isn't about the data comes back as it was. */
export function asDataError(error: unknown, data: { uri: string; format: Format }): unknown {
  if (error instanceof UserError || !(error instanceof Error)) return error;
  const message = error.message;
  const options = (fix: string) => ({ fix, cause: error });
  if (/CSV Error on Line/.test(message)) return csvError(message, error);
  const malformed = /Malformed JSON in file "(.*)", at byte (\d+) in line (\d+): (.*)/.exec(message);
  if (malformed) {
    return new UserError(
      `${malformed[1]}, line ${malformed[3]}: not JSON at byte ${malformed[2]} (${malformed[4].trim()})`,
      options('Write one JSON object a line.'),
    );
  }
  const json = /JSON transform error in file "(.*)", in line (\d+): (.*)/.exec(message);
  if (json) {
    return new UserError(
      `${json[1]}, line ${json[2]}: ${cut(json[3])}`,
      options('Mend the value, or the type that model.yaml declares under data.schema.'),
    );
  }
  if (DAMAGED.test(message) && /^(Invalid|IO|Serialization|Not implemented)/i.test(message)) {
    return new UserError(
      `the data ${data.uri} can't be read: ${cut(message.split('\n')[0])}`,
      options(`A ${data.format} file looks damaged or truncated; copy or make it again.`),
    );
  }
  if (/^(Conversion|Invalid Input|IO) Error/.test(message)) {
    return new UserError(
      `the data ${data.uri} can't be read as declared: ${cut(message.split('\n')[0])}`,
      options('Mend the data, or the types that model.yaml declares under data.schema.'),
    );
  }
  return error;
}

function csvError(message: string, cause: Error): UserError {
  const line = /CSV Error on Line: (\d+)/.exec(message)?.[1];
  const file = /^\s*file = (.*)$/m.exec(message)?.[1];
  const where = `${file}, line ${line}`;
  const value = /Error when converting column "(.*)"\. Could not convert string "([\s\S]*)" to '(.*)'/.exec(message);
  if (value) {
    return new UserError(
      `${where}: column ${value[1]} holds ${JSON.stringify(cut(value[2]))}, which is no ${value[3]}`,
      {
        fix: 'Mend the value, or the type that model.yaml declares under data.schema.',
        cause,
      },
    );
  }
  const columns = /Expected Number of Columns: (\d+) Found: (\d+)/.exec(message);
  if (columns) {
    return new UserError(`${where}: ${columns[2]} values where the header has ${columns[1]} columns`, {
      fix: 'Give each row a value for every column; quote values that hold the delimiter.',
      cause,
    });
  }
  // The line itself is quoted first, and may have line ends in it; DuckDB's finding begins like one of these.
  const said = /^(Value with|Maximum|Invalid (?!Input Error)|The |Unterminated)[^\n]*/m.exec(message)?.[0];
  return new UserError(`${where}: ${cut(said ?? 'not CSV')}`, { fix: 'Write the file as RFC 4180 has it.', cause });
}

function cut(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
