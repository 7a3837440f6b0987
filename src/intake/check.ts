import { InboundMessage } from '../core/inbound.js';
import { FatalError } from '../errors.js';
import { problemsOf, problemText, sentence } from '../problems.js';
import type { Checked } from './gate.js';

/** @throws FatalError `invalid_field` with all that is wrong with it. */
export function check(inbound: InboundMessage): Checked {
  const parsed = InboundMessage.safeParse(inbound);
  if (parsed.success) return parsed.data;
  const problems = problemsOf(parsed.error, InboundMessage);
  throw new FatalError('invalid_field', sentence(problemText(problems)), { field: problems[0]?.field });
}
