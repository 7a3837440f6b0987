/** Reads request bodies: JSON here, multipart through `upload.ts`. */
import type { IncomingMessage } from 'node:http';
import { FatalError, type HubRequest, type InFlight, tokenOwner } from '../../src/extension-api.js';

const aMessage = '{"text": "Hello", "userId": "alice"}';

export type BodyKind = 'json' | 'multipart';

/** @throws FatalError `content_type_unsupported` */
export function bodyKind({ headers }: IncomingMessage): BodyKind {
  const [type = '', ...parameters] = (headers['content-type'] ?? '').toLowerCase().split(';');
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding.toLowerCase() !== 'identity')
    throw unsupported(`Content-Encoding "${encoding}" is not understood`);
  if (type.trim() === 'multipart/form-data') return 'multipart';
  if (type.trim() !== 'application/json')
    throw unsupported(`Content-Type "${type.trim()}" is not understood`);
  const charset = /^\s*charset\s*=\s*"?([^"\s]*)/.exec(
    parameters.find((p) => p.includes('charset')) ?? '',
  )?.[1];
  if (charset !== undefined && charset !== 'utf-8' && charset !== 'utf8')
    throw unsupported(`The charset "${charset}" is not understood`);
  return 'json';
}

function unsupported(problem: string): FatalError {
  return new FatalError(
    'content_type_unsupported',
    `${problem}. Send application/json in UTF-8, or multipart/form-data with files, both uncompressed.`,
  );
}

/**
 * @param example of a body, for whoever sent something else
 * @throws FatalError `invalid_json`, `body_too_large`
 */
export async function readJson(req: IncomingMessage, maxBytes: number, example = aMessage): Promise<unknown> {
  const bytes = await readBytes(req, maxBytes);
  try {
    return JSON.parse(utf8.decode(bytes));
  } catch (cause) {
    const problem =
      bytes.length === 0 ? 'The body is empty' : `The body is not JSON: ${(cause as Error).message}`;
    throw new FatalError('invalid_json', `${problem}. Expected ${example}.`, { cause });
  }
}

/**
 * The same, and its bytes count among those that its owner has in memory at once.
 *
 * @param owner absent: whose token it is
 * @throws FatalError also `content_type_unsupported`; RetryableError `uploads_full`
 */
export async function readCountedJson(
  req: IncomingMessage,
  bodies: InFlight,
  maxBytes: number,
  example = aMessage,
  owner = tokenOwner(req as HubRequest),
): Promise<unknown> {
  if (bodyKind(req) !== 'json')
    throw new FatalError('content_type_unsupported', 'Send the body as application/json.');
  const said = Number(req.headers['content-length'] ?? maxBytes);
  const release = bodies.take(owner, Math.min(said, maxBytes));
  try {
    return await readJson(req, maxBytes, example);
  } finally {
    release();
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** @throws FatalError `body_too_large`, `invalid_json` when it ends early. */
export function readBytes(req: IncomingMessage, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const tooLarge = () => reject(bodyTooLarge(maxBytes));
    if (Number(req.headers['content-length']) > maxBytes) return tooLarge();
    const chunks: Buffer[] = [];
    let size = 0;
    req.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBytes) {
        chunks.length = 0;
        tooLarge();
      } else chunks.push(chunk);
    });
    req.on('end', () => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)));
    req.on('error', () => reject(new FatalError('invalid_json', 'The body ended early.')));
  });
}

export function bodyTooLarge(maxBytes: number): FatalError {
  return new FatalError(
    'body_too_large',
    `The body is larger than ${maxBytes} bytes (CARRIER_MAX_BODY_BYTES). Send long texts as a file.`,
  );
}
