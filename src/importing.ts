/** What was said to another program becomes memories here: each once, with its old time and author. */
import type { Account } from './access/account.js';
import { openEngines } from './backends.js';
import type { Config } from './config.js';
import { newId } from './core/ids.js';
import { type Author, type Memory, roomIdOf, scopeOf } from './core/memory.js';
import type { Logger } from './logger.js';
import { factsOn } from './memory/facts/facts-on.js';
import { blockOf } from './memory/facts/known.js';
import { withoutSecrets } from './memory/secrets.js';
import { redact } from './redaction.js';
import { all } from './store/paging.js';

export { whenOf } from './schedules/times.js';
export { datesText } from './schedules/words.js';

/** One text of the source. */
export interface Said {
  /** The same at every import of the same text; unique among all that one program brings an agent. */
  key: string;
  /** Where it stood, for whoever asks where a memory comes from. */
  from: string;
  text: string;
  /** Unix ms. */
  at: number;
  role: 'user' | 'assistant';
  /** It is a fact of its owner, too. */
  fact?: true;
}

/** What belongs together, and is forgotten together: a conversation, or somebody's notes. */
export interface PastRoom {
  agentId: string;
  /** What the agent is called. */
  agentName: string;
  /** Whose it is: they alone are told of it, where they talk to the agent directly. */
  owner: Account;
  /** In the place of a platform's conversation; it is none, so nothing else is ever said there. */
  channel: string;
  said: Said[];
}

export interface Brought {
  roomId: string;
  channel: string;
  made: number;
  /** They were there already, perhaps with another text by now. */
  same: number;
  facts: number;
  /** Facts that were not made, since their owner has too many; what says them is recalled as it is. */
  factsRefused: number;
  /** Texts in which a password, a key or the like was blanked out. */
  blanked: number;
  /** Texts of which only the beginning was taken, since they are too long. */
  cut: number;
}

/** Written at once. */
const batch = 50;
/** In characters. */
const longestText = 20_000;
/** As many as a person and their agent may have of facts, with some to spare. */
const mostFacts = 1000;

export interface Past {
  bring(room: PastRoom): Promise<Brought>;
  close(): Promise<void>;
}

/** The text without what is, or looks like, a secret. */
export function clean(text: string): string {
  return redact(withoutSecrets(text));
}

/**
 * Into whichever store the settings name.
 * @param program whose words these are, such as `openclaw`
 * @throws FatalError `store_locked` where a hub holds the data folder, `config_invalid`, `store_unavailable`
 */
export async function openPast(config: Config, log: Logger, program: string): Promise<Past> {
  const engines = await openEngines(config, log);
  const { store } = engines;
  // Whoever imports again wants it, also what was forgotten since.
  const { keeper } = factsOn({ store, forgotten: { has: async () => false }, log });

  async function bring({ agentId, agentName, owner, channel, said }: PastRoom): Promise<Brought> {
    const { connector, tenant, userId } = owner;
    const place = { connector, tenant, channel };
    const author: Author = { id: userId };
    const room = {
      agentId,
      roomId: roomIdOf(agentId, place),
      scope: scopeOf({ agentId, source: place, direct: true, author }),
    };
    const brought: Brought = {
      ...{ roomId: room.roomId, channel },
      ...{ made: 0, same: 0, facts: 0, factsRefused: 0, blanked: 0, cut: 0 },
    };
    const memoryOf = ({ key, from, text, at, role }: Said): Memory => {
      // Before it is cut: of a key that the cut goes through, nobody could tell what the rest is.
      const kept = clean(text);
      if (kept !== text) brought.blanked += 1;
      if (kept.length > longestText) brought.cut += 1;
      return {
        ...{ id: newId(), ...room, kind: 'message', role, status: 'kept', turnId: null, createdAt: at },
        author: role === 'user' ? author : { id: agentId, name: agentName.slice(0, 256), bot: true },
        content: { text: kept.slice(0, longestText), attachments: [], replyTo: null },
        source: { ...place, messageId: `${program}:${key}`, metadata: { imported: from.slice(0, 300) } },
        taint: [{ kind: 'file', what: `${program}: ${from}`.slice(0, 200), at }],
      };
    };
    const stored: { one: Said; memory: Memory }[] = [];
    for (let at = 0; at < said.length; at += batch) {
      const appended = await Promise.all(
        said.slice(at, at + batch).map(async (one) => {
          const { memory, duplicate } = await store.memories.append(memoryOf(one));
          brought[duplicate ? 'same' : 'made'] += 1;
          return { one, memory };
        }),
      );
      stored.push(...appended);
    }
    const saying = stored.filter(({ one }) => one.fact);
    if (saying.length === 0) return brought;
    // What its owner has corrected since, or ended, has been a fact once, and is none again.
    const before = new Set(
      (await all((page) => store.memories.inScope(agentId, room.scope, page)))
        .filter(({ kind }) => kind === 'fact')
        .slice(-mostFacts)
        .flatMap((fact) => blockOf(fact).from),
    );
    for (const { one, memory } of saying) {
      if (before.has(memory.id)) continue;
      const { fact } = await keeper.keep({
        ...{ room: { ...room, source: memory.source }, owner: author, text: memory.content.text },
        ...{ how: 'asked', from: [memory.id], at: one.at, turnId: null, taint: memory.taint },
      });
      brought[fact ? 'facts' : 'factsRefused'] += 1;
    }
    return brought;
  }

  return {
    bring,
    async close() {
      const { turnQueue, deliveryQueue, bus } = engines;
      await Promise.all([turnQueue.close(), deliveryQueue.close()]);
      await bus.close();
      await engines.close();
    },
  };
}
