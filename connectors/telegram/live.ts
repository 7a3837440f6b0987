/** A reply while it is written: a message of its own that is edited, and "typing" until there is something to show. */
import type { Memory } from '../../src/extension-api.js';
import type { LiveSurface } from '../../src/replies.js';
import { type Api, Refused } from './api.js';
import { formatted, replyTo } from './delivery.js';
import type { Address } from './normalize.js';
import { limits, renderHtml, renderParts, visible } from './render.js';

/** What Telegram bears for long, in ms: about one call a second in a chat, and twenty a minute in a group. */
export const liveTimes = { direct: 1000, group: 3000, typing: 4500 };

/** Leaves room for what tables gain when they are drawn. */
export const liveMaxChars = 3500;

/** @param track is told of every call: one broken off would leave a message that nobody knows of. */
export function liveSurface(
  api: Api,
  { source }: Memory,
  track: <T>(call: Promise<T>) => Promise<T>,
): LiveSurface {
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
      const message = { ...target, ...shown(text), ...replyTo(source.metadata) };
      const { message_id } = await track(api.call('sendMessage', message));
      return `${chat_id}:${message_id}`;
    },
    async update(id, text) {
      const message = { chat_id, message_id: Number(id.split(':')[1]), ...shown(text) };
      await track(api.call('editMessageText', message)).catch((error) => {
        if (!(error instanceof Refused) || !/not modified/.test(error.message)) throw error;
      });
    },
    async discard(id) {
      await track(api.call('deleteMessage', { chat_id, message_id: Number(id.split(':')[1]) }));
    },
  };
}

function shown(markdown: string) {
  const html = renderHtml(markdown);
  return formatted(visible(html).length <= limits.text ? html : renderParts(markdown)[0]!);
}
