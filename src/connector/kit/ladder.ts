/**
 * A ladder: the forms in which one message can be sent, best first. What a platform refuses as it was rendered may be
 * taken without its reference, without its buttons, as plain text; the words must arrive.
 */
import { FatalError } from '../../errors.js';

/** One form of a message. */
export interface Rung<T> {
  /** What is given up in it, for the log: `without buttons`. */
  name: string;
  send(): Promise<T>;
}

/**
 * Sends the best form that the platform takes. Only what it refuses for good (`delivery_failed`, fatal) leads to the
 * next form; what may pass is thrown at once, so that the same form is tried again later.
 * @param rungs best first; at least one.
 * @param refused told of each refusal, with the form that is tried next; undefined: none is left.
 * @throws the last refusal when every form was refused; anything else at once.
 */
export async function descend<T>(
  rungs: readonly Rung<T>[],
  refused: (error: FatalError, rung: Rung<T>, next: Rung<T> | undefined) => void,
): Promise<T> {
  for (const [index, rung] of rungs.entries()) {
    try {
      return await rung.send();
    } catch (error) {
      if (!(error instanceof FatalError) || error.code !== 'delivery_failed') throw error;
      const next = rungs[index + 1];
      refused(error, rung, next);
      if (!next) throw error;
    }
  }
  throw new FatalError('internal', 'There was no form in which the message could be sent.');
}
