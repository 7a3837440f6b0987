/**
 * The ladder: forms in which one message can be sent. Telegram says in words what it dislikes, so what it names is given
 * up first: a bad tag must not cost a reply its topic. What it does not name is given up in an order.
 */
import type { Host } from '../../src/extension-api.js';
import { Refused } from './api.js';
import { visible } from './render.js';

/** One message. What is absent is not part of it, or was given up. */
export interface Form {
  /** HTML. */
  html?: string;
  /** The words without their markup, in place of `html`. */
  plain?: string;
  reply_parameters?: { message_id: number; allow_sending_without_reply: boolean };
  message_thread_id?: number;
  reply_markup?: object;
}

/** As its words are shown: bold and linked, or plain. */
export type Words = { text: string; parse_mode?: 'HTML' };

export function wordsOf({ html, plain }: Form): Words | null {
  if (plain !== undefined) return { text: plain };
  return html === undefined ? null : { text: html, parse_mode: 'HTML' };
}

type Extra = 'reply_markup' | 'reply_parameters' | 'message_thread_id' | 'html';

/** What Telegram's words are about; the first that fits. */
const complaints: [Extra, RegExp][] = [
  ['reply_markup', /button|reply.?markup|keyboard/i],
  ['reply_parameters', /repl(y|ied)/i],
  ['message_thread_id', /thread|topic/i],
  ['html', /entit|too.?long/i],
];

const called: Record<Extra, string> = {
  reply_markup: 'without buttons',
  reply_parameters: 'without pointing at the question',
  message_thread_id: 'outside of its topic',
  html: 'as plain text',
};

/** Never the topic: elsewhere, others would read it. */
const givenUp: Extra[] = ['reply_parameters', 'reply_markup', 'html'];

/**
 * Sends it in the best form that Telegram takes.
 * @param options.named gives up only what Telegram names.
 * @throws Refused, when no form is left or the chat itself is refused; anything else at once.
 */
export async function inSomeForm<T>(
  form: Form,
  send: (form: Form) => Promise<T>,
  { log, named = false }: { log: Pick<Host['log'], 'warn'>; named?: boolean },
): Promise<T> {
  for (let now = form; ; ) {
    try {
      return await send(now);
    } catch (error) {
      if (!isOfTheMessage(error)) throw error;
      const less =
        complained(now, error.message) ??
        (named || hopeless.test(error.message) ? undefined : givenUp.find((extra) => extra in now));
      if (!less) throw error;
      log.warn({ err: error }, `Telegram refuses a message; it is sent ${called[less]}`);
      now = without(now, less);
    }
  }
}

/** Telegram refuses this message, and might take another one in this chat. */
export function isOfTheMessage(error: unknown): error is Refused {
  if (!(error instanceof Refused) || error.code !== 'delivery_failed') return false;
  return [400, 413].includes(error.refusal) && error.migratedTo === undefined && !closed.test(error.message);
}

/** Giving up more does not help. */
const hopeless = /too.?long|text is empty|must be non-empty/i;

/** Nothing can be said there. */
const closed =
  /chat not found|PEER_ID_INVALID|no rights to send a message|rights to send (text|messages)|CHAT_WRITE_FORBIDDEN|CHAT_RESTRICTED|SEND_PLAIN_FORBIDDEN|user is deactivated/i;

function complained(form: Form, description: string): Extra | undefined {
  const [extra] = complaints.find(([each, words]) => each in form && words.test(description)) ?? [];
  return extra;
}

function without(form: Form, extra: Extra): Form {
  const { [extra]: dropped, ...rest } = form;
  return extra === 'html' ? { ...rest, plain: plainOf(String(dropped)) } : rest;
}

/** What is seen of it, with the addresses that lie behind its words. */
export function plainOf(html: string): string {
  return visible(html.replace(/<a href="([^"]*)">(.*?)<\/a>/gs, '$2 ($1)'));
}

/** As many pieces as it takes, each at most so many UTF-16 units, cut between lines or words where there are any. */
export function pieces(text: string, most: number): string[] {
  const found: string[] = [];
  let rest = text.trim();
  while (rest.length > most) {
    const head = rest.slice(0, most + 1);
    const gap = Math.max(head.lastIndexOf('\n'), head.lastIndexOf(' '));
    const whole = /[\ud800-\udbff]/.test(rest[most - 1]!) ? most - 1 : most;
    const end = gap > most / 2 ? gap : whole;
    found.push(rest.slice(0, end).trimEnd());
    rest = rest.slice(end).trimStart();
  }
  return [...found, rest].filter((piece) => piece !== '');
}
