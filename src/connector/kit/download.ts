import { retryAfterMs } from '../../core/back-off.js';
import { Deadline } from '../../core/deadline.js';
import { CarrierError, FatalError, RetryableError } from '../../errors.js';

/** What may be fetched, and from where. */
export interface DownloadRules {
  /** Who keeps the files, for people: `Pager`. */
  platform: string;
  /**
   * Hosts that are asked, by https alone; with their port where it is not 443; `*.pager.com` is any below it. Redirects
   * may lead to these, too.
   */
  hosts: string[];
  /** One address that may also be plain http, of a test server or a proxy that an operator named. */
  origin?: string;
  /** Bytes, counted as they come, unpacked: what a server says of the size is not believed. */
  maxBytes: number;
  /** For all of it, redirects too; default 30,000. */
  timeoutMs?: number;
  /**
   * Headers that hold a secret. They go to these hosts and to `origin` alone, and no further after a redirect to
   * another host, unless they are kept: then to all of these hosts.
   */
  secret?: { headers: Record<string, string>; hosts: string[]; kept?: boolean };
  /** Said to a person where a redirect leads elsewhere; by default that it does. */
  strayRedirect?: string;
}

const maxRedirects = 3;

/** Statuses that pass by themselves, besides 5xx. */
const passing = new Set([408, 425, 429]);

/**
 * Fetches a file that someone else has named. The messages of its errors end a sentence on the file, for a person:
 * `it is larger than 4 MB`. They hold no address, since one may hold a secret.
 * @throws FatalError `body_too_large`, or `delivery_failed` for an address that is not allowed and a file that is not
 * there; RetryableError `delivery_failed` for what may pass, with `retryAfterMs` as the server says; the signal's reason.
 */
export async function download(
  address: string | URL,
  rules: DownloadRules,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const { platform, timeoutMs = 30_000 } = rules;
  const limit = new Deadline(timeoutMs, signal, () => later('it took too long'));
  try {
    const response = await following(address, rules, limit.signal);
    if (response.ok) return await readAtMost(response, rules.maxBytes);
    await response.body?.cancel();
    throw refusal(response, platform);
  } catch (error) {
    limit.signal.throwIfAborted();
    // What `fetch` throws says nothing to people, and may hold the address.
    throw error instanceof CarrierError ? error : later(`${platform} cannot be reached for it`);
  } finally {
    limit.clear();
  }
}

/** The first answer that is no redirect. */
async function following(
  address: string | URL,
  rules: DownloadRules,
  signal: AbortSignal,
): Promise<Response> {
  let url = allowed(address, rules, `it is not on one of ${rules.platform}’s servers`);
  let headers = secretFor(url, rules);
  for (let hop = 0; hop <= maxRedirects; hop += 1) {
    const response = await fetch(url, { redirect: 'manual', signal, ...(headers && { headers }) });
    const location = response.headers.get('location');
    if (![301, 302, 303, 307, 308].includes(response.status) || location === null) return response;
    await response.body?.cancel();
    const stray = rules.strayRedirect ?? `${rules.platform} sends us elsewhere for it`;
    const next = allowed(URL.canParse(location, url.href) ? new URL(location, url) : location, rules, stray);
    if (next.origin !== url.origin) headers = rules.secret?.kept ? secretFor(next, rules) : undefined;
    url = next;
  }
  throw new FatalError('delivery_failed', `${rules.platform} sends us in circles for it`);
}

function secretFor(url: URL, { secret, origin }: DownloadRules): Record<string, string> | undefined {
  return secret && (isAmong(url.host, secret.hosts) || isOrigin(url, origin)) ? secret.headers : undefined;
}

function isAmong(host: string, hosts: string[]): boolean {
  return hosts.some((one) => (one.startsWith('*.') ? host.endsWith(one.slice(1)) : host === one));
}

function isOrigin(url: URL, origin: string | undefined): boolean {
  return origin !== undefined && url.origin === new URL(origin).origin;
}

/** @throws FatalError with the message given. */
function allowed(address: string | URL, { hosts, origin }: DownloadRules, otherwise: string): URL {
  const url = URL.canParse(String(address)) ? new URL(address) : null;
  if (url && url.username === '' && url.password === '') {
    if (url.protocol === 'https:' && isAmong(url.host, hosts)) return url;
    if (/^https?:$/.test(url.protocol) && isOrigin(url, origin)) return url;
  }
  throw new FatalError('delivery_failed', otherwise);
}

function refusal({ status, headers }: Response, platform: string): CarrierError {
  const problem = `${platform} answered ${status}`;
  if (status < 500 && !passing.has(status)) return new FatalError('delivery_failed', problem);
  return later(problem, retryAfterMs(headers.get('retry-after')));
}

function later(problem: string, retryAfterMs?: number): RetryableError {
  return new RetryableError('delivery_failed', problem, { retryAfterMs });
}

async function readAtMost(response: Response, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    // Leaving the loop closes the connection.
    if (size > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Also for a file whose platform says beforehand that it is larger. */
export function tooLarge(maxBytes: number): FatalError {
  const [size, unit] = maxBytes < 2 ** 20 ? [maxBytes / 2 ** 10, 'KB'] : [maxBytes / 2 ** 20, 'MB'];
  return new FatalError('body_too_large', `it is larger than ${Math.floor(size)} ${unit}`);
}
