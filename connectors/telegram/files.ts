/** Files people send: fetched from the Bot API's own host alone, no larger than allowed, and stored. */
import {
  type Attachment,
  download,
  FatalError,
  type Host,
  type InboundMessage,
  type Part,
  tooLarge,
  untilDone,
} from '../../src/extension-api.js';
import { type Api, Refused } from './api.js';
import type { FileRef } from './reader.js';

/** Bots may fetch files of up to 20 MB: https://core.telegram.org/bots/api#getfile */
const telegramLimit = 20_000_000;

const timeoutMs = 60_000;

/** Then the message is taken without: one broken file must not hold up its chat for ever. */
const patience = { most: 6, ms: 20_000 };

interface FetchOptions {
  api: Api;
  host: Pick<Host, 'putFile' | 'log'>;
  of: InboundMessage;
  maxFileBytes: number;
}

export interface Fetched {
  attachments: Attachment[];
  /** What is said of files that could not be had. */
  missing: Part[];
}

/** @throws what the hub throws. What Telegram does not give is left out, and named. */
export async function fetchFiles(refs: FileRef[], options: FetchOptions): Promise<Fetched> {
  const { api, host, of } = options;
  const maxBytes = Math.min(options.maxFileBytes, telegramLimit);
  const fetched: Fetched = { attachments: [], missing: [] };
  for (const ref of refs) {
    try {
      const bytes = await patiently(() => fetchFile(ref, api, maxBytes));
      const attachment = await host.putFile(bytes, ref, of);
      fetched.attachments.push({ ...attachment, ...(ref.of && { of: ref.of }) });
    } catch (err) {
      if (!(err instanceof FatalError)) throw err;
      host.log.warn({ err }, 'a file people sent could not be had');
      fetched.missing.push({
        kind: 'note',
        text: `The file ${ref.name} could not be fetched: ${err.message}.`,
      });
    }
  }
  return fetched;
}

/** @throws FatalError, at last also for what may pass. */
async function patiently<T>(fetching: () => Promise<T>): Promise<T> {
  const tries = { most: patience.most, until: Date.now() + patience.ms };
  return untilDone(fetching, tries).catch((error) => {
    throw new FatalError('delivery_failed', error.message);
  });
}

async function fetchFile({ fileId, size }: FileRef, api: Api, maxBytes: number): Promise<Uint8Array> {
  if (size !== undefined && size > maxBytes) throw tooLarge(maxBytes);
  const { file_path } = await api.call('getFile', { file_id: fileId }).catch((error) => {
    if (error instanceof Refused && /too big/.test(error.message)) throw tooLarge(maxBytes);
    throw error;
  });
  // A Bot API server with --local gives paths of its own disk, which are none of ours.
  if (!file_path || /^[/\\]|^\w+:|(^|\/)\.\.(\/|$)/.test(file_path))
    throw new FatalError('delivery_failed', 'Telegram does not say where it is');
  const { origin } = api.root;
  const rules = { platform: 'Telegram’s file server', hosts: [], origin, maxBytes, timeoutMs };
  return download(api.fileUrl(file_path), rules);
}
