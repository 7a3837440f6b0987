/** Databases for the tests of encryption in MongoDB: keys, a store on one, and its documents as they lie there. */
import { createHash } from 'node:crypto';
import { type Collection, type Document, MongoClient } from 'mongodb';
import type { Memory } from '../../src/core/memory.js';
import { type KeyRing, keyRingOf } from '../../src/encryption/key-ring.js';
import { createLogger } from '../../src/logger.js';
import { known } from '../../src/store/mongodb/schema.js';
import { sealedNames } from '../../src/store/mongodb/sealed-fields.js';
import { type MongoOptions, openMongoStore } from '../../src/store/mongodb/store.js';
import type { Store } from '../../src/store/store.js';
import { checkpointOf, commitOf, kept, message, newFile } from '../contract/store/samples.js';

/** The same key for the same id; `id=other`: another one under this id. */
export function settingOf(...ids: string[]): string {
  return ids.map((id) => `${id.split('=')[0]}:${createHash('sha256').update(id).digest('base64')}`).join(',');
}

export const ringOf = (...ids: string[]): KeyRing => keyRingOf(settingOf(...ids))!;

/** Hubs look for what others have begun after so many ms. */
export const quick = { ...known, watchMs: 40 };

export class SealedDatabase {
  readonly url: string;
  readonly name: string;
  readonly #client: MongoClient;
  readonly #open = new Set<Store>();

  constructor(url: string, name: string) {
    this.url = url;
    this.name = name;
    this.#client = new MongoClient(url);
  }

  async open(ring: KeyRing | null, more: Partial<MongoOptions> = {}): Promise<Store> {
    const { url, name: database } = this;
    const log = createLogger('silent');
    const store = await openMongoStore({ url, database, ring, known: quick, log, ...more });
    this.#open.add(store);
    return store;
  }

  documents(name: string): Collection<Document & { _id: string }> {
    return this.#client.db(this.name).collection(name);
  }

  /** How many documents are under this key as a whole. */
  under(name: string, key: string): Promise<number> {
    return this.documents(name).countDocuments({ key });
  }

  /** No document is, or has a part, in the clear or under another key, and the head names this one alone. */
  async isAllUnder(key: string): Promise<boolean> {
    const head = await this.head();
    if (head?.current !== key || head.keys.length !== 1 || head.clear) return false;
    const others = ['k1', 'k2', 'k3'].filter((one) => one !== key);
    for (const name of sealedNames)
      for (const filter of [{ key: { $ne: key } }, { keys: { $in: others } }])
        if (await this.documents(name).findOne(filter, { projection: { _id: 1 } })) return false;
    return true;
  }

  head(): Promise<Document | null> {
    return this.documents('meta').findOne({ _id: 'encryption' });
  }

  async dispose(): Promise<void> {
    for (const store of this.#open) await store.close();
    await this.#client.db(this.name).dropDatabase();
    await this.#client.close();
  }
}

const origin = (what: string) => ({ kind: 'page' as const, what, at: 1 });

/**
 * Words of people wherever a store takes some, each with its place in it: `zqtext`, `zqquote` and so on.
 * @returns the words
 */
export async function fill(store: Store): Promise<string[]> {
  const words = new Set<string>();
  const w = (place: string) => {
    words.add(`zq${place}`);
    return `the zq${place} of it`;
  };
  const file = await store.files.put(Buffer.from(w('bytes')), { ...newFile(), name: w('filename') });
  const source = { connector: 'http', tenant: 'default', channel: 'c', messageId: 'm' };
  const first = message({
    roomId: 'full',
    author: { id: 'u1', name: w('author') },
    content: {
      text: w('text'),
      quote: { author: w('quoted'), text: w('quote') },
      parts: [{ kind: 'card', author: w('carder'), text: w('part') }],
      attachments: [{ name: w('attachment'), mediaType: 'text/plain', size: 1, file }],
      replyTo: null,
    },
    source: { ...source, metadata: { said: w('metadata') } },
    taint: [origin(w('origin'))],
  });
  await store.memories.append(first);
  const action = {
    ...{
      callId: 'c1',
      name: 'look',
      arguments: JSON.stringify({ q: w('argument') }),
      state: 'done' as const,
    },
    ...{ result: w('result'), ok: true, startedAt: 1, durationMs: 1 },
  };
  const steps = [{ text: w('step'), actions: [action], usage: { inputTokens: 1, outputTokens: 1 } }];
  await store.turns.checkpoint({ ...checkpointOf([first], []), steps });
  const { turn, reply, outbound } = commitOf([first], { text: w('reply') });
  const buttons = [{ label: w('button'), payload: 'p' }];
  reply!.content = { ...reply!.content, buttons };
  const noticed = { ...reply!, id: `${reply!.id}n`, content: { ...reply!.content, text: w('notice') } };
  await store.turns.commit({
    turn: {
      ...{ ...turn, steps, taint: [origin(w('turnorigin'))], error: { code: 'x', message: w('turnerror') } },
      passedOver: [{ model: 'm', code: 'c', message: w('passedover') }],
    },
    reply,
    outbound: { ...outbound!, memory: noticed },
  });
  await store.outbox.due('full', 10);
  await store.outbox.failed(outbound!.id, { code: 'x', message: w('outboxerror') }, null);
  const waiting = message({
    roomId: 'waiting',
    content: { text: w('pending'), attachments: [], replyTo: null },
  });
  await store.memories.append(waiting);
  const begun = steps.map((step) => ({ ...step, text: w('begun') }));
  await store.turns.checkpoint({ ...checkpointOf([waiting], []), steps: begun });
  const decision = { approve: true, note: w('decision') };
  await store.memories.append(
    message({ roomId: 'triggered', kind: 'trigger', trigger: { kind: 'decision', turnId: 't', decision } }),
  );
  const says = { subject: 'self', attribute: 'drinks', value: w('said'), polarity: 1 as const };
  const fact = { from: ['a'], how: 'found' as const, confidence: 1, said: 1, version: 1, says };
  await store.memories.append(kept(w('fact'), { kind: 'fact', fact }));
  await store.memories.append(
    kept(w('summary'), { kind: 'summary', summary: { first: 'a', last: 'b', messages: 2, by: 'rules' } }),
  );
  const chunk = { documentId: 'd', name: w('document'), version: 1, index: 0, headings: [w('heading')] };
  await store.memories.append(kept(w('chunk'), { kind: 'document', chunk }));
  const edited = kept('before');
  await store.memories.append(edited);
  await store.memories.edit(edited.id, w('edited'));
  await store.notes.put('note', { told: w('note') });
  await store.records.put({ kind: 'task', id: 'r', value: { goal: w('record') }, group: 'g' }, 0);
  return [...words];
}

/** All that can be read of a room, in its order. */
export async function roomOf(store: Store, roomId: string): Promise<Memory[]> {
  return (await store.memories.history(roomId, { limit: 1_000 })).items;
}
