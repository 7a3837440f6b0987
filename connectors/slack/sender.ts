/** Sends a reply: into the message that was shown live, then part by part, each once, each in a form that Slack takes. */
import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import {
  FatalError,
  type Host,
  type OutboundMessage,
  Replacement,
  type Sent,
  SentParts,
} from '../../src/extension-api.js';
import type { LiveReplies } from '../../src/replies.js';
import { calling, refusalOf } from './failure.js';
import { type Form, sendForms } from './forms.js';
import { messageOf, type OutgoingFile, type RenderedMessage, renderReply } from './message.js';
import { channelAndTs, messageIdOf } from './normalize.js';
import { sentBefore, tagOf } from './sent-before.js';
import { textInstead, uploadFile } from './uploads.js';

/** Messages that stand in a file's place are numbered behind all others. */
const insteadOfFile = 1000;

/** The thread is gone, or takes no replies of this kind: the channel does. */
const threadless = new Set([
  'thread_not_found',
  'invalid_thread_ts',
  'cannot_reply_to_message',
  'restricted_action_non_threadable_channel',
]);

/** Stands where a message was replaced by one below it and cannot be deleted. */
const superseded = messageOf('_A newer message stands for this one._');

/** Where a reply is sent, and how. */
interface Delivery {
  client: WebClient;
  id: string;
  channel: string;
  /** Taken away where Slack does not know it any more. */
  thread: string | undefined;
  previews: boolean;
  /** Parts that an earlier try has sent without coming to note it. */
  before: Map<number, string>;
  signal: AbortSignal;
}

export interface SenderOptions {
  host: Host;
  /** Messages in which turns were shown while they ran, to become the reply's first. Null: none are. */
  live: Pick<LiveReplies, 'finish' | 'withdraw'> | null;
  /** Whether links get previews. */
  previews: boolean;
}

export class Sender {
  readonly #options: SenderOptions;

  constructor(options: SenderOptions) {
    this.#options = options;
  }

  /** Gives the platform's ids of the messages. @throws RetryableError, FatalError `delivery_failed` */
  async send(outbound: OutboundMessage, client: WebClient, signal: AbortSignal): Promise<string[]> {
    const { host, live, previews } = this.#options;
    const { id, to, memory, turnId } = outbound;
    const { channel, thread } = to;
    const { text, attachments, buttons } = memory.content;
    const { messages, files } = await renderReply(text, attachments, buttons);
    const replacement = this.#replacement(outbound, client);
    const placed = await replacement.put(files.length > 0 ? [] : [...messages.entries()]);
    if (placed) {
      await this.withdraw(turnId, client);
      return placed;
    }
    const sent = await SentParts.open({
      ...{ notes: host.notes, outboundId: id, plan: null, announce: true },
      codec: codecFor(messages.length),
    });
    const search = { client, channel, thread, id, at: sent.at };
    const before = sent.resumed ? await sentBefore(search, host.log) : new Map();
    const shown = (await live?.finish(turnId)) ?? null;
    if (shown !== null && messages[0] && !sent.has(0) && !before.has(0))
      await this.#settleLive(client, shown, id, messages[0], sent);
    const delivery: Delivery = { client, id, channel, thread, previews, before, signal };
    const posts = messages.map((message, part) => () => this.#post(delivery, part, message));
    const uploads = files.map((file, index) => () => this.#upload(delivery, file, index));
    const ids = await sent.send([...posts, ...uploads], signal);
    // Half an answer does not stay beside the whole one, nor where nothing is said.
    if (shown !== null && channelAndTs(shown).ts !== ids[0]) await this.withdraw(turnId, client);
    await replacement.clear();
    return ids.map((ts) => messageIdOf(channel, ts));
  }

  /** Takes away what was shown of a reply that will not be sent. */
  async withdraw(turnId: string, client: WebClient): Promise<void> {
    await this.#options.live?.withdraw(turnId, (message) => this.#remove(client, message));
  }

  #replacement(
    { id, ...outbound }: OutboundMessage,
    client: WebClient,
  ): Replacement<[number, RenderedMessage]> {
    const edit = async (messageId: string, part: number, message: RenderedMessage) => {
      await calling('editing a message', () =>
        client.chat.update(editOf(messageId, message, tagOf(id, part))),
      );
    };
    return new Replacement({
      host: this.#options.host,
      outbound: { id, ...outbound },
      edit: (messageId, [part, message]: [number, RenderedMessage]) => edit(messageId, part, message),
      async remove(messageId) {
        await calling('taking back a message', () => client.chat.delete(channelAndTs(messageId)));
      },
      // Slack changes no buttons alone, and what stood there is not known any more.
      disarm: (messageId) => edit(messageId, 0, superseded),
    });
  }

  /** Makes the live message the reply's first part. Where Slack refuses for good, that part is posted anew. */
  async #settleLive(
    client: WebClient,
    live: string,
    outboundId: string,
    message: RenderedMessage,
    sent: SentParts,
  ): Promise<void> {
    const place = channelAndTs(live);
    const final = editOf(live, message, tagOf(outboundId, 0));
    const edit = () => calling('editing a message', () => client.chat.update(final));
    try {
      await edit().catch(async (error) => {
        // Its process ended before it could.
        if (refusalOf(error) !== 'streaming_state_conflict') throw error;
        await stopStream(client, place.channel, place.ts);
        await edit();
      });
      await sent.mark(0, place.ts);
    } catch (error) {
      const isFinal = error instanceof FatalError || refusalOf(error) === 'streaming_state_conflict';
      if (!isFinal) throw error;
      const { log } = this.#options.host;
      const { message } = error as Error;
      log.warn(
        { connector: 'slack' },
        `a live message stays as it is, and the reply is sent anew: ${message}`,
      );
    }
  }

