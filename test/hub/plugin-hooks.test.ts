/** What plugins do with messages and replies: transforms, rules, commands, observers, routes. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TurnEvent } from '../../src/core/events.js';
import { roomIdOf } from '../../src/core/memory.js';
import { definePlugin, FatalError, type Plugin, type PluginEvents } from '../../src/extension-api.js';
import { Home } from '../support/hub.js';
import { lastSaid, scriptedModel } from '../support/model.js';
import { until } from '../support/until.js';
import { Platform } from './platform.js';

let home: Home;
let platform: Platform;
beforeEach(() => {
  home = new Home();
  platform = new Platform();
});
afterEach(() => home.dispose());

/** Its senders have a token of the hub, and wait. */
class Api extends Platform {
  readonly routes = { access: 'token' as const, handler() {} };
}

const echo = () => scriptedModel((request) => `You said ${lastSaid(request)}`);
const open: Record<string, object> = { telegram: { dm: 'open', operators: ['olga'] } };
async function start(plugins: NonNullable<Parameters<Home['carrier']>[0]>['plugins'] = [], model = echo()) {
  const named = plugins.map(({ name }) => name);
  home.character('assistant', { name: 'Ada', bio: '.', plugins: named, connectors: open });
  home.character('other', { name: 'Bo', bio: '.', plugins: [], connectors: open });
  const other = new Platform('telegram', 'other');
  const api = new Api('api');
  const hub = await home.carrier(
    { connectors: [platform, other, api], model: () => model, plugins },
    { CARRIER_TURN_ATTEMPTS: '2' },
  );
  const roomId = roomIdOf('assistant', platform.source('ana'));
  const history = async () =>
    (await hub.host.history(roomId, { limit: 50 })).items.map(({ content }) => content.text);
  return { hub, other, api, model, roomId, history };
}
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
    const { model, history } = await start([
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
    const { other, history } = await start([
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
    const { api, history } = await start([inbound('calm', (text) => (text.includes('spam') ? null : text))]);
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
    const { api, model, history } = await start([{ name: 'mask', transforms: { inbound: broken } }]);
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
    const { history } = await start([
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
    const { hub, roomId, history } = await start([
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
    const { model, history } = await start([
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
    await start([outbound('mask', () => 7 as never)]);
    await platform.dm('ana', 'hunter2');
    expect(await platform.last(1)).toMatch(/^Sorry/);
  });
});

describe('rules', () => {
  const judging = (judge: NonNullable<Plugin['rules']>[number]['judge']): Plugin => ({
    name: 'judge',
    rules: [{ name: 'r', judge }],
  });

  it('let messages pass, keep them, drop them, or answer with a notice', async () => {
    const { history, model } = await start([
      judging(({ message, operator }) => {
        if (operator) return 'pass';
        if (message.text === 'notice') return { notice: 'Not now.' };
        return message.text === 'keep' || message.text === 'drop' ? message.text : 'pass';
      }),
    ]);
    await platform.dm('ana', 'drop');
    await platform.dm('ana', 'keep');
    await platform.dm('ana', 'notice');
    expect(await platform.last(1)).toBe('Not now.');
    await platform.dm('olga', 'drop');
    expect(await platform.last(2)).toBe('You said drop');
    expect(await history()).toEqual(['keep']);
    expect(model.requests).toHaveLength(1);
    expect(await platform.command('ana', 'help')).toContain('/help');
  });

  it('are asked for commands too, and not for agents that do not name the plugin', async () => {
    const { other } = await start([judging(() => ({ notice: 'Closed.' }))]);
    expect(await platform.command('ana', 'help')).toBe('Closed.');
    await other.dm('ana', 'hello');
    expect(await other.last(1)).toBe('You said hello');
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('down');
      },
    ],
    ['says something else', () => 'maybe' as never],
    ['never ends', () => new Promise<never>(() => {})],
  ])('that %s drops the message', async (_, judge) => {
    const { history } = await start([judging(judge)]);
    expect(await platform.dm('ana', 'hello')).toBeNull();
    expect(await history()).toEqual([]);
    expect(platform.shown).toEqual([]);
  });
});

describe('commands', () => {
  const commands: Plugin = {
    name: 'commands',
    commands: [
      { name: 'roll', about: 'throws dice', run: ({ args, author }) => `${author.id} rolls ${args}` },
      { name: 'help', about: 'steals', run: () => 'stolen' },
      { name: 'reset', about: 'resets', operatorsOnly: true, run: () => 'reset' },
      {
        name: 'wrong',
        about: 'says why',
        run() {
          throw new FatalError('invalid_field', 'There is no such die.');
        },
      },
      {
        name: 'broken',
        about: 'breaks',
        run: () => {
          throw new Error('the key is hunter2');
        },
      },
    ],
  };

  it('answer without a turn, stand in /help, and hide none of the hub’s own', async () => {
    const { model, history } = await start([commands]);
    await platform.dm('ana', '/roll 2d6');
    expect(await platform.last(1)).toBe('ana rolls 2d6');
    expect(await platform.command('ana', 'roll', 'd4')).toBe('ana rolls d4');
    const help = (await platform.command('ana', 'help'))!;
    expect(help).toContain('/roll: throws dice');
    expect(help).not.toMatch(/steals|resets/);
    expect(await platform.command('olga', 'help')).toContain('/reset: resets');
    expect(await platform.command('ana', 'reset')).toContain('operators');
    expect(await platform.command('olga', 'reset')).toBe('reset');
    expect(model.requests).toEqual([]);
    expect(await history()).toEqual([]);
  });

  it('are talk to agents that do not name the plugin', async () => {
    const { other } = await start([commands]);
    await other.dm('ana', '/roll 2d6');
    expect(await other.last(1)).toBe('You said /roll 2d6');
    expect(await other.command('ana', 'help')).not.toContain('/roll');
  });

  it('that fail say so, and not why', async () => {
    await start([commands]);
    expect(await platform.command('ana', 'broken')).toMatch(/^\/broken does not work now/);
    expect(await platform.command('ana', 'wrong')).toBe('There is no such die.');
    await platform.dm('ana', '/broken');
    expect(await platform.last(1)).toBe('/broken does not work now. Please try again later.');
  });
});

describe('observers', () => {
  it('are told of messages, turns, deliveries and agents', async () => {
    const told: [string, unknown][] = [];
    const kinds = ['message', 'turn', 'delivery', 'agent'] as const;
    const events = Object.fromEntries(
      kinds.map((kind) => [kind, (event: unknown) => void told.push([kind, event])]),
    ) as PluginEvents;
    const { hub, other } = await start([{ name: 'watch', events }]);
    const of = (kind: string) => told.filter(([one]) => one === kind).map(([, event]) => event);
    await until(() => of('agent').length === 1);
    await other.dm('ana', 'not for you');
    await platform.dm('ana', 'hello', { id: 'm1' });
    await platform.dm('ana', 'hello', { id: 'm1' });
    await until(() => of('delivery').length === 1);
    expect(of('message')).toMatchObject([{ content: { text: 'hello' } }]);
    expect(of('turn')).toMatchObject([
      { turn: { status: 'done' }, reply: { content: { text: 'You said hello' } } },
    ]);
    expect(of('delivery')).toMatchObject([{ outcome: 'delivered' }]);
    home.character('assistant', { name: 'Eve', bio: '.', plugins: [], connectors: open });
    await until(() => of('agent').length === 2);
    expect(of('agent')).toMatchObject([
      { agent: { character: { name: 'Ada' } } },
      { agent: { character: { name: 'Eve' } } },
    ]);
    expect(hub.agents()).toHaveLength(2);
  });

  it('delay nobody, change nothing, and may fail', async () => {
    let hung = 0;
    const hanging: Plugin = {
      name: 'hanging',
      events: {
        message: () => {
          hung++;
          return new Promise(() => {});
        },
      },
    };
    const meddling: Plugin = {
      name: 'meddling',
      events: {
        message(memory) {
          memory.content.text = 'something else';
          throw new Error('oops');
        },
        turn({ reply }) {
          reply.content.text = 'something else';
        },
      },
    };
    const { history } = await start([hanging, meddling]);
    await platform.dm('ana', 'one');
    await platform.last(1);
    await platform.dm('ana', 'two');
    expect(await platform.last(2)).toBe('You said two');
    expect(await history()).toEqual(['one', 'You said one', 'two', 'You said two']);
    expect(hung).toBe(1);
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
    const { history } = await start([mask]);
    expect(await platform.dm('ana', 'hunter2')).toBeNull();
    expect(await platform.last(1)).toContain('cannot be used now');
    expect(await history()).toEqual([]);
    down = false;
    await until(async () => (await platform.dm('ana', 'hunter2', { id: 'again' })) !== null);
    await until(() => platform.texts.includes('You said masked'));
  });
});

describe('whether somebody is an operator', () => {
  it('is what their token may be, whomever it names and however few things it is for', async () => {
    const asked: [string, boolean][] = [];
    const watching: Plugin = {
      name: 'watching',
      rules: [
        {
          name: 'r',
          judge({ message, operator }) {
            asked.push([message.text, operator]);
            return 'pass';
          },
        },
      ],
      commands: [{ name: 'reset', about: 'resets', operatorsOnly: true, run: () => 'reset' }],
    };
    open.api = { operators: ['olga'] };
    const { api } = await start([watching]);
    const by = async (from: object, text: string) => {
      const message = { agentId: 'assistant', source: { ...api.source('olga'), pull: true }, text };
      const receipt = await api.host.receive(
        { ...message, direct: true, author: { id: 'olga' } },
        { from: { name: 't', tenant: 'default', ...from } as never },
      );
      return receipt?.outcome?.reply?.memory.content.text;
    };
    expect(await by({ role: 'owner' }, '/reset')).toBe('reset');
    expect(await by({ role: 'member' }, '/reset')).toMatch(/operators/);
    expect(await by({ role: 'owner', scopes: ['messages.send'] }, '/reset')).toMatch(/operators/);
    expect(asked.map(([, operator]) => operator)).toEqual([true, false, false]);
  });
});
