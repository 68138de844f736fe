/** Characters that a terminal obeys, or that no eye sees; a line's end is one of them. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** Text of other people for a terminal: on one line, and nothing in it that moves the cursor or changes colours. */
export function printable(text: string): string {
  return text.replace(/\s+/gu, ' ').replace(INVISIBLE, '\uFFFD');
}
