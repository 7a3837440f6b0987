/** A hub whose embedder rests, is away or is changed: what people ask is answered all the same. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Hub } from '../../src/hub.js';
import type { Embedder } from '../../src/llm/llm.js';
import { type EmbeddingServer, embeddingServer } from '../memory/embedding-server.js';
import { type Api, api } from '../support/api.js';
import { Home } from '../support/hub.js';
import { scriptedModel } from '../support/model.js';
import { until } from '../support/until.js';

let home: Home;
let model: ReturnType<typeof scriptedModel>;
beforeEach(() => {
  home = new Home();
  model = scriptedModel(() => 'noted');
  home.character('assistant', { name: 'Ada', bio: '.', memory: { recentMessages: 2, recall: 2 } });
});
afterEach(() => home.dispose());

const alice = { userId: 'alice', roomId: 'kitchen' };
/** What shares a topic means the same. */
const topics = /(puppy|hound)|(supper|dinner)|(train|railway)/;
const topicOf = (text: string) => topics.exec(text)?.slice(1).findIndex(Boolean) ?? text;

async function talk(client: Api): Promise<void> {
  for (const text of ['the puppy is called Biscuit', 'supper was soup', 'the train came late', 'good night'])
    await client.send('assistant', { ...alice, text });
}

/** What is recalled for a question; it has no word of what it is about. */
async function recalled(client: Api, question: string): Promise<string[]> {
  await client.send('assistant', { ...alice, text: question });
  const part = model.requests.at(-1)!.system.find(({ kind }) => kind === 'recalled');
  return part?.kind === 'recalled' ? part.memories.map(({ text }) => text) : [];
}

/** A busy machine may take longer for a vector than a turn waits. */
async function recalls(client: Api, question: string, text: string): Promise<void> {
  await until(async () => (await recalled(client, question)).includes(text), 20_000);
}

interface Status {
  embedders: {
    embedder: string;
    state: string;
    completeAt: string | null;
    embedded: Record<string, number>;
    backlog: Record<string, number>;
    problem: { code: string; message: string } | null;
  }[];
}

async function statusOf(client: Api): Promise<Status['embedders']> {
  return ((await (await client.get('/embeddings')).json()) as Status).embedders;
}

describe('an embedder that rests', () => {
  it('[memory.7] is woken when a message is let in, once, and the first question has its vector', async () => {
    let isAsleep = true;
    const did: string[] = [];
    const embedder: Embedder = {
      ...{ id: 'sleepy:pebble', dimensions: 4 },
      async embed(texts, use = 'text') {
        did.push(use);
        if (isAsleep) await new Promise((resolve) => setTimeout(resolve, 500));
        isAsleep = false;
        return texts.map((text) => {
          const vector = new Float32Array(4);
          vector[typeof topicOf(text) === 'number' ? Number(topicOf(text)) : 3] = 1;
          return vector;
        });
      },
      async wake() {
        did.push('woken');
        await embedder.embed(['.']);
      },
      async close() {},
    };
    const hub = await home.hub({ model: () => model, embedder });
    const client = api(hub.url, hub.token.secret);
    await talk(client);
    await until(async () => (await statusOf(client))[0]?.state === 'current');
    expect(did.filter((one) => one === 'woken')).toHaveLength(1);
    await hub.stop();

    isAsleep = true;
    did.length = 0;
    const again = await home.hub({ model: () => model, embedder });
    expect(await recalled(api(again.url, again.token.secret), 'who is my hound?')).toContain(
      'the puppy is called Biscuit',
    );
    expect(did[0]).toBe('woken');
    await recalled(api(again.url, again.token.secret), 'and what of the railway?');
    expect(did.filter((one) => one === 'woken')).toHaveLength(1);
  });
});

describe('an embedder of the settings', () => {
  let server: EmbeddingServer;
  beforeEach(async () => {
    server = await embeddingServer({ keyOf: (text) => String(topicOf(text)) });
  });

  const start = (name: string): Promise<Hub> =>
    home.hub(
      { model: () => model },
      { CARRIER_EMBEDDER: `openai:${name}`, OPENAI_BASE_URL: server.url, OPENAI_API_KEY: 'sk-test-abcdefgh' },
    );

  it('[knowledge.30] that is changed leaves the old one serving until the new one is complete', async () => {
    const first = await start('old');
    let client = api(first.url, first.token.secret);
    await talk(client);
    await until(async () => (await statusOf(client))[0]?.embedded.message === 8);
    await recalls(client, 'who is my hound?', 'the puppy is called Biscuit');
    await first.stop();

    server.manner.down = 'new';
    const second = await start('new');
    client = api(second.url, second.token.secret);
    await recalls(client, 'was there any dinner?', 'supper was soup');
    await until(async () => (await statusOf(client))[0]?.problem != null);
    const [filling, former] = await statusOf(client);
    expect(filling).toMatchObject({ state: 'filling', completeAt: null, embedded: {} });
    expect(filling?.embedder).toContain('openai:new');
    expect(filling?.backlog.message).toBeGreaterThanOrEqual(12);
    expect(former).toMatchObject({ state: 'former', completeAt: expect.any(String) });
    const scraped = await (await client.get('/metrics')).text();
    expect(scraped).toMatch(/carrier_embeddings_backlog\{kind="message"\} 1\d/);

    server.manner.down = 'old';
    await until(async () => (await statusOf(client))[0]?.state === 'current', 20_000);
    await recalls(client, 'which railway do I mean?', 'the train came late');
    expect((await statusOf(client))[0]).toMatchObject({ problem: null, backlog: {} });
  });

  it('[knowledge.24] that is away from the start on stops no turn, and is back by itself', async () => {
    server.manner.down = true;
    const hub = await start('pebble');
    const client = api(hub.url, hub.token.secret);
    await talk(client);
    await recalls(client, 'what about Biscuit?', 'the puppy is called Biscuit');
    await until(async () => (await statusOf(client))[0]?.problem != null);
    server.manner.down = false;
    await until(async () => (await statusOf(client))[0]?.state === 'current', 20_000);
    await recalls(client, 'who is my hound?', 'the puppy is called Biscuit');
  });
});
