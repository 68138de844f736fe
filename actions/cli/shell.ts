/** A command for the person in front, with its words as a shell takes them. */
export function shellCommand(...words: readonly string[]): string {
  return words.map((word) => (/^[\w./:@%+=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(' ');
}
