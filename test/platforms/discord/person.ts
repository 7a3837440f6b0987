import type { Interaction, Interactions } from './interactions.js';
import { snowflake } from './snowflake.js';
import type { Talk, Words } from './talk.js';
import type { Channel, Message, User, World } from './world.js';

/** Someone at the Discord client: does what a person can do there. */
export class Person {
  readonly user: User;
  readonly #world: World;
  readonly #talk: Talk;
  readonly #interactions: Interactions;

  constructor(user: User, world: World, talk: Talk, interactions: Interactions) {
    this.user = user;
    this.#world = world;
    this.#talk = talk;
    this.#interactions = interactions;
  }

  get id(): string {
    return this.user.id;
  }

  say(channel: Channel, content: string, words: Omit<Words, 'content'> = {}): Message {
    return this.#talk.post(channel.id, this.user, { ...words, content });
  }

  /** @param told what the event says besides its ids; by default the whole message. */
  edit(message: Message, content: string, told: 'all' | 'content' | 'time' = 'all'): void {
    this.#talk.edit(message, { content }, [], told);
  }

  delete(message: Message): void {
    this.#talk.remove(message);
  }

  react(message: Message, emoji: string): void {
    this.#talk.react(message, this.user, emoji, true);
  }

  unreact(message: Message, emoji: string): void {
    this.#talk.react(message, this.user, emoji, false);
  }

  /** The one-to-one conversation with the bot. */
  direct(): Channel {
    return this.#world.direct(this.id);
  }

  startThread(parent: Channel, name: string): Channel {
    return this.#talk.openThread(parent, this.user, name);
  }

  /** A thread below a message, whose id it bears. */
  threadFrom(message: Message, name: string): Channel {
    return this.#talk.openThread(this.#world.channel(message.channelId), this.user, name, message);
  }

  /** Passes a message on. */
  forward(message: Message, to: Channel): Message {
    return this.say(to, '', { forwarded: message });
  }

  /** A post in a forum: a thread whose first message bears the thread's own id. */
  post(forum: Channel, title: string, content: string): { thread: Channel; message: Message } {
    const thread = this.#talk.openThread(forum, this.user, title);
    return { thread, message: this.say(thread, content, { id: thread.id }) };
  }

  command(channel: Channel, name: string, options: Record<string, string> = {}): Interaction {
    return this.#interactions.command(this.user, channel.id, name, options);
  }

  press(message: Message, label: string): Interaction {
    return this.#interactions.press(this.user, message, label);
  }

  /** Under the answer to a command of theirs. */
  pressAnswer(asked: Interaction, label: string): Interaction {
    return this.#interactions.pressAnswer(asked, label);
  }

  /** A file as an upload makes it. */
  file(filename: string, content_type: string, bytes: Buffer, url?: string, description?: string) {
    const more = { ...(url && { url }), ...(description && { description }) };
    return { id: snowflake(), filename, content_type, bytes, ...more };
  }
}
