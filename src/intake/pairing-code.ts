import { FatalError } from '../errors.js';

export function unknownCode(): FatalError {
  return new FatalError(
    'pairing_unknown',
    'No such code. It may have been used, or be too old: one for a person is valid for an hour, one for a place for a day.',
    { field: 'code' },
  );
}
