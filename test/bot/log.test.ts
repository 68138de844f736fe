import { expect, it } from 'vitest';
import { createLog } from '../../bot/log.ts';

it.each([
  ['an installation token of before', `ghs_${'a'.repeat(36)}`],
  ['an installation token as it is now', 'ghs_17_eyJhbGciOiJSUzI1NiJ9.eyJhcHAiOjd9.c2lnbmF0-dXJl_x'],
  ['a fine-grained token', `github_pat_11ABC_${'d'.repeat(40)}`],
  ['a JSON web token', 'eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOjd9.c2lnbmF0dXJl'],
])('S18 shows nothing of %s, wherever it stands', (_, token) => {
  const lines: string[] = [];
  const log = createLog('info', [], { write: (line: string) => void lines.push(line) });
  log.info({ reason: `with ${token}`, err: new Error(`not ${token}: no`) }, `took ${token} along`);
  const parts = token.split(/[._-]/).filter(({ length }) => length > 4);
  for (const part of parts.filter((one) => one !== 'github')) expect(lines.join('')).not.toContain(part);
  expect(JSON.parse(lines.join(''))).toMatchObject({ msg: expect.stringContaining('***') });
});
