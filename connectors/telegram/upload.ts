/** Files out: images as photos, the rest as documents; where a chat takes none, text files go as text. */
import { type Api, Refused } from './api.js';
import { type Form, inSomeForm, isOfTheMessage, wordsOf } from './form.js';

export interface OutFile {
  name: string;
  mediaType: string;
  /** Null: they are gone. */
  bytes(): Promise<Uint8Array | null>;
}

interface UploadOptions {
  api: Api;
  chatId: number;
  log: { warn(o: object, m: string): void };
  signal: AbortSignal;
}

/** A larger photo Telegram takes as a document alone: https://core.telegram.org/bots/api#sendphoto */
const maxPhotoBytes = 10_000_000;

/** The most that bots may send: https://core.telegram.org/bots/api#senddocument */
const maxBytes = 50_000_000;

const photoTypes = new Set(['image/jpeg', 'image/png', 'image/webp']);

const uploadTimeoutMs = 120_000;

/**
 * Its place on the platform; or why Telegram takes no such file there.
 * @param form its words go as the caption.
 * @throws what is not about the file.
 */
export async function upload(
  file: Omit<OutFile, 'bytes'> & { bytes: Uint8Array },
  form: Form,
  { api, chatId, log, signal }: UploadOptions,
): Promise<number | Error> {
  const { name, mediaType, bytes } = file;
  if (bytes.length > maxBytes) return new Error('it is larger than the 50 MB that bots may send');
  const source = { source: Buffer.from(bytes), filename: name };
  const isPhoto = photoTypes.has(mediaType) && bytes.length <= maxPhotoBytes;
  let why = new Error('Telegram takes no such file');
  for (const kind of isPhoto ? (['photo', 'document'] as const) : (['document'] as const)) {
    try {
      return await inSomeForm(form, (some) => send(kind, some), { log, named: true });
    } catch (error) {
      if (!isOfTheFile(error)) throw error;
      why = error;
    }
  }
  return why;

  async function send(kind: 'photo' | 'document', some: Form): Promise<number> {
    const { html: _, plain: __, ...more } = some;
    const { text, parse_mode } = wordsOf(some) ?? {};
    const payload = {
      chat_id: chatId,
      ...(text && { caption: text, parse_mode }),
      ...asFields(more),
      [kind]: source,
    };
    const method = kind === 'photo' ? 'sendPhoto' : 'sendDocument';
    const sent = await api.call(method, payload as never, { signal, timeoutMs: uploadTimeoutMs });
    return sent.message_id;
  }
}

/** What a text file says; null where it is none, or more than a chat bears. */
export function readable({ mediaType }: Pick<OutFile, 'mediaType'>, bytes: Uint8Array): string | null {
  if (/^(image|audio|video)\//.test(mediaType) || bytes.length > 100_000) return null;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they tell that it is no text.
    return text.trim() === '' || /[\x00-\x08\x0e-\x1a]/.test(text) ? null : text;
  } catch {
    return null;
  }
}

/** The chat may forbid files and allow words. */
function isOfTheFile(error: unknown): error is Refused {
  if (isOfTheMessage(error)) return true;
  return error instanceof Refused && /rights to send|CHAT_SEND_\w+_FORBIDDEN/.test(error.message);
}

/** telegraf leaves objects out of multipart forms, bar a few it knows. */
function asFields(more: object): object {
  const written = Object.entries(more).map(([key, value]) => {
    return [key, typeof value === 'object' ? JSON.stringify(value) : value];
  });
  return Object.fromEntries(written);
}
