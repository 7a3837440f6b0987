/** A reply while it is written: a message of its own that is edited, and "typing" until there is something to show. */
import { type Memory, untilDone } from '../../src/extension-api.js';
import type { LiveSurface } from '../../src/replies.js';
import { type Api, Refused } from './api.js';
import { replyTo } from './delivery.js';
import type { Address } from './normalize.js';
import { placeOf, preview } from './outgoing.js';
import { rendering } from './reply.js';

/** What Telegram bears for long, in ms: about one call a second in a chat, and twenty a minute in a group. */
export const liveTimes = { direct: 1000, group: 3000, typing: 4500 };

/** Leaves room for what tables gain when they are drawn. */
export const liveMaxChars = 3500;

export interface LiveParts {
  api: Api;
  /** Whether pages that a reply links to are previewed. */
  previews: boolean;
  /** Told of every call: one broken off would leave a message that nobody knows of. */
  track<T>(call: Promise<T>): Promise<T>;
  /** Ends what is tried again when the connector stops. */
  signal: AbortSignal;
}

/** A message that has nothing to say must go, also where Telegram is away just then. */
const removing = { most: 8, longestMs: 15_000 };

export function liveSurface({ source }: Memory, { api, previews, track, signal }: LiveParts): LiveSurface {
  const address = source.metadata as Partial<Address> | undefined;
  const chat_id = Number(address?.chatId ?? source.channel);
  const thread = source.thread === undefined ? {} : { message_thread_id: Number(source.thread) };
  const target = { chat_id, ...thread };
  return {
    everyMs: address?.private ? liveTimes.direct : liveTimes.group,
    async typing() {
      await track(api.call('sendChatAction', { ...target, action: 'typing' }));
    },
    async open(text) {
      const message = { ...target, ...(await shown(text, previews)), ...replyTo(source.metadata) };
      const { message_id } = await track(api.call('sendMessage', message));
      return `${chat_id}:${message_id}`;
    },
    async update(id, text) {
      const message = { ...placeOf(id), ...(await shown(text, previews)) };
      await track(api.call('editMessageText', message)).catch((error) => {
        if (!(error instanceof Refused) || !/not modified/.test(error.message)) throw error;
      });
    },
    async discard(id) {
      await track(untilDone(() => api.call('deleteMessage', placeOf(id)), { ...removing, signal }));
    },
  };
}

async function shown(markdown: string, previews: boolean) {
  const [text = '…'] = await rendering.parts(markdown);
  return { text, parse_mode: 'HTML' as const, ...preview(previews) };
}
