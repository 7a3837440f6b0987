import { asCarrierError } from '../errors.js';

/** What a person reads when their turn has failed for good. Why, the log and the turn say. */
export function apologyFor(error: unknown): string {
  const { code } = asCarrierError(error);
  if (code === 'model_unavailable' || code === 'model_timeout')
    return 'Sorry, the language model could not be reached, so I could not answer. Please try again later.';
  if (code === 'model_refused')
    return 'Sorry, the language model refuses to work for me, so I could not answer. Whoever runs me can see why.';
  return 'Sorry, something went wrong on my side and I could not answer. Please try again.';
}
