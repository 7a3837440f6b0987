import { createHash } from 'node:crypto';
import type { APIMessage } from 'discord.js';
import type { Source } from '../../src/extension-api.js';
import type { Api } from './api.js';
import type { Part } from './reply.js';

/** https://discord.com/developers/docs/resources/message#message-object-message-flags */
export const suppressEmbeds = 1 << 2;

export interface Post extends Part {
  /** The same for every try: within minutes Discord makes one message of them. */
  key: string;
  /** The message it hangs below; gone or not, the post is made. */
  replyTo?: string | undefined;
}

export interface MessengerOptions {
  /** Whether Discord may fetch links and show what is there. */
  previews: boolean;
}

/** Writes messages. Nothing it writes pings anyone, and no link in it is fetched unless previews are wanted. */
export class Messenger {
  readonly #api: Api;
  readonly #options: MessengerOptions;

  constructor(api: Api, options: MessengerOptions) {
    this.#api = api;
    this.#options = options;
  }

  /** @returns the message; that of an earlier try under the same key, as it stands now, where there was one. */
  post(channelId: string, post: Post, signal?: AbortSignal): Promise<Pick<APIMessage, 'id' | 'content'>> {
    const { content, files, components, key, replyTo } = post;
    return this.#api.post<APIMessage>(`/channels/${channelId}/messages`, {
      body: {
        ...this.#body({ content, files, components }),
        nonce: nonceOf(key),
        enforce_nonce: true,
        // What the hub says of its own accord, and the answer to a button, are to no message of Discord's.
        ...(replyTo &&
          /^\d+$/.test(replyTo) && { message_reference: { message_id: replyTo, fail_if_not_exists: false } }),
      },
      ...(files.length > 0 && { files }),
      ...(signal && { signal }),
    });
  }

  async edit(channelId: string, messageId: string, part: Part, signal?: AbortSignal): Promise<void> {
    const { files } = part;
    await this.#api.patch(`/channels/${channelId}/messages/${messageId}`, {
      // The list says which files there are: a second try replaces those of the first.
      body: { ...this.#body(part), attachments: files.map(({ name }, id) => ({ id, filename: name })) },
      ...(files.length > 0 && { files }),
      ...(signal && { signal }),
    });
  }

  /** Takes its buttons away; its words stay. */
  async disarm(channelId: string, messageId: string): Promise<void> {
    await this.#api.patch(`/channels/${channelId}/messages/${messageId}`, { body: { components: [] } });
  }

  async remove(channelId: string, messageId: string): Promise<void> {
    await this.#api.delete(`/channels/${channelId}/messages/${messageId}`);
  }

  async typing(channelId: string): Promise<void> {
    await this.#api.post(`/channels/${channelId}/typing`);
  }

  #body({ content, components }: Part): object {
    const flags = this.#options.previews ? {} : { flags: suppressEmbeds };
    return { content, components, ...flags, allowed_mentions: { parse: [], replied_user: false } };
  }
}

/** The channel to write to: a thread is one of its own. */
export function channelOf({ channel, thread }: Pick<Source, 'channel' | 'thread'>): string {
  return thread ?? channel;
}

/** Discord takes 25 characters. */
function nonceOf(key: string): string {
  return createHash('sha256').update(key).digest('base64url').slice(0, 25);
}
