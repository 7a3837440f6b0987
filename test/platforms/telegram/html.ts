/**
 * `parse_mode: HTML` as the Bot API reads it: https://core.telegram.org/bots/api#html-style. Stricter than the real
 * server in one point: block quotes within block quotes, which it does not show as such, are refused.
 */
import type { MessageEntity } from 'telegraf/types';
import { badRequest } from './refusal.js';

export interface Formatted {
  text: string;
  entities: MessageEntity[];
}

const types: Record<string, MessageEntity['type']> = {
  b: 'bold',
  strong: 'bold',
  i: 'italic',
  em: 'italic',
  u: 'underline',
  ins: 'underline',
  s: 'strikethrough',
  strike: 'strikethrough',
  del: 'strikethrough',
  code: 'code',
  pre: 'pre',
  a: 'text_link',
  blockquote: 'blockquote',
  'tg-spoiler': 'spoiler',
  span: 'spoiler',
};

interface Open {
  tag: string;
  offset: number;
  attributes: Record<string, string>;
}

/** @throws Refusal 400 `can't parse entities` */
export function parseHtml(html: string): Formatted {
  const open: Open[] = [];
  const entities: MessageEntity[] = [];
  let text = '';
  let at = 0;
  while (at < html.length) {
    const char = html[at]!;
    if (char === '&') {
      const reference = /^&(?:(lt|gt|amp|quot)|#(\d{1,7})|#x([\da-f]{1,6}));/i.exec(html.slice(at, at + 12));
      text += reference ? decoded(reference) : '&';
      at += reference ? reference[0].length : 1;
    } else if (char !== '<') {
      text += char;
      at += 1;
    } else {
      const end = /^<\/([a-z\d-]*)\s*>/i.exec(html.slice(at));
      const start = end
        ? null
        : /^<([a-z][a-z\d-]*)((?:\s+[a-z-]+(?:="[^"<>]*")?)*)\s*>/i.exec(html.slice(at));
      const where = `at byte offset ${Buffer.byteLength(html.slice(0, at))}`;
      if (end) close(end[1]!.toLowerCase(), where);
      else if (start) begin(start[1]!.toLowerCase(), start[2]!, where);
      else throw unparsable(`Unsupported start tag "${html.slice(at + 1, at + 9)}" ${where}`);
      at += (end ?? start)![0].length;
    }
  }
  const unclosed = open.at(-1);
  if (unclosed) throw unparsable(`Can't find end tag corresponding to start tag "${unclosed.tag}"`);
  return trimmed({ text, entities });

  function begin(tag: string, written: string, where: string): void {
    if (!types[tag]) throw unparsable(`Unsupported start tag "${tag}" ${where}`);
    const attributes = Object.fromEntries(
      [...written.matchAll(/([a-z-]+)(?:="([^"]*)")?/gi)].map(([, key, value]) => [
        key!.toLowerCase(),
        value ?? '',
      ]),
    );
    if (tag === 'span' && attributes.class !== 'tg-spoiler')
      throw unparsable(`Tag "span" must have class "tg-spoiler" ${where}`);
    if (tag === 'blockquote' && open.some((outer) => outer.tag === 'blockquote'))
      throw unparsable(`Block quotes can't be nested ${where}`);
    open.push({ tag, offset: text.length, attributes });
  }

  function close(tag: string, where: string): void {
    const opened = open.pop();
    if (!opened) throw unparsable(`Unexpected end tag ${where}`);
    if (tag !== '' && tag !== opened.tag)
      throw unparsable(`Unmatched end tag ${where}, expected "</${opened.tag}>", found "</${tag}>"`);
    const { offset, attributes } = opened;
    const length = text.length - offset;
    if (length === 0) return;
    const language = /^language-(.+)$/.exec(attributes.class ?? '')?.[1];
    const outer = open.at(-1);
    if (opened.tag === 'code' && outer?.tag === 'pre' && language) outer.attributes.language = language;
    // Code knows no formatting inside.
    else if (!open.some(({ tag: around }) => around === 'pre' || around === 'code'))
      entities.push(entityOf(opened, { offset, length }, text));
  }
}

function entityOf(
  { tag, attributes }: Open,
  place: { offset: number; length: number },
  text: string,
): MessageEntity {
  if (tag === 'a') {
    const url = unescaped(attributes.href || text.slice(place.offset, place.offset + place.length));
    const person = /^tg:\/\/user\?id=(\d+)$/.exec(url);
    if (person)
      return {
        type: 'text_mention',
        ...place,
        user: { id: Number(person[1]), is_bot: false, first_name: '' },
      };
    return { type: 'text_link', ...place, url };
  }
  if (tag === 'pre' && attributes.language) return { type: 'pre', ...place, language: attributes.language };
  return { type: types[tag]!, ...place } as MessageEntity;
}

function decoded([, name, decimal, hex]: RegExpExecArray): string {
  if (name) return { lt: '<', gt: '>', amp: '&', quot: '"' }[name.toLowerCase()]!;
  const point = decimal ? Number(decimal) : Number.parseInt(hex!, 16);
  return point > 0 && point <= 0x10ffff ? String.fromCodePoint(point) : '';
}

function unescaped(text: string): string {
  return text.replace(/&(?:(lt|gt|amp|quot)|#(\d{1,7})|#x([\da-f]{1,6}));/gi, (...match) =>
    decoded(match as unknown as RegExpExecArray),
  );
}

/** Messages never begin or end with white space. */
export function trimmed({ text, entities }: Formatted): Formatted {
  const begin = text.length - text.trimStart().length;
  const whole = text.trim();
  const kept = entities.flatMap((entity) => {
    const from = Math.max(0, entity.offset - begin);
    const to = Math.min(whole.length, entity.offset + entity.length - begin);
    return to > from ? [{ ...entity, offset: from, length: to - from }] : [];
  });
  return { text: whole, entities: kept.sort((a, b) => a.offset - b.offset || b.length - a.length) };
}

function unparsable(problem: string): Error {
  return badRequest(`can't parse entities: ${problem}`);
}
