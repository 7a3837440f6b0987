/** Files people send: fetched from Slack alone, with the workspace's token, up to a size. */
import type { WebClient } from '@slack/web-api';
import {
  type Attachment,
  CarrierError,
  download,
  FatalError,
  type Host,
  type InboundMessage,
  type Part,
  tooLarge,
  untilDone,
} from '../../src/extension-api.js';
import { calling } from './failure.js';
import { SlackFile } from './payload.js';
import type { CarriedFile } from './reader.js';
import { scrub } from './scrub.js';

export interface FileRules {
  maxFileBytes: number;
  /** Besides files.slack.com and the API's own host: where the token may be sent. */
  trustedHosts: string[];
  apiUrl: string;
}

/** The message waits for its files: none is tried longer than this, and one try takes no longer, in ms. */
const patienceMs = 20_000;

/** Files of one message that are fetched at a time: each is in memory for a while. */
const atOnce = 3;

/** Slack's hosts for files whose address is enough. */
const withoutToken = ['slack-files.com', '*.slack-files.com', '*.slack-edge.com'];

const signIn = 'Slack asks to sign in: the app lacks the scope files:read';

export interface Fetched {
  attachments: Attachment[];
  /** What could not be had, in words for the model, so that nobody wonders. */
  notes: Part[];
}

/** @throws what the hub's store throws. A file that cannot be had is a note. */
export async function fetchFiles(
  files: CarriedFile[],
  workspace: { client: WebClient; token: string },
  host: Pick<Host, 'putFile' | 'log'>,
  of: InboundMessage,
  rules: FileRules,
): Promise<Fetched> {
  const results: (Attachment | Part)[] = [];
  for (let from = 0; from < files.length; from += atOnce) {
    const some = files.slice(from, from + atOnce);
    results.push(...(await Promise.all(some.map((file) => fetchFile(file, workspace, host, of, rules)))));
  }
  return {
    attachments: results.filter((result) => 'file' in result),
    notes: results.filter((result) => 'kind' in result),
  };
}

async function fetchFile(
  { file: given, of: whose }: CarriedFile,
  { client, token }: { client: WebClient; token: string },
  host: Pick<Host, 'putFile' | 'log'>,
  of: InboundMessage,
  rules: FileRules,
): Promise<Attachment | Part> {
  const name = (given.name ?? given.id).slice(0, 255);
  const note = (text: string): Part => ({ kind: 'note', text });
  try {
    const { file, bytes } = await untilDone(
      async () => {
        const file = given.file_access === 'check_file_info' ? await askFor(client, given) : given;
        return { file, bytes: await bytesOf(file, token, rules) };
      },
      { most: 3, until: Date.now() + patienceMs },
    );
    const found = { name: file.name ?? name, mediaType: file.mimetype ?? undefined };
    return { ...(await host.putFile(bytes, found, of)), ...(whose && { of: whose }) };
  } catch (error) {
    // Of passing failures those of the store let the message come again; Slack's do not hold it up.
    const isFinal = error instanceof FatalError;
    if (!(error instanceof CarrierError) || (!isFinal && error.code !== 'delivery_failed')) throw error;
    if (error.code === 'quota_exceeded') return note(`The file ${name} is not kept: ${error.message}`);
    const message = scrub(error.message);
    host.log.warn({ connector: 'slack', file: given.id }, `file not read: ${message}`);
    return note(`The file ${name} could not be read: ${isFinal ? message : 'it could not be fetched'}`);
  }
}

async function askFor(client: WebClient, { id }: SlackFile): Promise<SlackFile> {
  const { file } = await calling('asking for a file', () => client.files.info({ file: id }));
  const { data } = SlackFile.safeParse(file);
  if (!data) throw new FatalError('delivery_failed', 'Slack does not say where it is');
  return data;
}

async function bytesOf(
  { is_external, mode, size, mimetype, name, url_private_download, url_private }: SlackFile,
  token: string,
  { maxFileBytes: maxBytes, trustedHosts, apiUrl }: FileRules,
): Promise<Uint8Array> {
  if (is_external || (mode && !['hosted', 'snippet'].includes(mode)))
    throw new FatalError('delivery_failed', 'Slack does not keep it');
  if ((size ?? 0) > maxBytes) throw tooLarge(maxBytes);
  const bytes = await download(url_private_download ?? url_private ?? '', {
    platform: 'Slack',
    hosts: ['*.slack.com', ...withoutToken, ...trustedHosts],
    origin: apiUrl,
    maxBytes,
    timeoutMs: patienceMs,
    // Files of an organisation are at another of Slack's hosts, which wants the token as the first did.
    secret: {
      headers: { authorization: `Bearer ${token}` },
      hosts: ['*.slack.com', ...trustedHosts],
      kept: true,
    },
    strayRedirect: signIn,
  });
  // The page to sign in comes in a file's place, with a status of 200; a text may be a page itself.
  const mayBePage = /^text\/|html|xml/i.test(mimetype ?? '') || /\.x?html?$/i.test(name ?? '');
  if (isHtml(bytes) && !(mayBePage && (size ?? bytes.length) === bytes.length))
    throw new FatalError('delivery_failed', signIn);
  return bytes;
}

/** By its beginning: a mark of the byte order, comments and space may come first. */
function isHtml(bytes: Uint8Array): boolean {
  const start = new TextDecoder().decode(bytes.subarray(0, 2000));
  return /^(?:\s|\uFEFF|<!--[\s\S]*?-->|<\?xml[^>]*>)*<(?:!doctype\s+html|html|head)\b/i.test(start);
}
