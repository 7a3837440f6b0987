/** What plugins do about messages and turns: rules, commands, observers. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FatalError, type Plugin, type PluginEvents } from '../../src/extension-api.js';
import { until } from '../support/until.js';
import type { Platform } from './platform.js';
import { open, PluginStage } from './plugin-stage.js';

let stage: PluginStage;
let platform: Platform;
beforeEach(() => {
  stage = new PluginStage();
  platform = stage.platform;
});
afterEach(() => stage.home.dispose());

describe('rules', () => {
  const judging = (judge: NonNullable<Plugin['rules']>[number]['judge']): Plugin => ({
    name: 'judge',
    rules: [{ name: 'r', judge }],
  });

  it('let messages pass, keep them, drop them, or answer with a notice', async () => {
    const { history, model } = await stage.start([
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
    const { other } = await stage.start([judging(() => ({ notice: 'Closed.' }))]);
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
    const { history } = await stage.start([judging(judge)]);
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
    const { model, history } = await stage.start([commands]);
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
    const { other } = await stage.start([commands]);
    await other.dm('ana', '/roll 2d6');
    expect(await other.last(1)).toBe('You said /roll 2d6');
    expect(await other.command('ana', 'help')).not.toContain('/roll');
  });

  it('that fail say so, and not why', async () => {
    await stage.start([commands]);
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
    const { hub, other } = await stage.start([{ name: 'watch', events }]);
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
    stage.home.character('assistant', { name: 'Eve', bio: '.', plugins: [], connectors: open });
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
    const { history } = await stage.start([hanging, meddling]);
    await platform.dm('ana', 'one');
    await platform.last(1);
    await platform.dm('ana', 'two');
    expect(await platform.last(2)).toBe('You said two');
    expect(await history()).toEqual(['one', 'You said one', 'two', 'You said two']);
    expect(hung).toBe(1);
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
    const { api } = await stage.start([watching]);
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
    expect(await by({ role: 'owner', scopes: ['messages.send'] }, '/reset')).toMatch(/not for you/);
    expect(asked.map(([, operator]) => operator)).toEqual([true, false, false]);
  });
});
