import { afterAll, describe, expect, it } from 'vitest';
import type { Agent } from '../../src/core/character.js';
import { Character } from '../../src/core/character.js';
import type { Memory } from '../../src/core/memory.js';
import type { Turn } from '../../src/core/turn.js';
import { FactExtraction } from '../../src/memory/facts/extraction.js';
import { openLibsqlStore } from '../../src/store/libsql/store.js';
import type { Connection } from '../../src/store/mongodb/connection.js';
import { LargeScopes } from '../../src/store/mongodb/large-scopes.js';
import type { Outdated } from '../../src/store/mongodb/outdated.js';
import type { Reads } from '../../src/store/mongodb/reads.js';
import { SmallScopes } from '../../src/store/mongodb/small-scopes.js';
import { stemOf } from '../../src/store/stems.js';
import { kept } from '../contract/store/samples.js';
import { log, temporaryFolder } from '../store/folder.js';
import { held, names } from './held.js';

const filter = (scope: string) => ({
  agentId: 'ada',
  scopes: [scope],
  kinds: [],
  exclude: new Set<string>(),
});

describe('of scopes, a process keeps', () => {
  it('20,000 sizes (src/store/mongodb/small-scopes.ts)', async () => {
    let asked = 0;
    const reads = { rows: async () => [{ count: ++asked && 1 }] } as unknown as Reads;
    const small = new SmallScopes({} as Connection, reads, {} as Outdated, 100);
    const scopes = names('scope', 20_010);
    const look = (scope: string) => small.among(filter(scope));
    for (const scope of scopes) await look(scope);
    expect(await held(scopes, look, () => asked)).toBe(20_000);
  });

  it('50 samples of large ones (src/store/mongodb/large-scopes.ts)', async () => {
    let asked = 0;
    const find = async () => {
      asked++;
      return [];
    };
    const connection = { find, retrieval: () => ({}) } as unknown as Connection;
    const outdated = { renew: async () => {} } as unknown as Outdated;
    const large = new LargeScopes(connection, { unions: true }, outdated);
    const scopes = names('scope', 60);
    const look = (scope: string) => large.read(filter(scope), [], Promise.resolve([]), 0);
    for (const scope of scopes) await look(scope);
    expect(await held(scopes, look, () => asked)).toBe(50);
  });
});

describe('of questions that the agent has asked', () => {
  const folder = temporaryFolder();
  afterAll(() => folder.remove());

  it('1,000 are kept, a room each (src/memory/facts/extraction.ts)', async () => {
    const store = await openLibsqlStore({ dataDir: folder.path, log });
    let found = 0;
    const character = Character.parse({ name: 'Ada', bio: '.' });
    const keep = async () => {
      found++;
      return { fact: null };
    };
    const extraction = new FactExtraction({
      ...{ memories: store.memories, records: store.records, log },
      keeper: { keep } as never,
      agent: (): Agent => ({ id: 'ada', character }),
      understands: async () => false,
      ask: async () => ({ text: '', calls: [] }),
      now: () => Date.now(),
    });
    const turned = (roomId: string, said: string, reply: string) => {
      const turn = { agentId: 'ada', roomId, turnId: `turn_${roomId}`, status: 'done' } as Turn;
      const of = (text: string, role: Memory['role']): Memory => ({ ...kept(text, { roomId }), role });
      extraction.turned(turn, [of(said, 'user')], of(reply, 'assistant'));
    };
    const rooms = names('room', 1_010);
    for (const room of rooms) turned(room, 'hello', 'What is your dog called?');
    for (const room of rooms) turned(room, 'Biscuit.', 'I see.');
    await extraction.stop();
    await store.close();
    expect(found).toBe(1_000);
  });
});

it('stems are the same however many words were stemmed before (src/store/stems.ts)', () => {
  const before = ['running', 'Häuser', 'chevaux'].map((word) => [stemOf(word, 'en'), stemOf(word, 'de')]);
  for (const word of names('word', 12_000))
    for (const language of ['en', 'de'] as const) stemOf(word, language);
  expect(['running', 'Häuser', 'chevaux'].map((word) => [stemOf(word, 'en'), stemOf(word, 'de')])).toEqual(
    before,
  );
});
