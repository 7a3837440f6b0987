/** Sends a reply: into the message that was shown live, then part by part, each once. */
import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import { type Host, type OutboundMessage, type Sent, SentParts } from '../../src/extension-api.js';
import { calling, refusalOf } from './failure.js';
import { type OutgoingFile, type RenderedMessage, renderReply } from './message.js';
import { channelAndTs, messageIdOf } from './normalize.js';

/** What marks a message as part of a reply, for a later try to find it by. */
const metadataType = 'carrier_reply';

/** Slack's clock and ours may differ by this. */
const clockSlackSeconds = 120;

/** Most messages of a conversation that are looked through for parts sent before. */
const searched = { pages: 5, perPage: 200 };

const gone = new Set(['message_not_found', 'cant_update_message', 'edit_window_closed']);

interface Place {
  channel: string;
  thread: string | undefined;
}

export class Sender {
  readonly #host: Host;
  /** The message in which the turn was shown while it ran, to become the reply's first. */
  readonly #finishLive: (turnId: string) => Promise<string | null>;

  constructor(host: Host, finishLive: (turnId: string) => Promise<string | null>) {
    this.#host = host;
    this.#finishLive = finishLive;
  }

  /** Gives the platform's ids of the messages. @throws RetryableError, FatalError `delivery_failed` */
  async send(outbound: OutboundMessage, client: WebClient, signal: AbortSignal): Promise<string[]> {
    const { id, to, memory, turnId } = outbound;
    const place = { channel: to.channel, thread: to.thread };
    const { text, attachments, buttons } = memory.content;
    const { messages, files } = await renderReply(text, attachments, buttons);
    const sent = await SentParts.open({
      ...{ notes: this.#host.notes, outboundId: id, plan: null, announce: true },
      codec: codecFor(messages.length),
    });
    const live = await this.#finishLive(turnId);
    if (live !== null) await this.#settleLive(client, live, id, messages[0], sent);
    const before = sent.resumed ? await this.#find(client, place, id, sent) : new Map<number, string>();
    const posts = messages.map(
      (message, index) => async () =>
        before.get(index) ?? (await this.#post(client, place, id, index, message)),
    );
    const uploads = files.map((file) => () => this.#upload(client, place, file));
    const ids = await sent.send([...posts, ...uploads], signal);
    return ids.map((ts) => messageIdOf(place.channel, ts));
  }

  /** Ends the live message: as the reply's first part, or not at all where nothing is said. */
  async #settleLive(
    client: WebClient,
    live: string,
    outboundId: string,
    first: RenderedMessage | undefined,
    sent: SentParts,
  ): Promise<void> {
    const { channel, ts } = channelAndTs(live);
    if (sent.has(0)) return;
    try {
      if (!first) {
        await calling('taking back a message', () => client.chat.delete({ channel, ts }));
        return;
      }
      const final = {
        channel,
        ts,
        ...first,
        metadata: metadataOf(outboundId, 0),
        parse: 'none',
        link_names: false,
      } as const;
      const edit = () => calling('editing a message', () => client.chat.update(final));
      await edit().catch(async (error) => {
        // Its process ended before it could.
        if (refusalOf(error) !== 'streaming_state_conflict') throw error;
        await stopStream(client, channel, ts);
        await edit();
      });
      await sent.mark(0, ts);
    } catch (error) {
      // A person took it away, or it cannot be edited any more: the reply is posted anew.
      if (!gone.has(refusalOf(error) ?? '')) throw error;
    }
  }

  async #post(
    client: WebClient,
    { channel, thread }: Place,
    outboundId: string,
    index: number,
    message: RenderedMessage,
  ): Promise<string> {
    const { ts } = await calling('posting a message', () =>
      client.chat.postMessage({
        channel,
        ...(thread ? { thread_ts: thread } : {}),
        ...message,
        metadata: metadataOf(outboundId, index),
        parse: 'none',
        link_names: false,
        // A preview is a request to an address the model chose, in the reader's name.
        unfurl_links: false,
        unfurl_media: false,
      }),
    );
    return ts!;
  }

  /** Parts that an earlier try has sent without coming to note it. */
  async #find(
    client: WebClient,
    { channel, thread }: Place,
    outboundId: string,
    sent: SentParts,
  ): Promise<Map<number, string>> {
    const found = new Map<number, string>();
    const oldest = String(Math.floor(sent.at / 1000) - clockSlackSeconds);
    const window = { channel, oldest, limit: searched.perPage, include_all_metadata: true };
    let cursor: string | undefined;
    for (let page = 0; page < searched.pages; page += 1) {
      const { messages = [], response_metadata: next } = await calling('looking for sent messages', () =>
        thread
          ? client.conversations.replies({ ...window, ts: thread, cursor })
          : client.conversations.history({ ...window, cursor }),
      );
      for (const { ts, metadata } of messages) {
        const { reply, part } = (metadata?.event_payload ?? {}) as { reply?: unknown; part?: unknown };
        if (ts && metadata?.event_type === metadataType && reply === outboundId) found.set(Number(part), ts);
      }
      cursor = next?.next_cursor || undefined;
      if (!cursor) break;
    }
    return found;
  }

  async #upload(
    client: WebClient,
    { channel, thread }: Place,
    { name, content }: OutgoingFile,
  ): Promise<string> {
    const bytes = 'text' in content ? Buffer.from(content.text) : await this.#host.getFile(content.key);
    if (bytes === null || bytes.length === 0) {
      this.#host.log.warn(
        { connector: 'slack', file: name },
        'a file of a reply is gone or empty, and was not sent',
      );
      return '';
    }
    const file = { filename: name, title: name, file: Buffer.from(bytes) };
    await calling('sending a file', () =>
      client.filesUploadV2(
        thread ? { ...file, channel_id: channel, thread_ts: thread } : { ...file, channel_id: channel },
      ),
    );
    // The id of a file is none of a message.
    return '';
  }
}

/** Nothing where it is over already, or where the message was none. */
export async function stopStream(client: WebClient, channel: string, ts: string): Promise<void> {
  try {
    await client.chat.stopStream({ channel, ts });
  } catch (error) {
    const over = ['message_not_in_streaming_state', 'message_not_found', 'unknown_method'];
    if (!over.includes(refusalOf(error) ?? ''))
      await calling('ending a live message', () => Promise.reject(error));
  }
}

const Noted = z.object({ at: z.number(), ts: z.array(z.string().nullable()), files: z.number() });

/** As versions before the kit wrote it, and may read it beside us: files are counted behind so many messages. */
function codecFor(messages: number) {
  return {
    read(noted: unknown): Sent<null> | null {
      const { data } = Noted.safeParse(noted);
      if (!data) return null;
      const ids = Array.from({ length: messages }, (_, index) => data.ts[index] ?? null);
      return { at: data.at, plan: null, ids: [...ids, ...Array<string>(data.files).fill('')] };
    },
    write: ({ at, ids }: Sent<null>) => ({
      ...{ at, ts: ids.slice(0, messages), files: Math.max(0, ids.length - messages) },
    }),
  };
}

function metadataOf(outboundId: string, part: number) {
  return { event_type: metadataType, event_payload: { reply: outboundId, part } };
}
