/**
 * Every error the hub shows anyone has a code from this table; `test/errors.test.ts` holds the list of docs/http-api.md
 * against it. Whether trying again can help is the class: `RetryableError` or `FatalError`.
 */
export const errorCodes = {
  invalid_request: { status: 400, meaning: 'The request is not valid HTTP.' },
  headers_too_large: { status: 431, meaning: 'The request line or its headers are longer than 16 KB.' },
  request_timeout: { status: 408, meaning: 'The request did not arrive in time.' },
  invalid_json: { status: 400, meaning: 'The request body is not JSON.' },
  invalid_upload: {
    status: 400,
    meaning: 'The multipart body is malformed or has parts that are not expected.',
  },
  token_missing: { status: 401, meaning: 'The request carries no bearer token.' },
  token_invalid: { status: 401, meaning: 'The bearer token is not one the hub knows, or has expired.' },
  token_revoked: {
    status: 401,
    meaning: 'The bearer token was revoked, or expired, while the request was open.',
  },
  permission_denied: { status: 403, meaning: 'Whoever asks may not do this, or not there.' },
  not_allowed: { status: 403, meaning: 'The agent does not talk to this person, or not in this place.' },
  groups_unknown: {
    status: 503,
    meaning: 'The platform cannot be asked which groups somebody is in: what those would allow, is not.',
  },
  agent_unknown: { status: 404, meaning: 'No agent of that id runs, or is defined.' },
  pairing_unknown: {
    status: 404,
    meaning: 'No such pairing code or pairing; codes are valid for an hour, those of places for a day.',
  },
  not_found: { status: 404, meaning: 'No such route, or nothing of that id or name.' },
  link_unknown: {
    status: 404,
    meaning: 'No such linking code or question; they are valid for ten minutes, and a code once.',
  },
  link_refused: { status: 409, meaning: 'The accounts cannot be linked, or not by whoever asks.' },
  conflict: {
    status: 409,
    meaning: 'Somebody else has changed it since it was read, or there is one of that name.',
  },
  version_conflict: {
    status: 412,
    meaning: 'It has another version than the one that was read: read it again, and change that.',
  },
  version_missing: {
    status: 428,
    meaning: 'What would be replaced must be named by its version, as If-Match or `version`.',
  },
  secret_missing: { status: 400, meaning: 'The mask of a secret was sent where no secret is kept.' },
  tests_failed: { status: 422, meaning: 'The agent asks for tests to pass first, and some have failed.' },
  method_not_allowed: { status: 405, meaning: 'The route exists, but not with this method.' },
  text_too_long: { status: 413, meaning: 'The text is longer than CARRIER_MAX_TEXT_CHARS.' },
  body_too_large: { status: 413, meaning: 'The body or a file is larger than its limit.' },
  quota_exceeded: { status: 413, meaning: 'The files of this person or place fill what is kept for them.' },
  content_type_unsupported: { status: 415, meaning: 'The body is neither JSON nor multipart form data.' },
  invalid_field: { status: 422, meaning: 'A field is missing or has a wrong type or value.' },
  text_empty: { status: 422, meaning: 'The message has neither text nor a file.' },
  approval_settled: { status: 409, meaning: 'The approval was decided otherwise, or is over.' },
  turn_settled: { status: 409, meaning: 'The turn waits for no decision, or was decided otherwise.' },
  button_invalid: { status: 410, meaning: 'The button was forged, has expired or was pressed before.' },
  button_stays: {
    status: 409,
    meaning: 'The press was taken, and the button stays: the message says what came of it.',
  },
  callback_refused: {
    status: 422,
    meaning: 'The callback URL points to a private address or is not HTTP(S).',
  },
  overloaded: { status: 429, meaning: 'Too many conversations wait for their turn; come back later.' },
  uploads_full: {
    status: 503,
    meaning: 'Uploads or bodies fill the memory that is set aside for them; come back in a few seconds.',
  },
  rate_limited: {
    status: 429,
    meaning: 'Messages or requests come faster than they are taken, or too many are open; wait a little.',
  },
  budget_spent: { status: 429, meaning: 'What models may cost today is used up.' },
  paused: {
    status: 503,
    meaning: 'An operator has paused the agent, the place or the person; come back later.',
  },
  turn_failed: {
    status: 502,
    meaning: 'The turn failed for good; the messages it covered are marked failed.',
  },
  turn_crashed: { status: 502, meaning: 'The hub ended several times while it took this turn.' },
  model_unavailable: { status: 503, meaning: 'The language model cannot be reached or is overloaded.' },
  model_refused: { status: 502, meaning: 'The language model rejected the request or the key.' },
  prompt_too_long: { status: 502, meaning: 'The prompt is longer than the language model takes.' },
  model_timeout: { status: 504, meaning: 'The language model did not finish in time.' },
  reply_timeout: {
    status: 504,
    meaning: 'No reply in time; the message is stored and will still be answered.',
  },
  delivery_failed: { status: 502, meaning: 'The platform did not take the reply.' },
  issuer_unavailable: {
    status: 503,
    meaning: 'The keys of the identity provider that JWTs are checked with cannot be read.',
  },
  store_unavailable: { status: 503, meaning: 'The store cannot be read or written.' },
  store_locked: { status: 503, meaning: 'Another hub holds this data folder.' },
  shutting_down: { status: 503, meaning: 'The hub is stopping and takes no new work.' },
  config_invalid: { status: 500, meaning: 'A setting has a value that cannot be used.' },
  sealed_unreadable: {
    status: 500,
    meaning: 'Stored data is encrypted under a key that is not here, or was altered where it lies.',
  },
  plugin_invalid: { status: 500, meaning: 'A plugin cannot be loaded or does not have the shape of one.' },
  plugin_failed: { status: 503, meaning: 'A plugin that must see the message cannot be used now.' },
  internal: { status: 500, meaning: 'A fault in the hub itself; the log has the details.' },
} as const satisfies Record<string, { status: number; meaning: string }>;

