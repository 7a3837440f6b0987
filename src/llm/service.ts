/**
 * What the adapters of remote model services share: how their failures read, and which images they take.
 *
 * - **Service**: a model at a provider, with the names of the settings that a person would change.
 */
import { retryAfterMs } from '../core/back-off.js';
import { CarrierError, FatalError, RetryableError } from '../errors.js';
import type { Image } from './llm.js';

/** A model at a provider, and what people call its settings. */
export interface Service {
  /** The endpoint's name. */
  provider: string;
  model: string;
  /** Host and port, without credentials. */
  host: string;
  apiKey?: string;
  settings: { key?: string; model: string; url: string };
}

/**
 * @returns the key, trimmed; undefined when there is none.
 * @throws FatalError `model_refused` for a key that no HTTP header can carry: `fetch` would fail later, and
 * quote the key as it does.
 */
export function usableKey(service: Service): string | undefined {
  const key = service.apiKey?.trim();
  if (!key) return undefined;
  if (/^[\x21-\x7e]+$/.test(key)) return key;
  throw new FatalError(
    'model_refused',
    `${service.settings.key ?? 'The API key'} has characters that cannot be part of a key. Copy it again.`,
    { field: service.settings.key },
  );
}

/** @throws FatalError `config_invalid` when a setting that a model cannot do without has no value. */
export function requireSetting(endpoint: string, value: unknown, setting: string): void {
  if (value) return;
  const message = `The model "${endpoint}" needs ${setting}; set it, or take the model out of the list.`;
  throw new FatalError('config_invalid', message, { field: setting });
}

/** Media types that the common services all read; others make them reject the whole request. */
export function isReadable(image: Image): boolean {
  return /^image\/(jpeg|png|gif|webp)$/.test(image.mediaType);
}

/** Bytes as text, for services that take files so. */
export function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

/** A call's arguments as an object; what the model wrote, in a field of its own, where that is not one. */
export function argumentsObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text || '{}');
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>;
  } catch {}
  return { invalid_arguments: text };
}

/**
 * An error of a provider's SDK as one of ours. Neither message nor cause contains the key. A refusal has a `field` where
 * every request would be refused: the setting at fault.
 */
export function failureOf(service: Service, error: unknown): CarrierError {
  if (error instanceof CarrierError) return error;
  const { status, kind, code, detail, headers } = reportIn(error);
  if (status === undefined && kind === undefined) return connectionFailure(service, error);
  const { provider, settings, model } = service;
  const key = settings.key ?? settings.url;
  const said = detail ? ` It said: ${scrubbed(detail, service.apiKey)}` : '';
  const refused = (message: string, field?: string) => new FatalError('model_refused', message, { field });

  if (kind === 'insufficient_quota' || kind === 'billing_error' || status === 402)
    return refused(`The ${provider} account behind ${key} has no credit left.${said}`, key);
  if (status === 413 || kind === 'request_too_large' || isTooLong(status, `${kind} ${code} ${detail}`))
    return new FatalError(
      'prompt_too_long',
      `The prompt is longer than ${model} takes. Check ${settings.model}, and say how many tokens it reads (contextTokens).${said}`,
    );
  if (isTransient(status, kind))
    return new RetryableError(
      'model_unavailable',
      `${provider} is overloaded or failing (${status ?? kind}).${said}`,
      { retryAfterMs: askedMs(headers) },
    );
  // What a service says of a bad key quotes parts of it, so that is left out.
  if (status === 401 || /authentication|invalid_api_key/.test(kind ?? ''))
    return refused(`${provider} does not accept the key. Check ${key}.`, key);
  if (status === 403 || kind === 'permission_error')
    return refused(
      `${provider} does not let this key use ${model}. Check ${key} and ${settings.model}.${said}`,
    );
  if (status === 404 || kind === 'not_found_error')
    return refused(
      `${service.host} has no model ${model}. Check ${settings.model} and ${settings.url}.${said}`,
      settings.model,
    );
  return refused(
    `${provider} rejected the request for ${model} (${status ?? kind}). Check ${settings.model}.${said}`,
  );
}

/** A stream that ended without saying that it was complete. */
export function cutStream(service: Service): RetryableError {
  return new RetryableError(
    'model_unavailable',
    `${service.provider} at ${service.host} broke off in the middle of an answer.`,
  );
}

