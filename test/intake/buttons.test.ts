import { afterEach, describe, expect, it, vi } from 'vitest';
import type { InboundPress } from '../../src/core/inbound.js';
import { roomIdOf } from '../../src/core/memory.js';
import { FatalError, RetryableError } from '../../src/errors.js';
import { Buttons } from '../../src/intake/buttons.js';
import { createLogger } from '../../src/logger.js';
import { FakeNotes } from '../../src/testing/notes.js';

const log = createLogger('silent');
const source = { connector: 'telegram', tenant: 'default', channel: 'c', messageId: 'm' };
const key = () => new Uint8Array(32).fill(7);
const choice = { text: 'yes', label: 'Yes', direct: true };
const minting = { ...choice, agentId: 'ada', roomId: roomIdOf('ada', source) };
const press = (payload: string, more: Partial<InboundPress> = {}): InboundPress => ({
  ...{ agentId: 'ada', source, author: { id: 'ann' }, payload },
  ...more,
});
const text = async ({ text: said }: { text: string }) => said;
const invalid = { code: 'button_invalid' };

describe('buttons', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('stand for what they were made for, once, in any process', async () => {
    const notes = new FakeNotes();
    const { payload, label } = await new Buttons(notes, key, log).mint(minting);
    expect(label).toBe('Yes');
    expect(Buffer.byteLength(payload)).toBeLessThanOrEqual(64);
    const other = new Buttons(notes, key, log);
    expect(await other.redeem(press(payload), text)).toBe('yes');
    await expect(other.redeem(press(payload), text)).rejects.toMatchObject(invalid);
    expect([...notes.held.keys()]).toEqual([]);
  });

  it('are not valid for another agent, room or presser, nor when a character of them is changed', async () => {
    const notes = new FakeNotes();
    const buttons = new Buttons(notes, key, log);
    const { payload } = await buttons.mint({ ...minting, user: 'ann' });
    const tries = [
      press(payload, { agentId: 'bob' }),
      press(payload, { source: { ...source, channel: 'd' } }),
      press(payload, { source: { ...source, connector: 'slack' } }),
      press(payload, { author: { id: 'eve' } }),
      ...[...payload].map((c, i) =>
        press(payload.slice(0, i) + (c === 'A' ? 'B' : 'A') + payload.slice(i + 1)),
      ),
      ...['', '.', '..', 'a.b.c', '\u0000', payload.slice(0, -1), `${payload}A`].map((forged) =>
        press(forged),
      ),
    ];
    for (const one of tries) await expect(buttons.redeem(one, text)).rejects.toMatchObject(invalid);
    await expect(
      new Buttons(notes, () => new Uint8Array(32), log).redeem(press(payload), text),
    ).rejects.toMatchObject(invalid);
    expect(await buttons.redeem(press(payload), text)).toBe('yes');
  });

  it('can be read by older hubs beside, and say to none of them which roles its presser has', async () => {
    const notes = new FakeNotes();
    const buttons = new Buttons(notes, key, log);
    const { payload } = await buttons.mint(minting);
    const [name] = notes.held.keys();
    expect(await notes.get(name!)).toEqual({ ...choice, roles: [] });
    await notes.put(name!, { ...choice, roles: ['staff'] });
    expect(await buttons.redeem(press(payload), text)).toBe('yes');
  });

  it('[act.23] that last are good for every press, in any process, until they end', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const notes = new FakeNotes();
    const { payload } = await new Buttons(notes, key, log).mint({ ...minting, lasting: true, ttlMs: 60_000 });
    expect(Buffer.byteLength(payload)).toBeLessThanOrEqual(64);
    const other = new Buttons(notes, key, log);
    for (const id of ['ann', 'ann', 'bob'])
      expect(await other.redeem(press(payload, { author: { id } }), text)).toBe('yes');
    const refused = async () => Promise.reject(new FatalError('not_allowed', 'no'));
    await expect(other.redeem(press(payload), refused)).rejects.toThrow('no');
    expect(await other.redeem(press(payload), text)).toBe('yes');
    // Without its mark it is another button, which nobody made.
    await expect(other.redeem(press(payload.slice(1)), text)).rejects.toMatchObject(invalid);
    await expect(
      other.redeem(press(payload, { source: { ...source, channel: 'd' } }), text),
    ).rejects.toMatchObject(invalid);
    vi.setSystemTime(Date.now() + 62_000);
    await expect(other.redeem(press(payload), text)).rejects.toThrow('expired');
  });

  it('that last are not used up by an older hub beside, which finds none', async () => {
    const notes = new FakeNotes();
    const { payload } = await new Buttons(notes, key, log).mint({ ...minting, lasting: true });
    const [number = ''] = payload.split('.');
    expect(await notes.get(`button:${number}`)).toBeNull();
    expect([...notes.held.keys()]).toEqual([`lasting:${number}`]);
  });

  it('expire', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const buttons = new Buttons(new FakeNotes(), key, log);
    const { payload } = await buttons.mint({ ...minting, ttlMs: 60_000 });
    vi.setSystemTime(Date.now() + 62_000);
    await expect(buttons.redeem(press(payload), text)).rejects.toThrow('expired');
  });

  it('stay good where trying again may help, and are used up by what cannot be helped', async () => {
    const buttons = new Buttons(new FakeNotes(), key, log);
    const { payload } = await buttons.mint(minting);
    const fail = (error: Error) => () => Promise.reject(error);
    const away = new RetryableError('store_unavailable', 'away');
    await expect(buttons.redeem(press(payload), fail(away))).rejects.toBe(away);
    const no = new FatalError('not_allowed', 'no');
    await expect(buttons.redeem(press(payload), fail(no))).rejects.toBe(no);
    await expect(buttons.redeem(press(payload), text)).rejects.toMatchObject(invalid);
  });
});
