/** A reply while it is written: Slack's own streaming where there is a thread for it, edits where there is none. */
import type { WebClient } from '@slack/web-api';
import { type Memory, RetryableError, untilDone } from '../../src/extension-api.js';
import type { LiveSurface } from '../../src/replies.js';
import { asFailure, calling, refusalOf } from './failure.js';
import { renderPreview } from './message.js';
import { channelAndTs, messageIdOf } from './normalize.js';
import { stopStream } from './sender.js';
import { lastSaid } from './sent-before.js';
import type { Workspace } from './workspaces.js';

/** As it stands under the thread, after the app's name. */
const thinking = 'is thinking…';

/** Refusals that say this workspace or token has no such thing, so that it is not asked for again. */
const absent = new Set(['unknown_method', 'missing_scope', 'not_allowed_token_type', 'feature_not_enabled']);

/** Refusals of a status for this one message: it is gone, or Slack shows none in such a conversation. */
const unplaced = new Set(['invalid_thread_ts', 'thread_not_found', 'channel_not_found', 'message_not_found']);

/** What Slack has turned out not to offer to a client. */
const without = new WeakMap<WebClient, Set<'status' | 'stream'>>();

/** What Slack makes a link of. A stream cannot be told to show no previews: what has one is shown by edits. */
const linked = /:\/\/|\]\(|\]\[|\]:|mailto:|<img|\w\.[a-z]{2,}/i;

/**
 * Where the answer to a message is shown while it is written. `id`s are message ids as in `source.messageId`.
 * @param previews whether Slack may ask links' addresses for previews
 */
export function liveSurface(
  { client, botUserId }: Pick<Workspace, 'client' | 'botUserId'>,
  { source, author }: Memory,
  previews: boolean,
): LiveSurface {
  const { channel, thread, tenant } = source;
  const lacks = without.get(client) ?? new Set();
  without.set(client, lacks);
  const { ts } = channelAndTs(source.messageId);
  /** What has been streamed so far; null where the message is edited instead. */
  let streamed: string | null = null;
  /** The status is shown. Slack takes it away itself where the app writes into the thread. */
  let lit = false;

  function streamable(text: string): boolean {
    return previews || !linked.test(text);
  }

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

  /** Slack's id of what was sent, also where its answer was lost: else half a reply would stay beside the whole one. */
  async function sent(send: () => Promise<string | undefined>): Promise<string | undefined> {
    try {
      return await send();
    } catch (error) {
      if (!(error instanceof RetryableError) || error.retryAfterMs !== undefined) throw error;
      const found = await untilDone(() => lastSaid(client, { channel, thread, since: ts, by: botUserId }), {
        most: 3,
      }).catch(() => undefined);
      if (found === undefined) throw error;
      return found;
    }
  }

  async function show(status: string): Promise<void> {
    const where = { channel_id: channel, thread_ts: thread ?? ts };
    await unlessAbsent('status', () => client.assistant.threads.setStatus({ ...where, status })).catch(
      (error) => {
        if (!unplaced.has(refusalOf(error) ?? '')) throw error;
      },
    );
  }

  return {
    async typing() {
      lit = true;
      await show(thinking);
    },

    async quiet() {
      if (lit) await show('');
      lit = false;
    },

    async open(text) {
      let opened: string | undefined;
      const shown = certain(text);
      if (thread && shown !== '' && streamable(shown)) {
        const recipient = { recipient_team_id: tenant, recipient_user_id: author.id };
        const to = { channel, thread_ts: thread, ...recipient };
        opened = await sent(async () => {
          let started: string | undefined;
          await unlessAbsent('stream', async () => {
            started = (await client.chat.startStream({ ...to, markdown_text: shown })).ts;
          });
          return started;
        });
        if (opened) streamed = shown;
      }
      if (!opened) {
        const to = thread ? { channel, thread_ts: thread } : { channel };
        const preview = await renderPreview(text);
        const quiet = { parse: 'none', unfurl_links: false, unfurl_media: false } as const;
        const post = () => client.chat.postMessage({ ...to, ...preview, ...quiet });
        opened = await sent(async () => (await calling('posting a message', post)).ts);
      }
      if (thread) lit = false;
      return messageIdOf(channel, opened!);
    },

    async update(id, text) {
      const place = channelAndTs(id);
      const sure = certain(text);
      if (streamed !== null && sure.startsWith(streamed) && streamable(sure)) {
        if (sure === streamed) return;
        try {
          await client.chat.appendStream({ ...place, markdown_text: sure.slice(streamed.length) });
          streamed = sure;
          return;
        } catch (error) {
          // Slack ends a stream after some minutes.
          if (refusalOf(error) !== 'message_not_in_streaming_state')
            throw asFailure(error, 'showing a reply');
          streamed = null;
        }
      }
      // What was streamed cannot be unsaid: when a turn begins anew, its message is edited from then on.
      if (streamed !== null) await stopStream(client, place.channel, place.ts);
      streamed = null;
      const preview = await renderPreview(text);
      await calling('editing a message', () => client.chat.update({ ...place, ...preview, parse: 'none' }));
    },

    async close(id) {
      const { channel, ts } = channelAndTs(id);
      if (streamed !== null) await stopStream(client, channel, ts);
      streamed = null;
    },

    async discard(id) {
      await calling('taking back a message', () => client.chat.delete(channelAndTs(id)));
    },
  };
}

/**
 * The part of a growing text that will stay as it is. Its end may be the healer's: marks that close what is open, an
 * ellipsis; and a word may be half of one. Slack shows unclosed marks of a stream well by itself.
 */
function certain(text: string): string {
  const open = text.replace(/[\s`*_~|\])…]+$/, '');
  const words = /^.*\s/s.exec(open)?.[0] ?? open;
  return harmless(words);
}

/** Slack resolves `<!channel>` and the like in streamed text, too; the first sign is written as an entity. */
function harmless(text: string): string {
  return text.replace(/<$/, '').replace(/<(?=[!@#])/g, '&lt;');
}
