import { type CarrierError, FatalError, turnFailureCode } from '../../errors.js';
import type { Outcome } from '../connector.js';

/** Why a message that was taken has no answer. */
export interface TurnFailure {
  error: CarrierError;
  /** Of the turn that failed or is tried again; null: none is known. */
  turnId: string | null;
  /** What was wrong, for whoever runs the program: the person is told by the error's message. */
  cause?: string;
}

/** What the person was told says it best; the turn's own error is the cause. */
export function turnFailure({ turnId, reply, error }: Outcome): TurnFailure {
  const { code = 'turn_failed', message = 'The turn failed.' } = error ?? {};
  const told = reply?.memory.content.text || message;
  return { error: new FatalError(turnFailureCode(code), told), turnId, cause: message };
}