  async #post(delivery: Delivery, part: number, message: RenderedMessage): Promise<string> {
    const { log } = this.#options.host;
    return (
      delivery.before.get(part) ?? sendForms(message, (form) => this.#postForm(delivery, part, form), log)
    );
  }

  #postForm(delivery: Delivery, part: number, form: Form): Promise<string> {
    const { client, channel, id, previews } = delivery;
    return this.#placed(delivery, async (thread) => {
      const { ts } = await calling('posting a message', () =>
        client.chat.postMessage({
          channel,
          ...(thread ? { thread_ts: thread } : {}),
          ...form,
          metadata: tagOf(id, part),
          parse: 'none',
          link_names: false,
          // A preview is a request to an address the model chose, in the reader's name.
          unfurl_links: previews,
          unfurl_media: previews,
        }),
      );
      return ts!;
    });
  }

  /** In the thread; where that is gone, this and what follows in the channel. */
  async #placed<T>(delivery: Delivery, send: (thread: string | undefined) => Promise<T>): Promise<T> {
    try {
      return await send(delivery.thread);
    } catch (error) {
      if (!delivery.thread || !threadless.has(refusalOf(error) ?? '')) throw error;
      this.#options.host.log.warn(
        { connector: 'slack' },
        'the thread of a reply is gone; it is sent without it',
      );
      delivery.thread = undefined;
      return send(undefined);
    }
  }

  /** Words stand in the place of a file that Slack does not take. The id of a file is none of a message. */
  async #upload(delivery: Delivery, file: OutgoingFile, index: number): Promise<string> {
    const { host } = this.#options;
    const { client, channel, signal } = delivery;
    const text = typeof file.content === 'object' && 'text' in file.content ? file.content.text : null;
    const bytes =
      'text' in file.content ? Buffer.from(file.content.text) : await host.getFile(file.content.key);
    if (bytes === null || bytes.length === 0) {
      host.log.warn(
        { connector: 'slack', file: file.name },
        'a file of a reply is gone or empty, and was not sent',
      );
      return '';
    }
    const first = insteadOfFile * (index + 1);
    if (!delivery.before.has(first)) {
      try {
        await this.#placed(delivery, (thread) => uploadFile(client, { channel, thread }, file.name, bytes));
        return '';
      } catch (error) {
        if (!(error instanceof FatalError)) throw error;
        host.log.warn({ connector: 'slack', file: file.name }, `a file is sent as text: ${error.message}`);
      }
    }
    for (const [number, message] of (await textInstead(file, text, bytes)).entries()) {
      signal.throwIfAborted();
      await this.#post(delivery, first + number, message);
    }
    return '';
  }

  /** What cannot be taken away stays, and is logged. @throws what may pass. */
  async #remove(client: WebClient, message: string): Promise<void> {
    const place = channelAndTs(message);
    try {
      await calling('taking back a message', () => client.chat.delete(place));
    } catch (error) {
      if (!(error instanceof FatalError)) throw error;
      if (refusalOf(error) !== 'message_not_found')
        this.#options.host.log.warn({ connector: 'slack' }, `a live message stays: ${error.message}`);
    }
  }
}

/** Never by a `response_url`, which ends. */
function editOf(messageId: string, { text, blocks }: RenderedMessage, metadata: ReturnType<typeof tagOf>) {
  return {
    ...{ ...channelAndTs(messageId), text, blocks, metadata },
    ...{ parse: 'none' as const, link_names: false },
  };
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
