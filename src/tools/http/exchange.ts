/** One exchange with the other side: redirects, limits, and what is known of it where it breaks. */
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { pipeline } from 'node:stream';
import { createBrotliDecompress, createUnzip } from 'node:zlib';
import { checkUrl, type Guard, lookupFor, RefusedAddress } from './guard.js';
import { type HttpRequest, toolHeader } from './request.js';

export interface HttpAnswer {
  status: number;
  statusText: string;
  /** IANA media type in lower case, with nothing behind it. */
  mediaType: string;
  charset: string;
  /** As the other side says; perhaps nothing. */
  fileName: string;
  bytes: Buffer;
  /** There was more than `maxBytes`. */
  cut: boolean;
}

export interface Limits extends Guard {
  maxBytes: number;
  timeoutMs: number;
}

/** @property sent whether the other side may have begun to do what it was asked for */
export class BrokenExchange extends Error {
  readonly sent: boolean;

  constructor(message: string, sent: boolean) {
    super(message);
    this.sent = sent;
  }
}

const maxRedirects = 3;
const redirects = [301, 302, 303, 307, 308];

/** @returns `url`: where it came from in the end. @throws RefusedAddress, BrokenExchange */
export async function exchange(
  asked: HttpRequest,
  limits: Limits,
  outer: AbortSignal,
): Promise<HttpAnswer & { url: URL }> {
  const signal = AbortSignal.any([outer, AbortSignal.timeout(limits.timeoutMs)]);
  let current = asked;
  let acted = false;
  for (let hop = 0; hop <= maxRedirects; hop += 1) {
    let answer: Awaited<ReturnType<typeof once>>;
    try {
      checkUrl(current.url, limits);
      answer = await once(current, limits, signal);
      const { location, status } = answer;
      if (!redirects.includes(status) || location === undefined) return { ...answer, url: current.url };
      // Whoever sends us on to read something has done what was asked for, as a rule.
      acted ||= !reads(asked) && status < 307;
      current = redirected(current, status, location);
    } catch (error) {
      if (acted) throw new BrokenExchange((error as Error).message, true);
      throw error;
    }
  }
  throw new BrokenExchange(`${asked.url.host} sends us in circles`, acted);
}

const reads = ({ method }: HttpRequest) => method === 'GET' || method === 'HEAD';

/** Headers, body and signature are for one origin alone. */
function redirected(from: HttpRequest, status: number, location: string): HttpRequest {
  if (!URL.canParse(location, from.url.href))
    throw new RefusedAddress(`${from.url.host} sends us to no address`);
  const url = new URL(location, from.url);
  url.hash = '';
  if (url.origin !== from.url.origin) {
    if (!reads(from) || (from.url.protocol === 'https:' && url.protocol === 'http:'))
      throw new RefusedAddress(`${from.url.host} sends us to ${url.host}, where the tool does not lead`);
    const headers: Record<string, string> = { 'user-agent': 'carrier-hub', 'accept-encoding': 'identity' };
    for (const name of ['accept', toolHeader]) if (from.headers[name]) headers[name] = from.headers[name];
    return { method: from.method, url, headers, body: null };
  }
  if (reads(from) || status === 307 || status === 308) return { ...from, url };
  // As browsers do: what was asked for is done, and its outcome is read there.
  const { 'content-type': _, ...headers } = from.headers;
  return { method: 'GET', url, headers, body: null };
}

function once(
  { method, url, headers, body }: HttpRequest,
  limits: Limits,
  signal: AbortSignal,
): Promise<HttpAnswer & { location: string | undefined }> {
  return new Promise((resolve, reject) => {
    let sent = false;
    const fail = (error: Error) => {
      if (error instanceof RefusedAddress) return reject(error);
      reject(new BrokenExchange(reasonOf(error, url, signal), sent));
    };
    if (signal.aborted) return fail(signal.reason as Error);
    const secure = url.protocol === 'https:';
    const request = (secure ? requestHttps : requestHttp)(url, {
      method,
      headers: { ...headers, ...(body !== null && { 'content-length': String(Buffer.byteLength(body)) }) },
      lookup: lookupFor(url, limits),
      // A connection that is kept may be cut while the request is on its way.
      agent: false,
      signal,
      maxHeaderSize: 32_768,
    });
    request.on('socket', (socket) => {
      socket.once(secure ? 'secureConnect' : 'connect', () => {
        sent = true;
      });
    });
    request.on('error', fail);
    request.on('response', (response) => {
      read(response, limits.maxBytes).then(
        (answer) => resolve({ ...answer, location: response.headers.location }),
        fail,
      );
    });
    request.end(body ?? undefined);
  });
}

async function read(response: IncomingMessage, maxBytes: number): Promise<HttpAnswer> {
  const { headers, statusCode: status = 0, statusMessage: statusText = '' } = response;
  const [type = '', ...parameters] = (headers['content-type'] ?? '').split(';');
  const charset = parameters.map((one) => /^\s*charset="?([\w.:-]+)"?\s*$/i.exec(one)?.[1]).find(Boolean);
  const encoding = (headers['content-encoding'] ?? '').trim().toLowerCase() || 'identity';
  const name = /filename="?([^";]+)"?/i.exec(headers['content-disposition'] ?? '')?.[1];
  const answer = {
    ...{ status, statusText, mediaType: type.trim().toLowerCase(), charset: charset ?? 'utf-8' },
    fileName: name ?? '',
  };
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of unpacked(response, encoding)) {
    size += chunk.length;
    chunks.push(chunk);
    // Leaving the loop closes the connection.
    if (size > maxBytes) break;
  }
  const bytes = Buffer.concat(chunks).subarray(0, maxBytes);
  return { ...answer, bytes: Buffer.from(bytes), cut: size > maxBytes };
}

/** Some pack what they send although they are asked not to. */
async function* unpacked(response: IncomingMessage, encoding: string): AsyncIterable<Buffer> {
  if (encoding === 'identity') return yield* response;
  if (!/^(x-gzip|gzip|deflate|br)$/.test(encoding))
    throw new Error(`it is packed as ${encoding.slice(0, 20)}, which nobody asked for`);
  const unpacking = encoding === 'br' ? createBrotliDecompress() : createUnzip();
  try {
    yield* pipeline(response, unpacking, () => {});
  } catch (error) {
    // Nothing at all is no fault: some have no body to pack.
    if (!response.complete || unpacking.bytesWritten > 0) throw error;
  }
}

/** Without the address, whose query may hold what nobody should read in a log. */
function reasonOf(error: Error, { host }: URL, signal: AbortSignal): string {
  if (signal.aborted) {
    const { name, message } = signal.reason as Error;
    return name === 'TimeoutError' ? `${host} did not answer in time` : `the call was ended (${message})`;
  }
  const { code } = error as NodeJS.ErrnoException;
  return `${host} cannot be reached or broke off (${code ?? error.message})`;
}
