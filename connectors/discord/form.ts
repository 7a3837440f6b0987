/** The forms of one message, best first: what is given up of it when Discord refuses it as it is. Pure. */
import type { RawFile } from 'discord.js';
import { parseMarkdown, plainText } from '../../src/replies.js';
import type { Refusal } from './refusal.js';
import { maxMessageChars } from './render.js';
import { contentsOf, type Part } from './reply.js';

/** What has been given up. */
export interface Given {
  /** The mark that it answers a message. */
  reference?: boolean;
  buttons?: boolean;
  /** Shown as text instead, or named. */
  files?: boolean;
  /** A message of its own instead of the one that was shown while it was written. */
  edit?: boolean;
  words?: 'plain' | 'sentence';
}

type Extra = 'reference' | 'buttons' | 'files';

/** What the refused form had. */
export type Had = Record<Extra | 'edit', boolean>;

// https://discord.com/developers/docs/topics/opcodes-and-status-codes#json
const ofReference = new Set([10008, 160002, 160009, 160010]);
const ofFiles = new Set([40005, 50013, 50045, 50046, 50110, 50123, 50146, 400001]);
const ofWords = new Set([20009, 200000, 240000]);
/** Nothing can be written there, whatever it is. */
const ofPlace = new Set([10003, 50001, 50007, 50008, 50013, 50083, 50278, 160005]);

/**
 * Gives up what the refusal is about, and where it does not say, the extras and then the words.
 * @returns what the next form is called; null: there is none.
 */
export function lower(given: Given, refusal: Refusal, had: Had): string | null {
  const blamed = blamedExtras(refusal).filter((extra) => had[extra]);
  if (blamed.length > 0) return giveUp(given, blamed);
  if (had.edit) {
    given.edit = true;
    return 'as a fresh message';
  }
  if (ofPlace.has(refusal.discordCode)) return null;
  const extras = (['reference', 'buttons', 'files'] as const).filter((extra) => had[extra]);
  const aboutWords = ofWords.has(refusal.discordCode) || refusal.fields.includes('content');
  if (extras.length > 0 && !aboutWords) return giveUp(given, extras);
  if (given.words === 'sentence') return null;
  given.words = given.words ? 'sentence' : 'plain';
  return given.words === 'plain' ? 'as plain text' : 'as one sentence';
}

function giveUp(given: Given, extras: Extra[]): string {
  for (const extra of extras) given[extra] = true;
  return `without ${extras.join(' and ')}`;
}

function blamedExtras({ discordCode, httpStatus, fields }: Refusal): Extra[] {
  const blamed: Extra[] = [];
  if (ofReference.has(discordCode) || fields.includes('message_reference')) blamed.push('reference');
  if (fields.includes('components')) blamed.push('buttons');
  if (
    httpStatus === 413 ||
    ofFiles.has(discordCode) ||
    fields.some((name) => /^(files|attachments)/.test(name))
  )
    blamed.push('files');
  return blamed;
}

/** The messages that a part becomes in the form that is left of it; one at least. */
export async function messagesOf(part: Part, given: Given, whole: boolean): Promise<Part[]> {
  const { files, components } = part;
  const shown = given.files ? (await Promise.all(files.map(fileAsText))).flat() : [];
  const contents = [...wordsOf(part, given.words, whole), ...shown];
  const messages = (contents.length > 0 ? contents : ['']).map(
    (content): Part => ({ content, files: [], components: [] }),
  );
  if (!given.files) messages[0]!.files = files;
  if (!given.buttons) messages.at(-1)!.components = components;
  return messages;
}

function wordsOf({ content }: Part, words: Given['words'], whole: boolean): string[] {
  if (content === '') return [];
  if (words === 'sentence')
    return [`Sorry, Discord does not let me show ${whole ? 'my answer' : 'this part of my answer'} here.`];
  return words === 'plain' ? inPieces(plainText(parseMarkdown(content))) : [content];
}

/** Half of what fits: a limit that is counted otherwise may be what the refusal was about. */
const pieceChars = maxMessageChars / 2;

function inPieces(text: string): string[] {
  const pieces = text.match(new RegExp(`[\\s\\S]{1,${pieceChars}}(?=\\s|$)|[\\s\\S]{1,${pieceChars}}`, 'gu'));
  return (pieces ?? []).map((piece) => piece.trim()).filter(Boolean);
}

/** A longer file would fill the channel, in UTF-16 units. */
const maxShownChars = 60_000;

async function fileAsText({ name, data, contentType = '' }: RawFile): Promise<string[]> {
  const text = /^(text\/|application\/(json|xml|yaml))/.test(contentType) ? String(data) : '';
  const called = `📎 \`${name.replaceAll('`', "'")}\``;
  if (text.trim() === '' || text.length > maxShownChars) return [`${called} could not be attached here.`];
  const fence = '`'.repeat(Math.max(3, ...[...text.matchAll(/`+/g)].map(([run]) => run.length + 1)));
  const language = /\.(\w{1,10})$/.exec(name)?.[1]?.replace(/^txt$/, '') ?? '';
  return contentsOf(`${called}\n\n${fence}${language}\n${text.trimEnd()}\n${fence}`);
}
