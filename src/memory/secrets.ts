/**
 * Secrets in what people write: passwords, keys, numbers of cards. They serve the turn they are written in, and are kept
 * nowhere. Short codes, such as that of a door, are kept where somebody asks for it.
 */

import { SecretShapes } from '../checks/secret-shapes.js';
import type { Memory } from '../core/memory.js';
import type { History } from '../store/history.js';
import type { Outbox } from '../store/outbox.js';
import { cardsIn } from './facts/rules/payment-numbers.js';
import { inPlainSigns, isAscii } from './plain-signs.js';

/**
 * The value follows the name, and is no word: "the password is Gurke7!", "my password is wrong". Nor is it what stands in
 * the place of one.
 */
const named =
  /(?:(?<![\p{L}\p{M}\p{N}_])(?:pass ?words?|passwd|pwd|psw|pw|pass(?= ?[:=])|pass ?phrases?|passcodes?|passwort|kennwort|mot de passe|contraseña|senha|wachtwoord|api[ _-]?keys?|secret keys?|access tokens?|пароль|hasło|heslo|şifre|lösenord|salasana|adgangskode|passord)|密[码碼]|口令|パスワード|비밀번호)(?![\w-])[^\n]{0,40}?(?:(?<![\p{L}\p{M}\p{N}_])(?:is|are|was|ist|lautet|est|es|é|är)(?![\p{L}\p{M}\p{N}_])(?: now| still| called)?|[:=是为為はが는은])\s{0,3}["'“„`]?(?!\[(?:[a-z]+ )?(?:not kept|removed)\])([^\s"'”“`,;]{4,200})/giu;
/** Stands in every ASCII text that `named` matches: a quick look that answers for most. */
const mayBeNamed =
  /p(?:ass|s?w)|kennwort|senha|wachtwoord|api[ _-]?key|secret key|access token|heslo|salasana|adgangskode/i;
const looksChosen = /\d|[^\p{L}\p{M}\d.,:;!?'’…()-]|\p{Ll}\p{Lu}/u;
/** Keys for trying things out are too even for chance, and begin as others do. */
const keys = /\b(?:sk|pk|rk|whsec|ghp|glpat|xox[a-z])[-_](?=[\w-]{0,200}\d{6})[\w-]{8,200}/g;

const blank = '[not kept]';

/** Whether it holds what is kept nowhere, asked for or not. */
export function hasSecret(text: string): boolean {
  return spansIn(text).length > 0;
}

/** The text without the values. */
export function withoutSecrets(text: string): string {
  let clean = '';
  let at = 0;
  for (const [from, to] of spansIn(text)) {
    if (to <= at) continue;
    clean += from < at ? '' : text.slice(at, from) + blank;
    at = to;
  }
  return at === 0 ? text : clean + text.slice(at);
}

type Span = [from: number, to: number];

/** In order. */
function spansIn(written: string): Span[] {
  const text = inPlainSigns(written);
  const found: Span[] = new SecretShapes().look(text, true).map(({ from, to }) => [from, to]);
  const names = isAscii(text) && !mayBeNamed.test(text) ? [] : text.matchAll(named);
  for (const { 0: whole, 1: value = '', index } of names) {
    const bare = value.replace(/[.?)]+$/, '');
    if (bare.length < 4 || !looksChosen.test(bare)) continue;
    const from = index + whole.length - value.length;
    found.push([from, from + bare.length]);
  }
  if (/\d{6}/.test(text))
    for (const { 0: key, index } of text.matchAll(keys)) found.push([index, index + key.length]);
  found.push(...cardsIn(text));
  return found.sort(([a], [b]) => a - b);
}

type Content = Memory['content'];

/** What was seen of a memory's words: they stay the same object while its state changes. */
const looked = new WeakMap<Content, { text: string; isSecret: boolean }>();

function isSecret(content: Content): boolean {
  const known = looked.get(content);
  if (known?.text === content.text) return known.isSecret;
  const look = { text: content.text, isSecret: hasSecret(content.text) };
  looked.set(content, look);
  return look.isSecret;
}

/** Memories are kept from turn to turn, and what was seen of them is. */
const seen = new WeakMap<Memory, Memory>();

/** As a later turn may read it. */
export function discreet(memory: Memory): Memory {
  const known = seen.get(memory);
  if (known) return known;
  const text = isSecret(memory.content) ? withoutSecrets(memory.content.text) : memory.content.text;
  const shown = text === memory.content.text ? memory : { ...memory, content: { ...memory.content, text } };
  seen.set(memory, shown);
  return shown;
}

/** What the person is told, once, whose messages these are; null: there is nothing to tell. */
export function secretNotice(messages: readonly Memory[], reply: string): string | null {
  const is = messages.some(
    ({ kind, role, content }) => kind === 'message' && role === 'user' && isSecret(content),
  );
  if (!is || reply.includes(notKept)) return null;
  return `Your message holds what looks like a password, a key or the number of a card. ${notKept}: it is blanked out in what I remember.`;
}

/** Whoever reads this has been told. */
export const notKept = 'Passwords, keys and numbers of cards are not kept';

/** Blanks them out in what is stored of a turn, and so in its words and vectors. Returns how many memories held some. */
export async function blankOut(
  turn: readonly (Memory | null)[],
  memories: Pick<History, 'get' | 'edit'>,
): Promise<number> {
  let count = 0;
  for (const memory of turn) {
    if (!memory || memory.content.text === '') continue;
    if (!isSecret(memory.content)) continue;
    // It may have been edited while the turn ran.
    const stored = (await memories.get(memory.id))?.content.text ?? '';
    const text = withoutSecrets(stored);
    if (text === stored) continue;
    await memories.edit(memory.id, text);
    count++;
  }
  return count;
}

const lookMs = 250;
const mostLooks = 40;

/** The same of a reply, once it was sent as it was written, or after some seconds. */
export async function blankOutSent(reply: Memory, { memories, outbox }: SentFrom): Promise<void> {
  if (!isSecret(reply.content)) return;
  await delivered(reply.roomId, outbox);
  await blankOut([reply], memories);
}

/** Resolves once nothing of the room waits to be sent, or after some seconds. */
export async function delivered(roomId: string, outbox: Pick<Outbox, 'due'>): Promise<void> {
  for (let looks = 0; looks < mostLooks; looks++) {
    if ((await outbox.due(roomId, 1)).length === 0) return;
    await new Promise((resolve) => setTimeout(resolve, lookMs).unref());
  }
}

interface SentFrom {
  memories: Pick<History, 'get' | 'edit'>;
  outbox: Pick<Outbox, 'due'>;
}
