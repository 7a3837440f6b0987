/** Quotes what was said, with who said it and when. */
import type { Remark } from './conversation.js';
import { isQuestion } from './words.js';

/**
 * One line of harmless text: no control or direction marks, which could make it look like something else, and
 * no quotation marks that would end the quote.
 */
export function plain(text: string): string {
  return text
    .slice(0, 4000)
    .replace(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .replace(/[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/g, '')
    .replace(/[“”„«»]/g, "'")
    .trim();
}

export function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  const head = text.slice(0, length).replace(/[\ud800-\udbff]$/, '');
  const space = head.lastIndexOf(' ');
  return `${(space > length / 2 ? head.slice(0, space) : head).replace(/[\s,;:.]+$/, '')}…`;
}

/** As people say it: `On 22 November at 14:03 you said: “my dog is called Biscuit”.` */
export function tell({ remark, quote }: { remark: Remark; quote: string }, thisYear: number): string {
  const { kind, by, at, justNow } = remark;
  const who = by === 'agent' ? 'I' : by === 'asker' ? 'you' : plain(by.name);
  const when = Number.isNaN(new Date(at).getTime()) ? 'Earlier' : `On ${moment(new Date(at), thisYear)}`;
  const quoted = /[?!…]$/.test(quote) ? `“${quote}”` : `“${quote.replace(/\.$/, '')}”.`;
  if (remark.mark !== undefined) return `${plain(who)} says: ${quoted.replace(/\.?$/, ` [${remark.mark}].`)}`;
  if (justNow) return `Just now ${who} said: ${quoted}`;
  if (kind === 'fact') return `${when} I noted: ${quoted}`;
  if (kind !== 'message') return `My notes say: ${quoted}`;
  return `${when} ${who} ${isQuestion(quote) ? 'asked' : 'said'}: ${quoted}`;
}

const clock = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', hourCycle: 'h23' });

/** `22 November at 14:03`, on the hub's clock, with the year where it is another one. */
function moment(date: Date, thisYear: number): string {
  const part = Object.fromEntries(clock.formatToParts(date).map(({ type, value }) => [type, value]));
  const year = date.getFullYear() === thisYear ? '' : ` ${part.year}`;
  return `${part.day} ${part.month}${year} at ${part.hour}:${part.minute}`;
}
