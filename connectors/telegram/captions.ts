/** An album's text is put together from its items' captions, and each of them can be edited by itself. */
import { z } from 'zod';
import type { Notes } from '../../src/extension-api.js';
import { messageIdOf } from './normalize.js';
import type { Message, User } from './payload.js';
import { textOf } from './reader.js';

/** By message id. */
const Captions = z.record(z.string(), z.string());

/** Telegram lets people edit for 48 hours. */
const ttlMs = 50 * 3_600_000;

export async function noteCaptions(notes: Notes, items: Message[], bot: User): Promise<void> {
  const [first] = items;
  if (!first) return;
  const key = keyOf(first);
  const known = Captions.safeParse(await notes.get(key));
  const captions = Object.fromEntries(items.map((item) => [item.message_id, textOf(item, bot)]));
  await notes.put(key, { ...captions, ...known.data }, { ttlMs });
}

/** The album's whole text after one caption was changed; null: this item is not part of a known album. */
export async function editedCaptions(notes: Notes, edited: Message, bot: User): Promise<string | null> {
  const key = keyOf(edited);
  const captions = Captions.safeParse(await notes.get(key));
  if (captions.data?.[edited.message_id] === undefined) return null;
  const changed = { ...captions.data, [edited.message_id]: textOf(edited, bot) };
  await notes.put(key, changed, { ttlMs });
  // Keys that are whole numbers come in rising order, so these are the album's.
  return Object.values(changed).filter(Boolean).join('\n');
}

function keyOf(item: Message): string {
  return `captions:${messageIdOf(item)}`;
}
