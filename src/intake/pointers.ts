import { type Memory, roomIdOf, type SourceKey } from '../core/memory.js';
import type { Logger } from '../logger.js';
import type { History } from '../store/history.js';
import type { TypedNotes } from '../store/note.js';
import type { NoteStore } from '../store/note-store.js';
import { replyNote } from '../store/reply-note.js';
import type { Checked } from './gate.js';
import type { Proxies } from './proxies.js';

const mostQuotedChars = 4000;

/** Finds memories by what the platform calls them: what people wrote, and what the agent replied. */
export class Pointers {
  readonly #memories: History;
  readonly #proxies: Pick<Proxies, 'of'>;
  readonly #replies: TypedNotes<SourceKey, string>;

  constructor(memories: History, notes: NoteStore, proxies: Pick<Proxies, 'of'>, log: Logger) {
    this.#proxies = proxies;
    this.#memories = memories;
    this.#replies = replyNote.in(notes, log);
  }

  async find(key: SourceKey): Promise<Memory | null> {
    return (await this.#memories.find(key)) ?? (await this.reply(key)) ?? this.#proxies.of(key);
  }

  /** One of the agent's own; known for a month after its delivery. */
  async reply(key: SourceKey): Promise<Memory | null> {
    const id = await this.#replies.get(key);
    return id === null ? null : this.#memories.get(id);
  }

  /** What a message points at. A message of another room is not quoted here, whatever the platform says. */
  async pointedAt(message: Checked): Promise<Pick<Memory['content'], 'replyTo' | 'quote'>> {
    const { agentId, source, replyTo, quote } = message;
    const quoted = quote && { quote };
    if (replyTo === undefined) return { replyTo: null, ...quoted };
    const { connector, tenant } = source;
    const target = await this.find({ agentId, connector, tenant, messageId: replyTo });
    if (target?.roomId !== roomIdOf(agentId, source)) return { replyTo: null, ...quoted };
    const { author, content } = target;
    const own = { author: author.name ?? author.id, text: content.text.slice(0, mostQuotedChars) };
    return { replyTo: target.id, quote: quote ?? own };
  }
}
