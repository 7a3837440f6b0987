/** A message's content: text, or parts with images, files and recordings in them. */
import { z } from 'zod';
import { FatalError } from '../../src/extension-api.js';

/** A file within a request, not yet decoded. */
export interface FilePart {
  name: string;
  mediaType: string;
  /** Base64. */
  data: string;
}

const Part = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), text: z.string() }),
  z.object({ type: z.literal('refusal'), refusal: z.string() }),
  z.object({ type: z.literal('image_url'), image_url: z.object({ url: z.string() }) }),
  z.object({
    type: z.literal('input_audio'),
    input_audio: z.object({ data: z.string(), format: z.string().regex(/^\w{1,10}$/) }),
  }),
  z.object({
    type: z.literal('file'),
    file: z.object({
      file_data: z.string().optional(),
      filename: z.string().max(255).optional(),
      file_id: z.string().optional(),
    }),
  }),
]);
export const Parts = z.array(Part).max(1000);

const dataUrl = /^data:([\w.+-]{1,63}\/[\w.+-]{1,63})(?:;[\w-]+=[^;,]*)*;base64,/i;
const base64 = /^[A-Za-z0-9+/\s]*={0,2}\s*$/;

/**
 * @param field names the content in errors
 * @throws FatalError `invalid_field` for what is no data within the request
 */
export function wordsOf(
  content: string | z.output<typeof Parts> | null | undefined,
  field = 'messages',
): { text: string; files: FilePart[] } {
  if (typeof content === 'string') return { text: content, files: [] };
  const texts: string[] = [];
  const files: FilePart[] = [];
  for (const [index, part] of (content ?? []).entries()) {
    const at = `${field}[${index}]`;
    if (part.type === 'text') texts.push(part.text);
    if (part.type === 'image_url') files.push(fromUrl(part.image_url.url, undefined, `${at}.image_url.url`));
    if (part.type === 'input_audio') {
      const { data, format } = part.input_audio;
      files.push(
        checked({ name: `audio.${format}`, mediaType: `audio/${format}`, data }, `${at}.input_audio.data`),
      );
    }
    if (part.type === 'file') {
      const { file_data: url, filename } = part.file;
      if (url === undefined)
        throw refused(`${at}.file`, 'the hub keeps no files of clients: send the file itself as file_data');
      files.push(fromUrl(url, filename, `${at}.file.file_data`));
    }
  }
  return { text: texts.join('\n\n'), files };
}

function fromUrl(url: string, filename: string | undefined, field: string): FilePart {
  const [start, mediaType] = dataUrl.exec(url.slice(0, 300)) ?? [];
  if (start === undefined || mediaType === undefined)
    throw refused(
      field,
      'must be a data: URL in Base64, such as data:image/png;base64,…: the hub fetches no addresses',
    );
  const type = mediaType.toLowerCase();
  const name = (filename ?? '').replace(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/gu, '').slice(0, 255);
  return checked(
    {
      name: name || `file.${type.slice(type.indexOf('/') + 1)}`,
      mediaType: type,
      data: url.slice(start.length),
    },
    field,
  );
}

function checked(file: FilePart, field: string): FilePart {
  if (file.data === '' || !base64.test(file.data)) throw refused(field, 'must be Base64');
  return file;
}

function refused(field: string, problem: string): FatalError {
  return new FatalError('invalid_field', `${field}: ${problem}.`, { field });
}
