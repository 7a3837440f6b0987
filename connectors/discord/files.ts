/** Files that people send: fetched from Discord's own hosts, in bounded size and time. */
import type { APIAttachment } from 'discord.js';
import { type Attachment, FatalError, type Host, type InboundMessage } from '../../src/extension-api.js';

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

const timeoutMs = 30_000;

/** Discord's own, where the addresses of attachments point. */
export const discordHosts = ['cdn.discordapp.com', 'media.discordapp.net'];

/** Stores what can be had; a file that cannot is named, and the message goes on without it. */
export async function fetchFiles(
  files: APIAttachment[],
  limits: FileLimits,
  host: Pick<Host, 'putFile'>,
  of: InboundMessage,
  signal: AbortSignal,
): Promise<Fetched> {
  const fetched: Fetched = { attachments: [], missing: [] };
  for (const file of files) {
    try {
      const bytes = await download(file, limits, signal);
      const named = { name: file.filename, mediaType: file.content_type };
      fetched.attachments.push(await host.putFile(bytes, named, of));
    } catch (error) {
      if (!(error instanceof FileRefused || error instanceof FatalError)) throw error;
      fetched.missing.push(`${file.filename.slice(0, 255)} (${error.message})`);
    }
  }
  return fetched;
}

/** The file will not be had, now or later; the message says why, to a person. */
class FileRefused extends Error {}

async function download(file: APIAttachment, limits: FileLimits, signal: AbortSignal): Promise<Uint8Array> {
  const { maxBytes } = limits;
  if (!isTrusted(file.url, limits)) throw new FileRefused('it is not on one of Discord’s servers');
  if (file.size > maxBytes) throw new FileRefused(`larger than ${Math.floor(maxBytes / 2 ** 20)} MB`);
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(file.url, { redirect: 'error', signal: AbortSignal.any([signal, timeout]) });
    if (!response.ok || !response.body) throw new FileRefused(`Discord answered ${response.status}`);
    const chunks: Uint8Array[] = [];
    let size = 0;
    // What Discord says of the size is what somebody's client said.
    for await (const chunk of response.body) {
      size += chunk.length;
      if (size > maxBytes) throw new FileRefused(`larger than ${Math.floor(maxBytes / 2 ** 20)} MB`);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof FileRefused) throw error;
    throw new FileRefused(timeout.aborted ? 'it took too long' : 'it could not be fetched');
  }
}

function isTrusted(address: string, { trustedHosts, apiUrl }: FileLimits): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, host, username, password } = new URL(address);
  if (username || password) return false;
  const api = new URL(apiUrl);
  if (protocol === api.protocol && host === api.host) return true;
  return protocol === 'https:' && trustedHosts.includes(host);
}
