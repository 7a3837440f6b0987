/** What a post says: JSON, or a form with fields or with JSON in its field `payload`. */
import type { IncomingMessage } from 'node:http';
import { FatalError } from '../../src/extension-api.js';

export type BodyKind = 'json' | 'form';

/** @throws FatalError `content_type_unsupported` */
export function bodyKind({ headers }: IncomingMessage): BodyKind {
  const encoding = headers['content-encoding'] ?? 'identity';
  const [type = ''] = (headers['content-type'] ?? '').toLowerCase().split(';');
  if (encoding.toLowerCase() === 'identity') {
    if (/^application\/(json|[\w.-]+\+json)$/.test(type.trim())) return 'json';
    if (type.trim() === 'application/x-www-form-urlencoded') return 'form';
  }
  throw new FatalError(
    'content_type_unsupported',
    'Send application/json or application/x-www-form-urlencoded, uncompressed.',
  );
}

/** @throws FatalError `invalid_json` */
export function payloadOf(kind: BodyKind, body: Buffer): object {
  if (kind === 'json') return parsed(textOf(body));
  const form = Object.fromEntries(new URLSearchParams(textOf(body)));
  return Object.keys(form).length === 1 && form.payload !== undefined ? parsed(form.payload) : form;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function textOf(body: Buffer): string {
  try {
    return utf8.decode(body);
  } catch (cause) {
    throw new FatalError('invalid_json', 'The body is not UTF-8.', { cause });
  }
}

function parsed(text: string): object {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    // What the parser says quotes the body.
    throw new FatalError('invalid_json', 'The body is not JSON.', { cause });
  }
  if (typeof value === 'object' && value !== null) return value;
  throw new FatalError('invalid_json', 'The body is JSON, but no object and no list.');
}
