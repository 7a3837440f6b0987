import { LRUCache } from 'lru-cache';
import { type Host, type Part, RetryableError, roomIdOf, untilDone } from '../../src/extension-api.js';
import type { Api } from './api.js';
import { type Bystanders, sourceOf } from './normalize.js';
import { allWords, type ChatMessage, filesOf, type MessageFile, nameOf } from './reader.js';
import { Refusal, refusalCode } from './refusal.js';
import { byId } from './snowflake.js';

export interface EarlierParts {
  api: Pick<Api, 'get'>;
  host: Pick<Host, 'notes' | 'history' | 'log'>;
  agentId: string;
  /** The inbox closes. */
  signal: AbortSignal;
}

/** What was said in a thread before the agent was named there. */
export interface Earlier {
  parts: Part[];
  files: MessageFile[];
}

/** How many messages of a thread's beginning, and how many before the one that names the agent. */
const fromBeginning = 10;
const mostRecent = 40;
const maxChars = 1000;

/** Files of them that are fetched: those of the first messages first. */
const maxFiles = 5;

const tries = 3;
const keptMs = 365 * 86_400_000;

// https://discord.com/developers/docs/resources/message#message-object-message-types
const types = { threadStarter: 21, pollResult: 46 };
const worded = [0, 19, 20, 23, types.pollResult];

/** Reads threads that the agent comes to late, each once. */
export class EarlierTalk {
  readonly #parts: EarlierParts;
  /** Threads that are known to have been read; the others are looked up. */
  readonly #read = new LRUCache<string, true>({ max: 10_000 });

  constructor(parts: EarlierParts) {
    this.#parts = parts;
  }

  /** Null: the thread was read before, or the agent has been in it. @throws what the hub's notes and history throw. */
  async before(message: ChatMessage, around: Bystanders): Promise<Earlier | null> {
    const { thread, title } = around.place;
    if (!thread || this.#read.has(thread)) return null;
    const { host, agentId } = this.#parts;
    const roomId = roomIdOf(agentId, sourceOf(around, message.id));
    const [noted, history] = await Promise.all([
      host.notes.get(keyOf(thread)),
      host.history(roomId, { limit: 100, order: 'newest' }),
    ]);
    if (noted !== null || history.items.some(({ role }) => role === 'assistant')) {
      this.#read.set(thread, true);
      return null;
    }
    const known = new Set(history.items.map(({ source }) => source.messageId));
    const name: Part[] = title && message.id !== thread ? [{ kind: 'title', text: title }] : [];
    try {
      const job = () => this.#talk(message, around, thread);
      const talk = await untilDone(job, { most: tries, signal: this.#parts.signal });
      const unknown = talk.filter((one) => one === gap || !known.has(one.id));
      const said = unknown.filter((one): one is ChatMessage => one !== gap);
      const files = said.flatMap((one) => filesOf(one, 'earlier')).slice(0, maxFiles);
      return { parts: [...name, ...unknown.map((one) => partOf(one, around))], files };
    } catch (err) {
      if (this.#parts.signal.aborted) throw err;
      if (!(err instanceof Refusal) && !(err instanceof RetryableError)) throw err;
      host.log.warn({ err }, 'The beginning of a thread on Discord cannot be read.');
      const fix = err instanceof Refusal ? ' (the bot needs "Read Message History")' : '';
      const text = `What was said in this thread before cannot be read${fix}.`;
      return { parts: [...name, { kind: 'note', text }], files: [] };
    }
  }

  /** It is part of a stored message now. Also after it was forgotten it is not read again. */
  async keep(thread: string): Promise<void> {
    this.#read.set(thread, true);
    await this.#parts.host.notes.put(keyOf(thread), true, { ttlMs: keptMs });
  }

  /** Oldest first; a null stands where messages are left out. */
  async #talk({ id }: ChatMessage, { place }: Bystanders, thread: string): Promise<(ChatMessage | null)[]> {
    const recent = await this.#page(thread, { before: id, limit: String(mostRecent) });
    const whole = recent.length < mostRecent;
    const first = whole ? [] : await this.#page(thread, { after: '0', limit: String(fromBeginning) });
    const missing = first.filter((one) => recent.every((other) => other.id !== one.id));
    const between = missing.length === fromBeginning ? [gap] : [];
    const starter = await this.#starter(place.channel, thread, [...missing, ...recent]);
    const said = [...starter, ...missing, ...between, ...recent];
    return said.filter((one) => one === gap || worded.includes(one.type));
  }

  /** The message in the channel above that the thread was made of; a post in a forum has its own in the thread. */
  async #starter(channel: string, thread: string, said: ChatMessage[]): Promise<ChatMessage[]> {
    const pointer = said.find(({ type }) => type === types.threadStarter);
    if (pointer?.referenced_message) return [pointer.referenced_message];
    if (said.some(({ id }) => id === thread)) return [];
    try {
      return [await this.#parts.api.get<ChatMessage>(`/channels/${channel}/messages/${thread}`)];
    } catch (error) {
      // A thread that was made of no message, or of one that was deleted.
      if (refusalCode(error) === null) throw error;
      return [];
    }
  }

  async #page(channel: string, query: Record<string, string>): Promise<ChatMessage[]> {
    const asked = { query: new URLSearchParams(query) };
    return (await this.#parts.api.get<ChatMessage[]>(`/channels/${channel}/messages`, asked)).sort(byId);
  }
}

/** Messages that are left out. */
const gap = null;

function partOf(message: ChatMessage | null, around: Bystanders): Part {
  if (message === gap) return { kind: 'note', text: '(Messages of this thread are left out here.)' };
  const { author, timestamp, webhook_id } = message;
  const files = filesOf(message).map(({ file }) => `[file: ${file.filename}]`);
  const text = [allWords(message, around), ...files].filter(Boolean).join('\n\n');
  return {
    kind: 'earlier',
    author: nameOf(author),
    ...((author.bot || webhook_id !== undefined) && { bot: true }),
    at: Date.parse(timestamp),
    text: text.length > maxChars ? `${text.slice(0, maxChars)} …` : text,
  };
}

function keyOf(thread: string): string {
  return `thread:${thread}`;
}
