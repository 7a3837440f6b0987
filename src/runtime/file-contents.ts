/** What a prompt shows of the files of the messages it answers. */
import { setImmediate } from 'node:timers/promises';
import type { ImageLimits, ModelAbilities } from '../core/model-abilities.js';
import type { FileReader } from '../files/reader.js';
import type { Image, MessageFile, ModelMessage, UserMessage } from '../llm/llm.js';
import { cutText, wordTokens } from './cutting.js';
import type { UnreadFile } from './transcript.js';

/** Longest beginning of a file, whatever room there is: each model call pays for it. */
const maxFileChars = 20_000;
/** Services count about so much for an image, at most. */
const imageTokens = 2000;
/** What is said of a file besides its name. */
const fileTokens = 24;
/** What the common services all take. */
const usualImages: ImageLimits = { most: 10, maxBytes: 3_900_000, maxPixels: 4_000_000 };

function isUnread(file: MessageFile): file is UnreadFile {
  return 'attachment' in file;
}

/** As a model gets it, whether or not it was read. */
export function named(file: MessageFile): MessageFile {
  if (!isUnread(file)) return file;
  const { attachment: _, ...rest } = file;
  return rest;
}

function isPicture({ mediaType }: MessageFile): boolean {
  return mediaType.startsWith('image/') && !mediaType.startsWith('image/svg');
}

/** The bytes that pictures of these messages may take, at most. */
export function pictureBytes(messages: ModelMessage[], { sees, images }: ModelAbilities): number {
  if (!sees) return 0;
  const { most, maxBytes } = images ?? usualImages;
  const pictures = messages.flatMap((message) =>
    message.role === 'user' ? (message.files ?? []).filter((file) => isUnread(file) && isPicture(file)) : [],
  );
  return pictures.slice(0, most).reduce((sum, { size }) => sum + Math.min(size, maxBytes), 0);
}

/** What is left for files, in one prompt. */
export interface FileRoom {
  tokens: number;
  bytes: number;
  pictures: number;
  /** Pictures are named only. */
  onlyWords?: boolean;
}

export function roomFor(tokens: number, bytes: number, { images }: ModelAbilities): FileRoom {
  return { tokens, bytes, pictures: (images ?? usualImages).most };
}

/** The message with the contents of its files, one file after the other; takes what it needs from the room. */
export async function withContents(
  message: UserMessage,
  own: boolean,
  reader: FileReader,
  abilities: ModelAbilities,
  room: FileRoom,
  signal: AbortSignal,
): Promise<UserMessage> {
  const images: Image[] = [...(message.images ?? [])];
  const files: MessageFile[] = [];
  for (const file of message.files ?? []) {
    if (!isUnread(file) || (file.of === undefined) !== own || (room.onlyWords && isPicture(file))) {
      files.push(file);
      continue;
    }
    room.tokens -= fileTokens;
    const read = isPicture(file)
      ? await picture(file, reader, abilities, room, signal)
      : await words(file, reader, room, signal);
    const { image, ...shown } = read;
    if (image) images.push(image);
    files.push({ ...named(file), ...shown, ...(image && { picture: images.length }) });
    await setImmediate();
  }
  return { ...message, files, ...(images.length > 0 && { images }) };
}

type Shown = Pick<MessageFile, 'text' | 'cut' | 'problem'> & { image?: Image };

async function picture(
  { attachment }: UnreadFile,
  reader: FileReader,
  { sees, images = usualImages }: ModelAbilities,
  room: FileRoom,
  signal: AbortSignal,
): Promise<Shown> {
  if (!sees) return { problem: 'you cannot see pictures' };
  const { maxBytes, maxPixels } = images;
  if (room.pictures < 1 || room.tokens < imageTokens || room.bytes < 1)
    return { problem: 'there are more pictures than can be shown at once' };
  const most = Math.min(maxBytes, room.bytes);
  const read = await reader.read(attachment, { maxChars: 0, image: { maxBytes: most, maxPixels }, signal });
  if (read.kind !== 'image')
    return {
      problem: (read.kind === 'nothing' && read.problem) || 'it is no picture of a kind that can be shown',
    };
  const { image } = read;
  if (image.bytes.length > most)
    return {
      problem:
        most < maxBytes ? 'there are more pictures than can be shown at once' : 'it is too large to be shown',
    };
  room.pictures -= 1;
  room.bytes -= image.bytes.length;
  room.tokens -= imageTokens;
  return { image };
}

async function words(
  { attachment }: UnreadFile,
  reader: FileReader,
  room: FileRoom,
  signal: AbortSignal,
): Promise<Shown> {
  const read = await reader.read(attachment, { maxChars: maxFileChars, signal });
  if (read.kind === 'nothing') return read.problem === undefined ? {} : { problem: read.problem };
  if (read.kind === 'image') return {};
  const { text } = cutText(read.text, room.tokens);
  if (text === '' && read.text !== '') return { problem: 'there is no room left for it' };
  room.tokens -= wordTokens(text);
  return { text, ...((read.cut || text !== read.text) && { cut: true }) };
}
