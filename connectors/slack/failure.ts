/** What Slack's SDK throws, as the hub's errors: whether trying again can help, and what to change if not. */
import { CarrierError, FatalError, RetryableError, retryAfterMs } from '../../src/extension-api.js';
import { scrub } from './scrub.js';

/** The SDK's errors, told apart by `code` so that it need not be loaded. */
interface SdkError extends Error {
  code?: string;
  /** Of a refused call. */
  data?: { error?: string; needed?: string };
  /** Seconds. */
  retryAfter?: number;
  statusCode?: number;
  headers?: Record<string, string>;
}

/** Refusals that pass by themselves. */
const passing = new Set([
  'ratelimited',
  'rate_limited',
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
  'external_channel_migrating',
  'team_added_to_org',
  'streaming_state_conflict',
  'message_limit_exceeded',
  'accesslimited',
]);

/** Slack's own codes look like this; what a proxy or an edge says in Slack's place does not. */
const ownCode = /^[a-z][a-z0-9_]{1,99}$/;

const fixes: Record<string, string> = {
  not_in_channel: 'Invite the app to the channel.',
  channel_not_found: 'The channel is gone, or the app is no member of it: invite it.',
  is_archived: 'The channel is archived.',
  restricted_action: 'A workspace setting forbids posting there.',
  not_authed: 'Set the bot token.',
  invalid_auth: 'The token is wrong or was replaced: copy it anew from the app’s page.',
  token_revoked: 'The app was uninstalled: install it again.',
  account_inactive: 'The app was uninstalled: install it again.',
  not_allowed_token_type: 'That is a token of another kind: xapp- for the app, xoxb- for the bot.',
};

/** Which error Slack gave, also where it was made one of ours; null where it is none of Slack's refusals. */
export function refusalOf(error: unknown): string | null {
  const { data, cause } = (error ?? {}) as SdkError;
  const said = data?.error ?? (cause as SdkError | undefined)?.data?.error;
  return typeof said === 'string' && ownCode.test(said) ? said : null;
}

export function isTokenRefused(error: unknown): boolean {
  return ['not_authed', 'invalid_auth', 'token_revoked', 'token_expired', 'account_inactive'].includes(
    refusalOf(error) ?? '',
  );
}

export function asFailure(error: unknown, doing: string): CarrierError {
  if (error instanceof CarrierError) return error;
  const { code, data, message, retryAfter, statusCode, headers } = error as SdkError;
  // The original holds the call with all it said, which is no business of a log.
  const details = {
    cause: Object.assign(new Error(scrub(String(message))), { data: { error: data?.error } }),
  };
  const later = (problem: string, after?: string) =>
    new RetryableError('delivery_failed', `Slack, ${doing}: ${problem}`, {
      ...details,
      retryAfterMs: retryAfterMs(after),
    });
  if (code === 'slack_webapi_rate_limited_error')
    return later('too many calls.', retryAfter === undefined ? undefined : String(retryAfter));
  if (code === 'slack_webapi_platform_error') {
    const refusal = refusalOf(error);
    // A page in the place of an answer: the SDK takes it for a refusal.
    if (refusal === null) return later('the answer is none of Slack’s.');
    if (passing.has(refusal)) return later(`${refusal}.`);
    const fix =
      refusal === 'missing_scope' ? `Add the scope ${data?.needed} and reinstall the app.` : fixes[refusal];
    return new FatalError('delivery_failed', `Slack, ${doing}: ${refusal}. ${fix ?? ''}`.trim(), details);
  }
  // Whatever the status: Slack refuses with its own codes, and with status 200.
  if (code === 'slack_webapi_http_error' && statusCode !== undefined)
    return later(`status ${statusCode}.`, headers?.['retry-after']);
  return later(scrub(String(message)));
}

/** Runs a call of the SDK; what it throws comes out as one of the hub's errors. */
export async function calling<T>(doing: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw asFailure(error, doing);
  }
}
