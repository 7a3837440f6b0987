/** Recall on a store: what it finds among what, and that it takes any text for words. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/logger.js';
import { recall } from '../../src/memory/recall.js';
import { openLibsqlStore } from '../../src/store/libsql/store.js';
import type { Store } from '../../src/store/store.js';
import { kept } from '../contract/store/samples.js';
import { temporaryFolder } from '../store/folder.js';

const folder = temporaryFolder();
let store: Store;
beforeAll(async () => {
  store = await openLibsqlStore({ dataDir: folder.path, log: createLogger('silent') });
});
afterAll(async () => {
  await store.close();
  folder.remove();
});

const ask = (text: string, scope: string, limit = 8) =>
  recall(store.memories, { agentId: 'ada', scopes: [scope], questions: [{ text }], limit });
const found = async (...[text, scope, limit]: Parameters<typeof ask>) =>
  (await ask(text, scope, limit)).hits.map(({ memory }) => memory.content.text);
const fill = (texts: readonly string[], scope: string, more: Parameters<typeof kept>[1] = {}) =>
  Promise.all(texts.map((text) => store.memories.append(kept(text, { scope, roomId: scope, ...more }))));

describe('recall', () => {
  it('[knowledge.21] takes any text for plain words: hits or nothing, never an error', async () => {
    const texts = [
      'ticket ABC-358 is open',
      'I don’t like rain',
      'we write C++ and C',
      'ubuntu 20.04 is old',
    ];
    await fill([...texts, 'text: this column', 'AND or NOT'], 'plain');
    for (const [query, expected] of [
      ['ABC-358', texts[0]],
      ["don't like", texts[1]],
      ['C++', texts[2]],
      ['ubuntu 20.04', texts[3]],
      ['text:this', 'text: this column'],
    ] as const)
      expect((await found(query, 'plain'))[0]).toBe(expected);
    for (const query of ['AND', '"', '(', '', 'text:x*', 'NEAR(a b)', '\u0000', '\ud800', '{rain}', '-'])
      expect(Array.isArray(await found(query, 'plain'))).toBe(true);
    expect(await found('"', 'plain')).toEqual([]);
    expect(await found('', 'plain')).toEqual([]);
  });

  it('[knowledge.22] finds by words at once what has no vector yet', async () => {
    const others = await fill(['the weather was fine', 'the weather was bad'], 'young');
    await store.memories.saveEmbeddings(
      'e',
      others.map(({ memory: { id } }) => ({ id, values: new Float32Array([0.9, 0.1]) })),
    );
    await fill(['the password of the day is AMBER-HERON'], 'young');
    const vector = { embedder: 'e', values: new Float32Array([1, 0]) };
    const { hits, record } = await recall(store.memories, {
      ...{ agentId: 'ada', scopes: ['young'], questions: [{ text: 'AMBER-HERON', vector }], limit: 1 },
    });
    expect(hits[0]!.memory.content.text).toBe('the password of the day is AMBER-HERON');
    expect(record.hits[0]!.meaning).toBeNull();
  });

  it('[knowledge.23] of what nothing matches finds nothing, again and again, and writes nothing', async () => {
    await fill(
      Array.from({ length: 6_000 }, (_, i) => `the ${i}th report about the weather`),
      'large',
    );
    await found('weather', 'large');
    const before = (await ask('weather', 'large', 3)).hits.length;
    for (let i = 0; i < 10; i++) expect(await found('submarine', 'large')).toEqual([]);
    expect((await ask('weather', 'large', 3)).hits.length).toBe(before);
  });

  it('[knowledge.26] gives all documents together one budget of places, and neighbours to talk alone', async () => {
    for (let n = 0; n < 10; n++) {
      const chunk = { documentId: `d${n}`, name: `Handbook ${n}`, version: 1, headings: ['Holidays'] };
      for (let index = 0; index < 5; index++)
        await store.memories.append(
          kept(n === 3 && index === 2 ? 'thirty days in Germany' : `rule ${index} of house number ${n}`, {
            ...{ scope: 'docs', roomId: `room of ${n}`, kind: 'document', role: 'system' },
            chunk: { ...chunk, index },
          }),
        );
    }
    const { hits } = await ask('how many days of holidays does Handbook 3 give in Germany?', 'docs', 8);
    expect(hits).toHaveLength(8);
    expect(hits[0]!.memory.content.text).toBe('thirty days in Germany');
    expect(hits.every(({ before, after }) => before.length + after.length === 0)).toBe(true);
  });

  it('[memory.10] finds the oldest of many facts by its words', async () => {
    await fill(
      ['my sister Ana lives in Graz', ...Array.from({ length: 24 }, (_, i) => `I like dish number ${i}`)],
      'facts',
      {
        kind: 'fact',
      },
    );
    expect((await found('where does Ana live?', 'facts'))[0]).toBe('my sister Ana lives in Graz');
  });

  it('[memory.11] shares the places among questions, and reads what is said beside each hit', async () => {
    await fill(
      ['where is the wine?', 'in the cellar', 'fine', 'the ladder is behind the shed', 'thanks'],
      'burst',
    );
    const { hits } = await recall(store.memories, {
      ...{ agentId: 'ada', scopes: ['burst'], limit: 2 },
      questions: [{ text: 'who drank the wine?' }, { text: 'the ladder?' }],
    });
    expect(hits.map(({ memory }) => memory.content.text).sort()).toEqual([
      'the ladder is behind the shed',
      'where is the wine?',
    ]);
    const [wine] = hits.filter(({ memory }) => memory.content.text.includes('wine'));
    expect(wine!.after.map(({ content }) => content.text)).toEqual(['in the cellar', 'fine']);
  });
});
