/** Files that people send: fetched from Discord's own hosts, in bounded size and time. */
import {
  type Attachment,
  CarrierError,
  download,
  type Host,
  type InboundMessage,
  tooLarge,
  untilDone,
} from '../../src/extension-api.js';
import type { MessageFile } from './reader.js';

export interface FileLimits {
  /** Largest file kept, in bytes. */
  maxBytes: number;
  /** Hosts, with their port if it is not the usual one, that files may come from by https. */
  trustedHosts: string[];
  /** One address that may be plain http: that of a test or proxy server named in `DISCORD_API_URL`. */
  apiUrl: string;
}

export interface Fetched {
  attachments: Attachment[];
  /** For the agent: files that are not there, and why. */
  missing: string[];
}

/** Tries for one file, within a second or two: those behind the message in its channel wait for them. */
const most = 3;

/** Discord's own, where the addresses of attachments point. */
export const discordHosts = ['cdn.discordapp.com', 'media.discordapp.net'];

/** Stores what can be had; a file that cannot is named, and the message goes on without it. */
export async function fetchFiles(
  files: MessageFile[],
  limits: FileLimits,
  host: Pick<Host, 'putFile'>,
  of: InboundMessage,
  signal: AbortSignal,
): Promise<Fetched> {
  const { maxBytes, trustedHosts, apiUrl } = limits;
  const rules = { platform: 'Discord', hosts: trustedHosts, origin: apiUrl, maxBytes };
  const fetched: Fetched = { attachments: [], missing: [] };
  for (const { file, of: origin } of files) {
    const { filename: name, url, size, content_type: mediaType } = file;
    try {
      if (size > maxBytes) throw tooLarge(maxBytes);
      const bytes = await untilDone(() => download(url, rules, signal), { most, signal });
      const attachment = await host.putFile(bytes, { name, mediaType }, of);
      fetched.attachments.push({ ...attachment, ...(origin && { of: origin }) });
    } catch (error) {
      if (!(error instanceof CarrierError) || error.code === 'store_unavailable') throw error;
      fetched.missing.push(`${name.slice(0, 255)} (${error.message})`);
    }
  }
  return fetched;
}
