/** Files people send: fetched from Slack alone, with the workspace's token, up to a size. */
import type { WebClient } from '@slack/web-api';
import {
  type Attachment,
  CarrierError,
  FatalError,
  type Host,
  type InboundMessage,
} from '../../src/extension-api.js';
import type { SlackFile } from './payload.js';
import { scrub } from './scrub.js';

export interface FileRules {
  maxFileBytes: number;
  /** Besides files.slack.com and the API's own host: where the token may be sent. */
  trustedHosts: string[];
  apiUrl: string;
}

const timeoutMs = 30_000;
const attempts = 3;
const pauseMs = 250;

/** Something about the file itself: trying again cannot help. */
class Unreadable extends Error {}

export interface Fetched {
  attachments: Attachment[];
  /** What could not be had, in words for the model, so that nobody wonders. */
  remarks: string[];
}

export async function fetchFiles(
  files: SlackFile[],
  { client, token }: { client: WebClient; token: string },
  host: Pick<Host, 'putFile' | 'log'>,
  of: InboundMessage,
  rules: FileRules,
): Promise<Fetched> {
  const results = await Promise.all(
    files.map(async (given) => {
      const name = (given.name ?? given.id).slice(0, 255);
      try {
        const file = given.file_access === 'check_file_info' ? await askFor(client, given) : given;
        const bytes = await patiently(() => download(file, token, rules));
        return await host.putFile(
          bytes,
          { name: file.name ?? name, mediaType: file.mimetype ?? undefined },
          of,
        );
      } catch (error) {
        if (error instanceof FatalError && error.code === 'quota_exceeded')
          return `[The file ${name} is not kept: ${error.message}]`;
        if (error instanceof CarrierError) throw error;
        const message = scrub((error as Error).message);
        host.log.warn({ connector: 'slack', file: given.id }, `file not read: ${message}`);
        return `[The file ${name} could not be read: ${error instanceof Unreadable ? message : 'it could not be fetched'}]`;
      }
    }),
  );
  return {
    attachments: results.filter((result) => typeof result !== 'string'),
    remarks: results.filter((result) => typeof result === 'string'),
  };
}

async function askFor(client: WebClient, { id }: SlackFile): Promise<SlackFile> {
  const { file } = await client.files.info({ file: id });
  return file as SlackFile;
}

async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (error instanceof Unreadable || attempt === attempts) throw error;
      await new Promise((resolve) => setTimeout(resolve, pauseMs * attempt));
    }
  }
}

async function download(file: SlackFile, token: string, rules: FileRules): Promise<Uint8Array> {
  const { maxFileBytes } = rules;
  const limit = `it is larger than ${Math.floor(maxFileBytes / 1024)} KB`;
  if (file.is_external || (file.mode && !['hosted', 'snippet'].includes(file.mode)))
    throw new Unreadable('Slack does not keep it');
  if ((file.size ?? 0) > maxFileBytes) throw new Unreadable(limit);
  const url = trusted(file.url_private_download ?? file.url_private ?? '', rules);
  const response = await fetch(url, {
    headers: { authorization: `Bearer ${token}` },
    // The token goes to no other place, and the sign-in page is no file.
    redirect: 'manual',
    signal: AbortSignal.timeout(timeoutMs),
  });
  if (response.status >= 300 && response.status < 400)
    throw new Unreadable('Slack asks to sign in: the app lacks the scope files:read');
  if (response.status >= 500 || response.status === 429) throw new Error(`status ${response.status}`);
  if (!response.ok || !response.body) throw new Unreadable(`Slack answered ${response.status}`);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    // Leaving the loop closes the connection.
    if (size > maxFileBytes) throw new Unreadable(limit);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function trusted(url: string, { trustedHosts, apiUrl }: FileRules): URL {
  if (!URL.canParse(url)) throw new Unreadable('Slack gave no address for it');
  const parsed = new URL(url);
  const api = new URL(apiUrl);
  const isApi = parsed.origin === api.origin;
  const known =
    ['files.slack.com', ...trustedHosts].includes(parsed.hostname) && parsed.protocol === 'https:';
  if (!isApi && !known) throw new Unreadable('it lies outside of Slack');
  return parsed;
}
