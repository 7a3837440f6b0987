/** What plugins make of messages and replies before anybody sees them. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TurnEvent } from '../../src/core/events.js';
import { definePlugin, type Plugin } from '../../src/extension-api.js';
import { lastSaid } from '../support/model.js';
import { until } from '../support/until.js';
import type { Platform } from './platform.js';
import { PluginStage } from './plugin-stage.js';

let stage: PluginStage;
let platform: Platform;
beforeEach(() => {
  stage = new PluginStage();
  platform = stage.platform;
});
afterEach(() => stage.home.dispose());

const inbound = (name: string, change: (text: string) => string | null): Plugin => ({
  name,
  transforms: {
    inbound(said) {
      const text = change(said.text);
      return text === null ? null : { ...said, text };
    },
  },
});
const outbound = (name: string, change: (text: string) => string): Plugin => ({
  name,
  transforms: { outbound: change },
});

describe('transforms of messages', () => {
  it('run in the order of the agent’s plugins, and what they give is stored and read', async () => {
    const { model, history } = await stage.start([
      inbound('one', (text) => `${text} one`),
      inbound('two', (text) => `${text} two`),
    ]);
    await platform.dm('ana', 'secret');
    expect(await platform.last(1)).toBe('You said secret one two');
    expect(lastSaid(model.requests[0]!)).toBe('secret one two');
    expect(await history()).toContain('secret one two');
  });

  it('see edits, quotes and overheard talk, and nothing of other agents', async () => {
    const mask = (text: string) => text.replaceAll('4111', '[card]');
    const { other, history } = await stage.start([
      {
        name: 'mask',
        transforms: {
          inbound: (said) => ({
            ...said,
            text: mask(said.text),
            ...(said.quote && { quote: { ...said.quote, text: mask(said.quote.text) } }),
          }),
        },
      },
    ]);
    await platform.dm('ana', 'my card is 4111', { id: 'm1', quote: { text: 'is it 4111?' } });
    expect(await platform.last(1)).not.toContain('4111');
    expect(await platform.edit('ana', 'm1', 'no, 4111 it is')).toBe(true);
    expect(await history()).toContain('no, [card] it is');
    expect(JSON.stringify(await history())).not.toContain('4111');
    await other.dm('ana', 'mine is 4111');
    expect(await other.last(1)).toContain('4111');
  });

  it('drop what they give null for, and an edit to such leaves the old text', async () => {
    const { api, history } = await stage.start([
      inbound('calm', (text) => (text.includes('spam') ? null : text)),
    ]);
    expect(await platform.dm('ana', 'spam')).toBeNull();
    await platform.dm('ana', 'hello', { id: 'm1' });
    await platform.last(1);
    expect(await platform.edit('ana', 'm1', 'spam')).toBe(true);
    expect(await history()).toEqual(['hello', 'You said hello']);
    await expect(api.dm('ana', 'spam')).rejects.toMatchObject({ code: 'not_allowed' });
  });

  it.each([
    [
      'throw',
      () => {
        throw new Error('the key is hunter2');
      },
    ],
    ['give no message', () => ({ text: 7 }) as never],
    ['give nothing', () => undefined as never],
    ['never end', () => new Promise<never>(() => {})],
  ])('that %s let nothing through: the sender is told, and nothing is stored', async (_, broken) => {
    const { api, model, history } = await stage.start([{ name: 'mask', transforms: { inbound: broken } }]);
    expect(await platform.dm('ana', 'my card is 4111')).toBeNull();
    expect(await platform.last(1)).toMatch(/could not be taken.*send it again later/);
    expect(platform.texts[0]).not.toContain('hunter2');
    expect(await history()).toEqual([]);
    expect(model.requests).toEqual([]);
    await expect(api.dm('ana', 'hi')).rejects.toMatchObject({
      code: 'plugin_failed',
      status: 503,
      retryable: true,
    });
  });
});

describe('an edit that a plugin fails to change', () => {
  it('is not taken: the old text stays', async () => {
    const { history } = await stage.start([
      inbound('mask', (text) => {
        if (text.includes('4111')) throw new Error('down');
        return text;
      }),
    ]);
    await platform.dm('ana', 'hello', { id: 'm1' });
    await platform.last(1);
    expect(await platform.edit('ana', 'm1', 'my card is 4111')).toBe(true);
    expect(await history()).toEqual(['hello', 'You said hello']);
  });
});

describe('transforms of replies', () => {
  it('come before anything is seen or stored', async () => {
    const { hub, roomId, history } = await stage.start([
      outbound('one', (text) => text.replaceAll('hunter2', '[secret]')),
      outbound('two', (text) => `${text}.`),
    ]);
    const seen: TurnEvent[] = [];
    await hub.host.watch(roomId, (event) => seen.push(event));
    await platform.dm('ana', 'hunter2');
    expect(await platform.last(1)).toBe('You said [secret].');
    expect(await history()).toContain('You said [secret].');
    await until(() => seen.some(({ type }) => type === 'reply'));
    const deltas = seen.flatMap((event) => (event.type === 'text.delta' ? [event.text] : []));
    expect(deltas.join('')).toBe('You said [secret].');
    expect(JSON.stringify(seen)).not.toContain('hunter2');
  });

  it('that fail let no reply through', async () => {
    const { model, history } = await stage.start([
      outbound('mask', () => {
        throw new Error('down');
      }),
    ]);
    await platform.dm('ana', 'hunter2');
    expect(await platform.last(1)).toMatch(/^Sorry/);
    expect(model.requests.length).toBe(2);
    expect(await history()).not.toContain('You said hunter2');
  });

  it('that give no text let no reply through', async () => {
    await stage.start([outbound('mask', () => 7 as never)]);
    await platform.dm('ana', 'hunter2');
    expect(await platform.last(1)).toMatch(/^Sorry/);
  });
});

describe('a required plugin', () => {
  it('lets no message pass while it cannot be used', async () => {
    let down = true;
    const mask = definePlugin({
      name: 'mask',
      required: true,
      create() {
        if (down) throw new Error('down');
        return { transforms: { inbound: (said) => ({ ...said, text: 'masked' }) } };
      },
    });
    const { history } = await stage.start([mask]);
    expect(await platform.dm('ana', 'hunter2')).toBeNull();
    expect(await platform.last(1)).toContain('cannot be used now');
    expect(await history()).toEqual([]);
    down = false;
    await until(async () => (await platform.dm('ana', 'hunter2', { id: 'again' })) !== null);
    await until(() => platform.texts.includes('You said masked'));
  });
});