/** A code of the table above. */
export type ErrorCode = keyof typeof errorCodes;

/** Codes by which a turn that failed is known to whoever asked; the others are one to them. */
const codesOfTurns: readonly string[] = [
  'model_unavailable',
  'model_refused',
  'model_timeout',
  'turn_crashed',
  'paused',
] satisfies ErrorCode[];

/** What a turn that failed with this code is to whoever asked. */
export function turnFailureCode(code: string): ErrorCode {
  return codesOfTurns.includes(code) ? (code as ErrorCode) : 'turn_failed';
}

export interface ErrorDetails {
  /** The request field, setting or file at fault, when there is one. */
  field?: string;
  cause?: unknown;
}

/**
 * Marks our errors. A symbol that every copy of this package shares: an extension
 * may bring a copy of its own, whose classes are not ours, so `instanceof` asks for the mark.
 */
const brand = Symbol.for('carrier.error');

function isBranded(value: unknown, retryable?: boolean): boolean {
  if (!(value instanceof Error) || !(brand in value)) return false;
  return retryable === undefined || (value as { retryable?: unknown }).retryable === retryable;
}

/** The base of both classes below; throw one of those. `message` names the fix where there is one. */
export abstract class CarrierError extends Error {
  abstract readonly retryable: boolean;
  readonly code: ErrorCode;
  readonly field: string | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.code = code;
    this.field = details.field;
    Object.defineProperty(this, brand, { value: true });
  }

  /** HTTP status of the code. */
  get status(): number {
    return errorCodes[this.code].status;
  }
}

/** The same call may succeed later: a timeout, an overload, a lost connection. */
export class RetryableError extends CarrierError {
  readonly retryable = true;
  /** How long the other side asked us to wait, in ms; undefined means it did not say. */
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails & { retryAfterMs?: number } = {}) {
    super(code, message, details);
    this.retryAfterMs = details.retryAfterMs;
  }
}

/** The same call will fail again until something is changed. */
export class FatalError extends CarrierError {
  readonly retryable = false;
}

/** By the mark for our own classes; whoever extends one of them means that class, and no other error of ours. */
for (const [own, retryable] of [[CarrierError], [RetryableError, true], [FatalError, false]] as const)
  Object.defineProperty(own, Symbol.hasInstance, {
    value(this: object, error: unknown): boolean {
      if (this === own) return isBranded(error, retryable);
      return Function.prototype[Symbol.hasInstance].call(this, error);
    },
  });

/** Errors of unknown make are taken as retryable: giving up early loses work, an extra try does not. */
export function isRetryable(error: unknown): boolean {
  return error instanceof CarrierError ? error.retryable : true;
}

/** Any thrown value as a `CarrierError`; an unknown one becomes a retryable `internal`. */
export function asCarrierError(error: unknown): CarrierError {
  if (error instanceof CarrierError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new RetryableError('internal', message, { cause: error });
}
