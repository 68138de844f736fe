import { createWriteStream } from 'node:fs';
import { UserError } from '#registry/error.ts';
import { readFrames, writeFrame } from './frame.ts';
import { dieWithParent } from './watchdog.ts';

/** Sends one answer that isn't the last of its request. */
export type Send = (head: Record<string, unknown>, body?: Uint8Array) => Promise<void>;

/**
 * The child's side: answers requests from standard input on descriptor 3, one after the other, and ends when the parent
 * closes the pipe or is gone. `answer` returns the closing head (and body) of a request.
 */
export async function serve(
  answer: (request: unknown, send: Send) => Promise<{ head?: Record<string, unknown>; body?: Uint8Array }>,
): Promise<void> {
  dieWithParent();
  const output = createWriteStream('', { fd: 3 });
  const send: Send = (head, body) => writeFrame(output, { ...head, kind: 'part' }, body);
  for await (const request of readFrames(process.stdin)) {
    try {
      const { head = {}, body } = await answer(request.head, send);
      await writeFrame(output, { ...head, kind: 'done' }, body);
    } catch (error) {
      await writeFrame(output, describe(error));
    }
  }
  process.exit(0);
}

function describe(error: unknown): Record<string, unknown> {
  if (error instanceof UserError) return { kind: 'user_error', message: error.message, fix: error.fix };
  if (error instanceof Error) return { kind: 'bug', message: error.message, stack: error.stack };
  return { kind: 'bug', message: String(error) };
}
