/** How often the store is asked whose a token is. */
import { hash } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { changeNote, issuedNote, tokenId } from '../../src/access/issued-token.js';
import { KnownTokens } from '../../src/access/known-tokens.js';
import { InProcessBus } from '../../src/bus/in-process.js';
import { tokenTopic } from '../../src/core/events.js';
import { createLogger } from '../../src/logger.js';
import { FakeNotes } from '../../src/testing/notes.js';
import { until } from '../support/until.js';

const log = createLogger('silent');
let notes: FakeNotes;
let bus: InProcessBus;
let lists: number;
let gets: number;
beforeEach(() => {
  [lists, gets] = [0, 0];
  notes = new FakeNotes();
  const [list, get] = [notes.list.bind(notes), notes.get.bind(notes)];
  notes.list = (...what) => {
    lists++;
    return list(...what);
  };
  notes.get = (name) => {
    gets++;
    return get(name);
  };
  bus = new InProcessBus(() => {});
});

const known = () => new KnownTokens({ records: { list: async () => [] }, issued: { notes, bus, log } });
async function put(text: string): Promise<void> {
  const digest = hash('sha256', text);
  const token = {
    hash: digest,
    name: text,
    role: 'member' as const,
    tenant: 'default',
    createdAt: 0,
    madeBy: 'x',
  };
  await issuedNote.put(notes, tokenId(digest), token);
  await changeNote.put(notes, 'change', text);
}

describe('tokens in memory', () => {
  it('are read once, however many wrong ones are tried', async () => {
    await put('right');
    const tokens = known();
    for (let n = 0; n < 10_000; n++) expect(await tokens.verify(`wrong ${n}`)).toBeNull();
    expect(await tokens.verify('right')).toMatchObject({ name: 'right', admin: false, role: 'member' });
    expect(lists).toBe(1);
    // Again where the machine is so slow that they are asked for anew.
    expect(gets).toBeLessThan(10);
  });

  it('are read again after a change alone', async () => {
    await put('one');
    const tokens = known();
    for (let round = 0; round < 5; round++) await tokens.refresh(-1);
    expect(lists).toBe(1);
    await put('other');
    await tokens.refresh(-1);
    expect([lists, (await tokens.verify('other'))?.name]).toEqual([2, 'other']);
  });

  it('are read again at once where the bus tells of a change, also in the middle of reading', async () => {
    const tokens = known();
    await tokens.watch();
    const reading = tokens.verify('one');
    await put('one');
    bus.publish(tokenTopic, { type: 'tokens.changed' });
    await reading;
    expect((await tokens.verify('one'))?.name).toBe('one');
    let told = 0;
    tokens.onChange(() => told++);
    await notes.take(issuedNote.key(tokenId(hash('sha256', 'one'))));
    await changeNote.put(notes, 'change', 'gone');
    bus.publish(tokenTopic, { type: 'tokens.changed' });
    await until(() => told > 0);
    expect(await tokens.verify('one')).toBeNull();
  });

  it('are not believed when the store cannot be asked any more', async () => {
    await put('one');
    const tokens = known();
    const holder = (await tokens.verify('one'))!;
    notes.get = () => Promise.reject(new Error('away'));
    tokens.refuse('none');
    await expect(tokens.verify('one')).rejects.toThrow('away');
    // What is open goes on: nobody has said that it must end.
    expect(tokens.whyEnded(holder)).toBeNull();
  });
});
