/** Files people send: fetched from Slack alone, with the workspace's token, up to a size. */
import type { WebClient } from '@slack/web-api';
import {
  type Attachment,
  CarrierError,
  download,
  FatalError,
  type Host,
  type InboundMessage,
  tooLarge,
  untilDone,
} from '../../src/extension-api.js';
import { calling } from './failure.js';
import type { SlackFile } from './payload.js';
import { scrub } from './scrub.js';

export interface FileRules {
  maxFileBytes: number;
  /** Besides files.slack.com and the API's own host: where the token may be sent. */
  trustedHosts: string[];
  apiUrl: string;
}

/** The messages behind wait for a file: none is tried longer than this, and one try takes no longer, in ms. */
const patienceMs = 15_000;

const signIn = 'Slack asks to sign in: the app lacks the scope files:read';

export interface Fetched {
  attachments: Attachment[];
  /** What could not be had, in words for the model, so that nobody wonders. */
  remarks: string[];
}

/** @throws what the hub's store throws. A file that cannot be had is a remark. */
export async function fetchFiles(
  files: SlackFile[],
  { client, token }: { client: WebClient; token: string },
  host: Pick<Host, 'putFile' | 'log'>,
  of: InboundMessage,
  rules: FileRules,
): Promise<Fetched> {
  const until = Date.now() + patienceMs;
  const results = await Promise.all(
    files.map(async (given) => {
      const name = (given.name ?? given.id).slice(0, 255);
      try {
        const { file, bytes } = await untilDone(
          async () => {
            const file = given.file_access === 'check_file_info' ? await askFor(client, given) : given;
            return { file, bytes: await bytesOf(file, token, rules) };
          },
          { most: 3, until },
        );
        const found = { name: file.name ?? name, mediaType: file.mimetype ?? undefined };
        return await host.putFile(bytes, found, of);
      } catch (error) {
        // Of passing failures those of the store let the message come again; Slack's do not hold it up.
        const isFinal = error instanceof FatalError;
        if (!(error instanceof CarrierError) || (!isFinal && error.code !== 'delivery_failed')) throw error;
        if (error.code === 'quota_exceeded') return `[The file ${name} is not kept: ${error.message}]`;
        const message = scrub(error.message);
        host.log.warn({ connector: 'slack', file: given.id }, `file not read: ${message}`);
        return `[The file ${name} could not be read: ${isFinal ? message : 'it could not be fetched'}]`;
      }
    }),
  );
  return {
    attachments: results.filter((result) => typeof result !== 'string'),
    remarks: results.filter((result) => typeof result === 'string'),
  };
}

async function askFor(client: WebClient, { id }: SlackFile): Promise<SlackFile> {
  const { file } = await calling('asking for a file', () => client.files.info({ file: id }));
  return file as SlackFile;
}

async function bytesOf(
  { is_external, mode, size, url_private_download, url_private }: SlackFile,
  token: string,
  { maxFileBytes: maxBytes, trustedHosts, apiUrl }: FileRules,
): Promise<Uint8Array> {
  if (is_external || (mode && !['hosted', 'snippet'].includes(mode)))
    throw new FatalError('delivery_failed', 'Slack does not keep it');
  if ((size ?? 0) > maxBytes) throw tooLarge(maxBytes);
  const hosts = ['files.slack.com', ...trustedHosts];
  const bytes = await download(url_private_download ?? url_private ?? '', {
    platform: 'Slack',
    hosts,
    origin: apiUrl,
    maxBytes,
    timeoutMs: patienceMs,
    secret: { headers: { authorization: `Bearer ${token}` }, hosts },
    strayRedirect: signIn,
  });
  // The page to sign in comes in a file's place, too.
  if (
    bytes.length !== size &&
    /^\s*<(!doctype\s+)?html/i.test(Buffer.from(bytes.subarray(0, 200)).toString())
  )
    throw new FatalError('delivery_failed', signIn);
  return bytes;
}
