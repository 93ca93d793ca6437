/** A mistake in how wslog was asked: the message is one sentence for the user, the exit code is 2. */
export class UsageError extends Error {
  override name = 'UsageError';
}
