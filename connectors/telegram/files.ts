/** Files people send: fetched from the Bot API's own host alone, no larger than allowed, and stored. */
import { LRUCache } from 'lru-cache';
import {
  type Attachment,
  FatalError,
  type Host,
  type InboundMessage,
  RetryableError,
} from '../../src/extension-api.js';
import { type Api, Refused } from './api.js';
import type { FileRef } from './normalize.js';

interface FileLimits {
  maxFileBytes: number;
}

/** Bots may fetch files of up to 20 MB: https://core.telegram.org/bots/api#getfile */
const telegramLimit = 20_000_000;

const fetchTimeoutMs = 60_000;

/** Then the message is taken without: one broken file must not hold up its chat for ever. It is about 15 s. */
const maxTries = 6;

/** How often each file has failed in a way that may pass, by its id. */
export function fileFailures(): LRUCache<string, number> {
  return new LRUCache({ max: 10_000 });
}

interface FetchOptions {
  api: Api;
  host: Pick<Host, 'putFile' | 'log'>;
  of: InboundMessage;
  limits: FileLimits;
  failures: LRUCache<string, number>;
  signal: AbortSignal;
}

export interface Fetched {
  attachments: Attachment[];
  /** What is said in the text of files that could not be had, one line each. */
  missing: string[];
}

/** @throws RetryableError where trying again may help. */
export async function fetchFiles(refs: FileRef[], options: FetchOptions): Promise<Fetched> {
  const { api, host, of, limits, failures, signal } = options;
  const maxBytes = Math.min(limits.maxFileBytes, telegramLimit);
  const fetched: Fetched = { attachments: [], missing: [] };
  for (const ref of refs) {
    try {
      const bytes = await fetchFile(ref, api, maxBytes, signal);
      fetched.attachments.push(await host.putFile(bytes, ref, of));
    } catch (error) {
      if (!(error instanceof FatalError) && !isLastTry(ref, error, failures)) throw error;
      host.log.warn({ err: error }, 'a file people sent could not be had');
      fetched.missing.push(`[file ${ref.name} could not be fetched: ${(error as Error).message}]`);
    }
  }
  return fetched;
}

/** Only what Telegram did counts, not that the hub is stopping. */
function isLastTry({ fileId }: FileRef, error: unknown, failures: LRUCache<string, number>): boolean {
  if (!(error instanceof RetryableError) || error.code !== 'delivery_failed') return false;
  const tries = (failures.get(fileId) ?? 0) + 1;
  failures.set(fileId, tries);
  return tries >= maxTries;
}

async function fetchFile(
  { fileId, size }: FileRef,
  api: Api,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Buffer> {
  if (size !== undefined && size > maxBytes) throw tooLarge(maxBytes);
  const { file_path } = await api.call('getFile', { file_id: fileId }, { signal }).catch((error) => {
    if (error instanceof Refused && /too big/.test(error.message)) throw tooLarge(maxBytes);
    throw error;
  });
  // A Bot API server with --local gives paths of its own disk, which are none of ours.
  if (!file_path || /^[/\\]|^\w+:|(^|\/)\.\.(\/|$)/.test(file_path))
    throw new FatalError('delivery_failed', 'Telegram does not say where it is.');
  const response = await fetch(api.fileUrl(file_path), {
    redirect: 'error',
    signal: AbortSignal.any([signal, AbortSignal.timeout(fetchTimeoutMs)]),
  }).catch(() => {
    signal.throwIfAborted();
    throw new RetryableError('delivery_failed', 'Telegram’s file server cannot be reached.');
  });
  if (!response.ok) {
    await response.body?.cancel();
    const passing = response.status === 429 || response.status >= 500;
    const Failure = passing ? RetryableError : FatalError;
    throw new Failure('delivery_failed', `Telegram’s file server answered ${response.status}.`);
  }
  return readLimited(response, maxBytes);
}

async function readLimited(response: Response, maxBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of response.body ?? []) {
      size += chunk.length;
      if (size > maxBytes) throw tooLarge(maxBytes);
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof FatalError) throw error;
    throw new RetryableError('delivery_failed', 'Telegram’s file server hung up.');
  }
  return Buffer.concat(chunks);
}

function tooLarge(maxBytes: number): FatalError {
  return new FatalError('body_too_large', `it is larger than ${Math.floor(maxBytes / 1000)} kB`);
}
