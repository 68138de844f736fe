/**
 * The one class of error that is the user's to mend. Anything else that is thrown is a bug of ours and keeps its
 * stack.
 *
 * `message` says in one sentence what is wrong and where (file, line, column name, row); `fix` says what to do about it.
 */
export class UserError extends Error {
  override readonly name = 'UserError';
  readonly fix: string;

  constructor(message: string, options: { fix: string; cause?: unknown }) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.fix = options.fix;
  }
}
