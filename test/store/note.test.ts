import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { derivedId } from '../../src/core/ids.js';
import { roomIdOf } from '../../src/core/memory.js';
import { Buttons } from '../../src/intake/buttons.js';
import { createLogger } from '../../src/logger.js';
import { secretNote } from '../../src/secrets/noted-secrets.js';
import { defineNote } from '../../src/store/note.js';
import { replyNote } from '../../src/store/reply-note.js';
import { revocationNote } from '../../src/store/revocation.js';
import { FakeNotes } from '../../src/testing/notes.js';

const mark = defineNote({
  key: ({ room, user }: { room: string; user: string }) => `mark:${room}:${user}`,
  schema: z.object({ at: z.number() }),
});

describe('a note', () => {
  const at = { room: 'r', user: 'u' };

  it('is put, read, listed and taken under its key', async () => {
    const { store, marks } = open();
    await marks.put(at, { at: 1 });
    await marks.put({ ...at, user: 'v' }, { at: 2 });
    expect([...store.held.keys()]).toEqual(['mark:r:u', 'mark:r:v']);
    expect(await marks.get(at)).toEqual({ at: 1 });
    expect(await marks.list({ room: 'r', user: '' }, 9)).toEqual([
      { key: 'mark:r:u', value: { at: 1 } },
      { key: 'mark:r:v', value: { at: 2 } },
    ]);
    expect(await marks.take(at)).toEqual({ at: 1 });
    expect(await marks.get(at)).toBeNull();
  });

  it('is seen as long as it was put for', async () => {
    const { store, marks } = open();
    await marks.put(at, { at: 1 }, { ttlMs: 10 });
    store.now = 10;
    expect(await marks.get(at)).toBeNull();
  });

  it.each(['text', 7, [], {}, { at: 'noon' }, { when: 1 }])(
    'that is damaged reads as none, and the log says which: %j',
    async (stored) => {
      const { store, marks, lines } = open();
      await store.put(mark.key(at), stored);
      expect(await marks.get(at)).toBeNull();
      expect(await marks.list({ room: '', user: '' }, 9)).toEqual([]);
      expect(await marks.list(at, 9)).toEqual([{ key: 'mark:r:u', value: null }]);
      expect(await marks.take(at)).toBeNull();
      expect(store.held.size).toBe(0);
      expect(lines).toHaveLength(3);
      for (const line of lines) expect(JSON.parse(line)).toMatchObject({ level: 'warn', note: 'mark:r:u' });
    },
  );

  it('of a newer version is read as far as it is known, and nothing is told of one that is not there', async () => {
    const { store, marks, lines } = open();
    await store.put(mark.key(at), { at: 1, zone: 'UTC' });
    expect(await marks.get(at)).toEqual({ at: 1 });
    expect(await marks.get({ room: 'r', user: 'nobody' })).toBeNull();
    expect(lines).toEqual([]);
  });

  it('may say what stands for a damaged one', async () => {
    const { store, log } = open();
    const ban = defineNote({
      key: (user: string) => `ban:${user}`,
      schema: z.object({ until: z.number() }),
      damaged: { until: Number.MAX_SAFE_INTEGER },
    });
    await store.put('ban:u', 'damaged');
    expect(await ban.in(store, log).get('u')).toEqual({ until: Number.MAX_SAFE_INTEGER });
    expect(await ban.in(store, log).get('v')).toBeNull();
  });
});

describe('notes of the hub', () => {
  it('lie under the keys that they have always had', () => {
    const key = { agentId: 'ada', connector: 'http', tenant: 'default', messageId: 'm1' };
    expect(replyNote.key(key)).toBe(derivedId('reply', 'ada', 'http', 'default', 'm1'));
    expect(revocationNote.key('abc')).toBe('revoked-token:abc');
    expect(secretNote.key('bot')).toBe('secret:bot');
  });

  it('that are damaged stop nothing: a button is not valid, a token stays revoked', async () => {
    const { store, log } = open();
    const buttons = new Buttons(store, () => new Uint8Array(32), log);
    const source = { connector: 'http', tenant: 'default', channel: 'c', messageId: 'm' };
    const choice = { text: 'yes', label: 'Yes', direct: true };
    const { payload } = await buttons.mint({ agentId: 'ada', roomId: roomIdOf('ada', source), ...choice });
    const [button] = store.held.keys();
    expect(button).toBe(`button:${payload.split('.')[0]}`);
    await store.put(button!, { text: ['yes'] });
    const press = { agentId: 'ada', source, author: { id: 'ann' }, payload };
    await expect(buttons.redeem(press, async () => 'done')).rejects.toMatchObject({ code: 'button_invalid' });
    await store.put('revoked-token:abc', 'damaged');
    expect(await revocationNote.in(store, log).get('abc')).not.toBeNull();
  });
});

function open() {
  const store = new FakeNotes();
  const lines: string[] = [];
  const log = createLogger('warn', { write: (line: string) => void lines.push(line) });
  return { store, log, lines, marks: mark.in(store, log) };
}
