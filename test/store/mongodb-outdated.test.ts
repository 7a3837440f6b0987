/** Words that a hub of before has indexed, which goes on beside this one: found at once, renewed later, never undone. */
import { type Collection, MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/logger.js';
import type { MemoryDocument } from '../../src/store/mongodb/documents.js';
import { openMongoStore } from '../../src/store/mongodb/store.js';
import { wordsVersion } from '../../src/store/mongodb/terms.js';
import type { Store } from '../../src/store/store.js';
import { kept } from '../contract/store/samples.js';
import { type RunningMongoServer, startMongoServer } from '../servers/mongodb/launch.js';
import { until } from '../support/until.js';

describe('words of older hubs', () => {
  let server: RunningMongoServer;
  let client: MongoClient;
  let memories: Collection<MemoryDocument>;
  let store: Store;

  beforeAll(async () => {
    server = await startMongoServer({ search: false });
    client = await new MongoClient(server.url).connect();
    memories = client.db('outdated').collection('memories');
    store = await openMongoStore({ url: server.url, database: 'outdated', log: createLogger('silent') });
  });
  afterAll(async () => {
    await store?.close();
    await client?.close();
    await server?.stop();
  });

  const found = async (text: string) => {
    const { stretches } = await store.memories.candidates({
      ...{ agentId: 'ada', scopes: ['s'], questions: [{ text }], around: 0 },
    });
    return stretches.flatMap(({ candidates }) => candidates.map(({ key }) => key));
  };
  /** As such a hub leaves it: without its version, and with other words. */
  const asOlder = (id: string, text: string) =>
    memories.updateOne(
      { _id: id },
      { $set: { 'content.text': text, terms: ['told', 'elsewhere'], has: { text: 'another edit' } } },
    );
  const renewed = async (id: string) => (await memories.findOne({ _id: id }))!.has?.terms === wordsVersion;

  it('are compared as they are today, and written so in the background', async () => {
    const memory = kept('off to Lisbon', { author: { id: '1', name: 'Marcus' } });
    await store.memories.append(memory);
    expect(await renewed(memory.id)).toBe(true);
    // An edit by an older hub says nothing of a version.
    await asOlder(memory.id, 'off to Porto');
    expect(await found('Marcus')).toEqual([memory.id]);
    expect(await found('Porto')).toEqual([memory.id]);
    expect(await found('Lisbon')).toEqual([]);
    await until(() => renewed(memory.id));
    expect((await memories.findOne({ _id: memory.id }))!.has!.text).toBe('another edit');
    expect(await found('Marcus in Porto')).toEqual([memory.id]);
  });

  it('are there for a file without a text, which older hubs have not indexed', async () => {
    const attachments = [{ name: 'invoice.pdf', mediaType: 'application/pdf', size: 1, file: 'f' }];
    const memory = kept('', { content: { text: '', attachments, replyTo: null } });
    await store.memories.append(memory);
    await memories.updateOne({ _id: memory.id }, { $unset: { terms: '', embeds: '', has: '' } });
    expect(await found('the invoice')).toEqual([memory.id]);
    await until(() => renewed(memory.id));
    expect((await memories.findOne({ _id: memory.id }))!.embeds).toBe(true);
    const lacking = await store.memories.unembedded('e', 10);
    expect(lacking.map(({ text }) => text)).toContainEqual(expect.stringContaining('invoice.pdf'));
  });
});
