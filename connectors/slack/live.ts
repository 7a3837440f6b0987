/** A reply while it is written: Slack's own streaming where there is a thread for it, edits where there is none. */
import type { WebClient } from '@slack/web-api';
import type { LiveSurface, Memory } from '../../src/index.js';
import { asFailure, calling, refusalOf } from './failure.js';
import { renderPreview } from './message.js';
import { channelAndTs, messageIdOf } from './normalize.js';
import { stopStream } from './sender.js';

/** As it stands under the thread, after the app's name. */
const status = 'is thinking…';

/** Refusals that say this workspace or token has no such thing, so that it is not asked for again. */
const absent = new Set([
  'unknown_method',
  'missing_scope',
  'not_allowed_token_type',
  'feature_not_enabled',
  'invalid_thread_ts',
]);

/** What Slack has turned out not to offer to a client. */
const without = new WeakMap<WebClient, Set<'status' | 'stream'>>();

/** Where the answer to a message is shown while it is written. `id`s are message ids as in `source.messageId`. */
export function liveSurface(client: WebClient, { source, author }: Memory): LiveSurface {
  const { channel, thread, tenant } = source;
  const lacks = without.get(client) ?? new Set();
  without.set(client, lacks);
  const { ts } = channelAndTs(source.messageId);
  let stream: { sent: string; seen: string } | null = null;

  async function unlessAbsent(what: 'status' | 'stream', call: () => Promise<unknown>): Promise<boolean> {
    if (lacks.has(what)) return false;
    try {
      await call();
      return true;
    } catch (error) {
      if (!absent.has(refusalOf(error) ?? '')) throw asFailure(error, 'showing a reply');
      lacks.add(what);
      return false;
    }
  }

  return {
    async typing() {
      await unlessAbsent('status', () =>
        client.assistant.threads.setStatus({ channel_id: channel, thread_ts: thread ?? ts, status }),
      );
    },

    async open(text) {
      let opened: string | undefined;
      if (thread) {
        const recipient = { recipient_team_id: tenant, recipient_user_id: author.id };
        const shown = harmless(text);
        await unlessAbsent('stream', async () => {
          const to = { channel, thread_ts: thread, ...recipient };
          const answer = await client.chat.startStream({ ...to, markdown_text: shown });
          opened = answer.ts;
          stream = { sent: shown, seen: shown };
        });
      }
      if (!opened) {
        const to = thread ? { channel, thread_ts: thread } : { channel };
        const { ts: posted } = await calling('posting a message', () =>
          client.chat.postMessage({
            ...to,
            ...renderPreview(text),
            parse: 'none',
            unfurl_links: false,
            unfurl_media: false,
          }),
        );
        opened = posted;
      }
      return messageIdOf(channel, opened!);
    },

    async update(id, text) {
      const place = channelAndTs(id);
      if (!stream) {
        await calling('editing a message', () =>
          client.chat.update({ ...place, ...renderPreview(text), parse: 'none' }),
        );
        return;
      }
      // Only what two looks at the growing text agree on is sent: its end may still be closing marks of the healer.
      const shown = harmless(text);
      const sure = commonStart(stream.seen, shown);
      stream.seen = shown;
      if (!sure.startsWith(stream.sent) || sure.length === stream.sent.length) return;
      const more = sure.slice(stream.sent.length);
      try {
        await client.chat.appendStream({ ...place, markdown_text: more });
        stream.sent = sure;
      } catch (error) {
        // Slack ends a stream after some minutes; the message can be edited from then on.
        if (refusalOf(error) !== 'message_not_in_streaming_state') throw asFailure(error, 'showing a reply');
        stream = null;
      }
    },

    async close(id) {
      const place = channelAndTs(id);
      if (stream) await stopStream(client, place.channel, place.ts);
      stream = null;
    },

    async discard(id) {
      await calling('taking back a message', () => client.chat.delete(channelAndTs(id)));
    },
  };
}

/** Slack resolves `<!channel>` and the like in streamed text, too; the first sign is written as an entity. */
function harmless(text: string): string {
  return text.replace(/<$/, '').replace(/<(?=[!@#])/g, '&lt;');
}

function commonStart(a: string, b: string): string {
  let length = 0;
  while (length < Math.min(a.length, b.length) && a[length] === b[length]) length += 1;
  // Not within a surrogate pair.
  const last = a.charCodeAt(length - 1);
  return a.slice(0, last >= 0xd800 && last <= 0xdbff ? length - 1 : length);
}
