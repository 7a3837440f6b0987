/** Files out: images as photos, the rest as documents. */
import { type Api, Refused } from './api.js';

export interface OutFile {
  name: string;
  mediaType: string;
  /** Null: they are gone. */
  bytes(): Promise<Uint8Array | null>;
}

interface UploadOptions {
  api: Api;
  target: { chat_id: number; message_thread_id?: number };
  more: object;
  signal: AbortSignal;
}

/** A larger photo Telegram takes as a document alone: https://core.telegram.org/bots/api#sendphoto */
const maxPhotoBytes = 10_000_000;

const photoTypes = new Set(['image/jpeg', 'image/png', 'image/webp']);

const uploadTimeoutMs = 120_000;

/** The platform's id. Null: the bytes are gone, or Telegram takes no such file. */
export async function upload(file: OutFile, options: UploadOptions): Promise<string | null> {
  const bytes = await file.bytes();
  if (!bytes) return null;
  const source = { source: Buffer.from(bytes), filename: file.name };
  const isPhoto = photoTypes.has(file.mediaType) && bytes.length <= maxPhotoBytes;
  const photo = isPhoto ? await unlessRefused(() => send('sendPhoto', { photo: source }, options)) : null;
  return photo ?? unlessRefused(() => send('sendDocument', { document: source }, options));
}

async function send(
  method: 'sendPhoto' | 'sendDocument',
  file: object,
  options: UploadOptions,
): Promise<string> {
  const { api, target, more, signal } = options;
  const payload = { ...target, ...asFields(more), ...file } as never;
  const sent = await api.call(method, payload, { signal, timeoutMs: uploadTimeoutMs });
  return `${target.chat_id}:${sent.message_id}`;
}

/** telegraf leaves objects out of multipart forms, bar a few it knows. */
function asFields(more: object): object {
  const written = Object.entries(more).map(([key, value]) => {
    return [key, typeof value === 'object' ? JSON.stringify(value) : value];
  });
  return Object.fromEntries(written);
}

/** Null where Telegram finds fault with the file itself (400, 413); not where the chat cannot be written to. */
async function unlessRefused(send: () => Promise<string>): Promise<string | null> {
  return send().catch((error) => {
    const itself = error instanceof Refused && [400, 413].includes(error.refusal);
    if (itself && error.migratedTo === undefined && !/chat not found|thread not found/.test(error.message))
      return null;
    throw error;
  });
}
