/** A database that is encrypted field by field: what lies there, whose value opens where, and which keys it takes. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isRetryable } from '../../src/errors.js';
import { migrations } from '../../src/store/migrations.js';
import { archive } from '../../src/store/mongodb/archive.js';
import { kept, message, newFile, texts } from '../contract/store/samples.js';
import { noFerretdb, startFerretdb } from '../servers/ferretdb.js';
import { startMongoServer } from '../servers/mongodb/launch.js';
import { until } from '../support/until.js';
import { scanDatabase } from '../support/word-scan.js';
import { fill, quick, ringOf, roomOf, SealedDatabase } from './sealed-database.js';

const engines: [
  name: string,
  lacks: string | null,
  start: () => Promise<{ url: string; stop(): unknown }>,
][] = [
  ['the protocol server', null, () => startMongoServer({ search: false })],
  ['FerretDB', noFerretdb, startFerretdb],
];

describe.each(engines)('encrypted in %s', (name, lacks, start) => {
  let server: Awaited<ReturnType<typeof start>>;
  let database: SealedDatabase;
  let databases = 0;
  beforeAll(async () => {
    if (!lacks) server = await start();
  });
  afterAll(() => server?.stop());
  beforeEach((context) => {
    if (lacks) context.skip();
    database = new SealedDatabase(server.url, `sealed_${databases++}`);
  });
  afterEach(() => database?.dispose());

  it('has no word of anybody in it, in any form, and gives all of them back', async () => {
    const plain = new SealedDatabase(server.url, 'plain');
    const control = await plain.open(null);
    const words = await fill(control);
    expect(words.length).toBeGreaterThan(30);
    const seen = await scanDatabase(plain.url, plain.name, words);
    // The control run: where nothing is sealed, every one of them is found.
    for (const word of words)
      expect(
        seen.filter((hit) => hit.includes(word)),
        word,
      ).not.toEqual([]);
    const store = await database.open(ringOf('k1'));
    await fill(store);
    expect(await scanDatabase(database.url, database.name, words)).toEqual([]);
    const shown = async (from: typeof store) => {
      const [reply] = (await roomOf(from, 'full')).filter(({ role }) => role === 'assistant');
      const [file] = (await roomOf(from, 'full'))[0]!.content.attachments;
      const all = [
        ...[
          await roomOf(from, 'full'),
          await from.turns.get(reply!.turnId!),
          await from.turns.claim('waiting', 9),
        ],
        ...[await from.turns.claim('triggered', 9), await from.memories.inScope('ada', 's', { limit: 99 })],
        ...[await from.outbox.list({ state: 'dead', limit: 9 }), await from.notes.get('note')],
        ...[await from.records.get('task', 'r'), await from.files.find(file!.file)],
        String(Buffer.from((await from.files.get(file!.file))!)),
      ];
      return words.filter((word) => JSON.stringify(all).includes(word));
    };
    const all = await shown(control);
    expect(all.length).toBeGreaterThan(25);
    expect(await shown(store)).toEqual(all);
    await plain.dispose();
  });

  it('[governed.28] opens a value nowhere but in its place, and never twice looks alike', async () => {
    const store = await database.open(ringOf('k1'));
    const said = [0, 1].map(() => kept('the same words', { author: { id: 'u', name: 'the same words' } }));
    for (const one of said) await store.memories.append(one);
    const memories = database.documents('memories');
    const stored = () => memories.find().sort({ _id: 1 }).toArray();
    const [a, b] = await stored();
    expect(a!.content.text.buffer).not.toEqual(b!.content.text.buffer);
    expect(a!.content.text.buffer).not.toEqual(a!.author.name.buffer);
    const unreadable = { code: 'sealed_unreadable' };
    const put = (_id: string, set: object) => memories.updateOne({ _id }, { $set: set });
    // Two fields of one document; one field of two; an older value of the same field is the same place.
    await put(a!._id, { 'content.text': a!.author.name, 'author.name': a!.content.text });
    await expect(store.memories.get(a!._id)).rejects.toMatchObject(unreadable);
    await put(a!._id, { 'content.text': b!.content.text, 'author.name': a!.author.name });
    await expect(store.memories.get(a!._id)).rejects.toMatchObject(unreadable);
    await put(a!._id, { 'content.text': a!.content.text });
    expect((await store.memories.get(a!._id))!.content.text).toBe('the same words');
    // Of notes, records and files, too.
    await store.notes.put('a', 1);
    await store.notes.put('b', 2);
    const notes = database.documents('notes');
    await notes.updateOne({ _id: '"a"' }, { $set: { value: (await notes.findOne({ _id: '"b"' }))!.value } });
    await expect(store.notes.get('a')).rejects.toMatchObject(unreadable);
    await expect(store.notes.list('', 10)).rejects.toMatchObject(unreadable);
    expect(await store.notes.get('b')).toBe(2);
    const files = [
      await store.files.put(Buffer.from('x'), newFile()),
      await store.files.put(Buffer.from('y'), newFile()),
    ];
    const chunks = database.documents('chunks');
    const { bytes } = (await chunks.findOne({ _id: `${files[1]}:0` }))!;
    await chunks.updateOne({ _id: `${files[0]}:0` }, { $set: { bytes } });
    await expect(store.files.get(files[0]!)).rejects.toMatchObject(unreadable);
  });

  it('takes what somebody wrote for words, whatever they look like', async () => {
    const odd = ['enc1:k1:AAAA', 'enc1:gone:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', '', '{"a":1}'];
    const before = await database.open(null);
    for (const text of odd) await before.memories.append(kept(text, { roomId: 'odd' }));
    const file = await before.files.put(Buffer.from('enc1:k1:bytes of a file that begin so'), newFile());
    await before.close();
    const store = await database.open(ringOf('k1'));
    for (const text of odd) await store.memories.append(kept(text, { roomId: 'odd' }));
    expect(texts(await roomOf(store, 'odd'))).toEqual([...odd, ...odd]);
    expect(String(Buffer.from((await store.files.get(file))!))).toMatch(/^enc1:k1:bytes/);
    await until(() => database.isAllUnder('k1'));
    expect(texts(await roomOf(store, 'odd'))).toEqual([...odd, ...odd]);
    expect(String(Buffer.from((await store.files.get(file))!))).toMatch(/^enc1:k1:bytes/);
  });

  it('[governed.31] says once which key is missing or another one, before it serves, and changes nothing', async () => {
    const store = await database.open(ringOf('k1'));
    await fill(store);
    await store.close();
    const all = async () =>
      JSON.stringify(
        await Promise.all(
          ['memories', 'notes', 'records', 'files', 'chunks', 'meta'].map((one) =>
            database
              .documents(one)
              .find({ _id: { $nin: ['ping', 'vector'] } })
              .sort({ _id: 1 })
              .toArray(),
          ),
        ),
      );
    const before = await all();
    const wrong = { code: 'config_invalid', field: 'CARRIER_ENCRYPTION_KEYS' };
    for (const [ring, says] of [
      [null, /"k1".*is not set/],
      [ringOf('k2'), /"k1", which is not in/],
      [ringOf('k1=another'), /another key of the id "k1"/],
      [ringOf('k2', 'k1=another'), /another key of the id "k1"/],
    ] as const) {
      await expect(database.open(ring)).rejects.toMatchObject({
        ...wrong,
        message: expect.stringMatching(says),
      });
      await expect(database.open(ring, { migrate: false })).rejects.toMatchObject(wrong);
    }
    expect(await all()).toBe(before);
    // Who only looks reads with any ring that has the key, and begins nothing.
    const looking = await database.open(ringOf('k2', 'k1'), { migrate: false });
    expect(await roomOf(looking, 'full')).toHaveLength(2);
    expect(await all()).toBe(before);
  });

  it('[governed.31] stops a hub that lacks a key before anything is written under it', async () => {
    const seen: string[] = [];
    const hub = async (ring: Parameters<SealedDatabase['open']>[0], known = quick) =>
      database.open(ring, { known, onRefused: () => seen.push('refused') });
    const plain = await hub(null);
    await plain.memories.append(kept('in the clear', { roomId: 'r' }));
    const older = await hub(null, { ...quick, migrations: migrations.slice(0, -1) });
    const first = await hub(ringOf('k1'));
    await until(() => seen.length === 2);
    for (const one of [plain, older]) {
      const failed = await one.memories.append(kept('late')).catch((error) => error);
      expect(isRetryable(failed)).toBe(true);
    }
    await expect(hub(null, { ...quick, migrations: migrations.slice(0, -1) })).rejects.toMatchObject({
      code: 'config_invalid',
      message: expect.stringContaining('newer hub'),
    });
    // One that knows the new key goes on, and writes under it, too; one that does not stops.
    const prepared = await hub(ringOf('k1', 'k2'));
    await hub(ringOf('k2', 'k1'));
    await until(() => seen.length === 3);
    await expect(first.memories.append(kept('late'))).rejects.toMatchObject({ code: 'store_unavailable' });
    const last = kept('under the new one', { roomId: 'r' });
    await until(async () => {
      await prepared.notes.put('n', 1);
      return (await database.documents('notes').findOne({ _id: '"n"' }))!.key === 'k2';
    });
    await prepared.memories.append(last);
    expect((await database.documents('memories').findOne({ _id: last.id }))!.key).toBe('k2');
    expect(texts(await roomOf(prepared, 'r'))).toEqual(['in the clear', 'under the new one']);
  });

  it('archives what is sealed as it is', { skip: name === 'FerretDB' }, async () => {
    const store = await database.open(ringOf('k1'));
    const old = message({ text: 'zqold words', status: 'handled', roomId: 'r' });
    await store.memories.append(old);
    expect(
      await archive({ before: Date.now() + 1_000 }, { url: database.url, database: database.name }),
    ).toBe(1);
    expect(await scanDatabase(database.url, database.name, ['zqold'])).toEqual([]);
    const person = { connector: 'http', tenant: 'default', userId: 'u1' };
    const read = async () =>
      texts((await store.memories.ofPerson(person, { limit: 9, cursor: await rest() })).items);
    const rest = async () => (await store.memories.ofPerson(person, { limit: 9 })).nextCursor!;
    expect(await read()).toEqual(['zqold words']);
    await store.memories.edit(old.id, 'zqnew words');
    expect(await read()).toEqual(['zqnew words']);
    expect(await scanDatabase(database.url, database.name, ['zqnew'])).toEqual([]);
  });
});
