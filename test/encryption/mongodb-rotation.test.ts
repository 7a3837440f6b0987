/** Keys that change while a hub serves: nothing is lost, nothing goes back, and in the end the old key is in no use. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { best } from '../../src/store/scoring.js';
import type { Store } from '../../src/store/store.js';
import { checkpointOf, commitOf, kept, message, texts } from '../contract/store/samples.js';
import { type RunningMongoServer, startMongoServer } from '../servers/mongodb/launch.js';
import { until } from '../support/until.js';
import { scanDatabase } from '../support/word-scan.js';
import { fill, ringOf, roomOf, SealedDatabase, settingOf } from './sealed-database.js';

const writer = fileURLToPath(new URL('./rotation-writer.mjs', import.meta.url));

describe('rotation in MongoDB', () => {
  let server: RunningMongoServer;
  let database: SealedDatabase;
  let databases = 0;
  beforeAll(async () => {
    server = await startMongoServer({ search: false });
  });
  afterAll(() => server?.stop());
  beforeEach(() => {
    database = new SealedDatabase(server.url, `rotated_${databases++}`);
  });
  afterEach(() => database?.dispose());

  it('[governed.29] keeps the newest of what is edited, added and answered meanwhile', async () => {
    const before = await database.open(ringOf('k1'));
    await fill(before);
    const said = Array.from({ length: 300 }, (_, at) => kept(`before ${at}`, { roomId: 'talk' }));
    for (const one of said) await before.memories.append(one);
    await before.notes.put('counter', 0);
    await before.close();
    const store = await database.open(ringOf('k2', 'k1'));
    const other = await database.open(ringOf('k1', 'k2'));
    // While it runs: some are edited once and again, notes are put, and turns go their way, in two processes.
    const edits = said.map(async ({ id }, at) => {
      if (at % 3 > 0) return;
      await store.memories.edit(id, `once ${at}`);
      await other.memories.edit(id, `newest ${at}`);
    });
    const notes = (async () => {
      for (let at = 1; at <= 60; at++) await (at % 2 ? store : other).notes.put('counter', at);
    })();
    const turns = Array.from({ length: 100 }, async (_, at) => {
      const by = at % 2 ? store : other;
      const asked = message({ text: `asked ${at}`, roomId: `turn ${at}` });
      await by.memories.append(asked);
      await by.turns.checkpoint(checkpointOf([asked], ['first']));
      await by.turns.checkpoint(checkpointOf([asked], ['first', 'second']));
      expect(await by.turns.commit(commitOf([asked], { text: `answered ${at}` }))).toBe(true);
    });
    await Promise.all([...edits, notes, ...turns]);
    for (let at = 0; at < 100; at++)
      for (const { id } of await store.outbox.due(`turn ${at}`, 10)) await store.outbox.delivered(id, { id });
    await until(() => database.isAllUnder('k2'));
    const expected = said.map((_, at) => (at % 3 === 0 ? `newest ${at}` : `before ${at}`));
    expect(await store.notes.get('counter')).toBe(60);
    await other.close();
    await store.close();
    // The old key may go.
    const after = await database.open(ringOf('k2'));
    expect(await after.encryption!.status()).toMatchObject({
      ...{ current: 'k2', under: [{ key: 'k2' }], rotation: { state: 'done', problem: null } },
    });
    expect(texts(await roomOf(after, 'talk'))).toEqual(expected);
    for (let at = 0; at < 100; at++)
      expect(texts(await roomOf(after, `turn ${at}`))).toEqual([`asked ${at}`, `answered ${at}`]);
    expect(await after.turns.claim('waiting', 9)).toMatchObject({
      checkpoint: { steps: [{ text: expect.any(String) }] },
    });
  });

  it('[governed.30] goes on where it was killed, twice, and old and new are readable for all', async () => {
    const before = await database.open(ringOf('k1'));
    const said = Array.from({ length: 600 }, (_, at) => kept(`message ${at}`, { roomId: 'talk' }));
    await Promise.all(said.map((one) => before.memories.append(one)));
    const reading = await database.open(ringOf('k1', 'k2'));
    const expected = texts(await roomOf(reading, 'talk'));
    for (const least of [1, 240]) {
      const child = spawn(process.execPath, [writer, database.url, database.name, settingOf('k2', 'k1')], {
        stdio: ['ignore', 'ignore', 'inherit'],
      });
      const closed = once(child, 'close');
      await until(async () => (await database.under('memories', 'k2')) >= least);
      child.kill('SIGKILL');
      await closed;
      expect((await database.head())!.keys.map(({ id }: { id: string }) => id)).toContain('k1');
      expect(texts(await roomOf(reading, 'talk'))).toEqual(expected);
    }
    await before.close();
    const store = await database.open(ringOf('k2', 'k1'));
    await until(() => database.isAllUnder('k2'));
    expect(texts(await roomOf(store, 'talk'))).toEqual(expected);
  });

  it('turns encryption on in a database with data, which loses no word and keeps none in the clear', async () => {
    const before = await database.open(null);
    const words = await fill(before);
    const shown = JSON.stringify([await roomOf(before, 'full'), await before.notes.get('note')]);
    await before.close();
    const store = await database.open(ringOf('k1'));
    // In a mixed database, all is readable.
    expect(JSON.stringify([await roomOf(store, 'full'), await store.notes.get('note')])).toBe(shown);
    await until(() => database.isAllUnder('k1'));
    expect(await scanDatabase(database.url, database.name, words)).toEqual([]);
    expect(JSON.stringify([await roomOf(store, 'full'), await store.notes.get('note')])).toBe(shown);
  });

  it('[governed.32] finds what is found without encryption, also after the key of the words has changed', async () => {
    const said = [
      ...[
        'Die Straße nach Gießen ist gesperrt',
        'STRASSE und Gasse',
        'Un café à la crème',
        'Un cafe\u0301 noir',
      ],
      ...['\u00c9lodie plays the oboe', 'E\u0301lodie sells boats', 'she was running late', 'he runs a shop'],
      ...[
        'Wir fuhren mit Fähren',
        'нашли ёлку',
        '東京タワーに行きました',
        'C++ and C# are languages',
        'nothing else',
      ],
    ];
    const questions = [
      ...['strasse', 'Straße', 'GIESSEN', 'cafe', 'caf\u00e9', 'cafe\u0301', '\u00c9lodie', 'elodie'],
      ...['E\u0301LODIE', 'run', 'Fähre', 'елка', '東京', 'C++', 'absent'],
    ];
    /** What is found of each, in scopes that are read as a whole and in those that are searched by index. */
    const foundIn = async (store: Store) => {
      const found: string[][] = [];
      for (const text of questions) {
        const scoped = { agentId: 'ada', scopes: ['s'] };
        const candidates = await store.memories.candidates({ ...scoped, questions: [{ text }], around: 0 });
        const hits = [
          ...(await store.memories.search({ ...scoped, text, limit: 9 })),
          ...(await best(candidates, 9)),
        ];
        found.push(hits.map(({ memory }) => memory.content.text).sort());
      }
      return found;
    };
    for (const mostInSmall of [4_000, 0]) {
      const plain = new SealedDatabase(server.url, `plain_${mostInSmall}`);
      const sealed = new SealedDatabase(server.url, `words_${mostInSmall}`);
      const control = await plain.open(null, { mostInSmall });
      const store = await sealed.open(ringOf('k1'), { mostInSmall });
      for (const one of [control, store]) for (const text of said) await one.memories.append(kept(text));
      const expected = await foundIn(control);
      for (const [at, found] of expected.entries())
        expect(found.length > 0, questions[at]).toBe(questions[at] !== 'absent');
      expect(await foundIn(store)).toEqual(expected);
      await store.close();
      const changed = await sealed.open(ringOf('k2', 'k1'), { mostInSmall });
      expect(await foundIn(changed)).toEqual(expected);
      await until(async () => (await sealed.head())!.keys.length === 1);
      expect(await foundIn(changed)).toEqual(expected);
      await changed.close();
      const after = await sealed.open(ringOf('k2'), { mostInSmall });
      expect(await foundIn(after)).toEqual(expected);
      await sealed.dispose();
      await plain.dispose();
    }
  });
});