/** What services say of a prompt that is too long; few have a code for it. `test/llm/too-long.test.ts` has their words. */
const tooLong = new RegExp(
  [
    'context[ _-]?(length|window|size|limit)|max(imum)? context',
    'string_above_max_length|string too long',
    '(prompt|input|inputs|request|message|messages|conversation)\\b.{0,60}(is|are|was)? ?too (long|large)',
    'too (long|large)\\b.{0,40}\\b(prompt|input|conversation)|too many (input |prompt |total )?tokens',
    '(exceed|longer than|greater than|larger than|less than|above|at most|over).{0,60}\\btokens?\\b',
    '\\btokens?\\b.{0,80}(exceed|longer than|greater than|larger than|must be <)',
    '(prompt|input|model|sequence)_? ?(exceeds? )?(max(imum)?|length).{0,20}(length|limit)',
    'max(imum)? (input|prompt|model|sequence) length|range of input length|reduce the length of',
  ].join('|'),
  'i',
);

/** So many tokens in a minute are no prompt that is too long. */
const tooMuch = /rate.?limit|throttl|quota|per (second|minute|min\b|hour|day)|\b[rt]p[md]\b/i;

/** Of the answer, which a shorter prompt makes no shorter. */
const answerTooLong = /(completion|output) tokens|max_(completion_|output_)?tokens (is|value|must)/i;

function isTooLong(status: number | undefined, said: string): boolean {
  return status !== 429 && tooLong.test(said) && !tooMuch.test(said) && !answerTooLong.test(said);
}

interface Report {
  status?: number;
  kind?: string;
  code?: string;
  detail?: string;
  headers?: Headers;
}

/** Both SDKs throw an error with `status`, `headers` and the response's body in `error`; a body of text is in `message`. */
function reportIn(error: unknown): Report {
  const { status, headers, error: body, message } = Object(error) as Record<string, unknown>;
  const outer = Object(body) as Record<string, unknown>;
  const inner = outer.error instanceof Object ? (outer.error as Record<string, unknown>) : outer;
  const code = Number(inner.code);
  const said = inner.code === 'insufficient_quota' ? inner.code : (inner.type ?? inner.code);
  return {
    // OpenRouter and others send a failure inside the stream, with the HTTP status as its code.
    status: typeof status === 'number' ? status : code >= 400 && code < 600 ? code : undefined,
    kind: typeof said === 'string' || typeof said === 'number' ? String(said) : body ? 'unknown' : undefined,
    code: typeof inner.code === 'string' ? inner.code : undefined,
    detail: [inner.message, inner.detail, body, !body && status !== undefined && message].find(
      (text): text is string => typeof text === 'string' && !/^\d* ?</.test(text),
    ),
    headers: headers instanceof Headers ? headers : undefined,
  };
}

function isTransient(status: number | undefined, kind = ''): boolean {
  if (status !== undefined) return status >= 500 || [408, 409, 425, 429].includes(status);
  return !/invalid|authentication|permission|not_found|too_large|refus|content_filter/.test(kind);
}

function connectionFailure(service: Service, error: unknown): RetryableError {
  const why = causes(error).find((code) => code !== undefined);
  return new RetryableError(
    'model_unavailable',
    `Cannot reach ${service.provider} at ${service.host}${why ? ` (${why})` : ''}. ` +
      `If that is not where it is, change ${service.settings.url}.`,
    { cause: error },
  );
}

function causes(error: unknown): (string | undefined)[] {
  const chain: (string | undefined)[] = [];
  for (let e = error; e instanceof Error && chain.length < 5; e = e.cause) {
    const { code } = e as { code?: unknown };
    chain.push(typeof code === 'string' ? code : undefined);
  }
  return chain;
}

/** A shorter key stands in ordinary words, too: to replace it would spoil the text and protect nothing. */
const shortestSecret = 8;

/** What a service says may quote the key back, whole or in part. Cut last: a key across the cut would show its beginning. */
function scrubbed(text: string, apiKey = ''): string {
  const key = apiKey.trim();
  const hidden = key.length < shortestSecret ? text : text.replaceAll(key, '[redacted]');
  const clean = hidden.replace(/\bsk-[\w*.-]{3,}/g, '[redacted]');
  return clean.length > 300 ? `${clean.slice(0, 300)}…` : clean;
}

function askedMs(headers: Headers | undefined): number | undefined {
  return retryAfterMs(headers?.get('retry-after-ms'), 'ms') ?? retryAfterMs(headers?.get('retry-after'));
}
