/** Agents of other types, and routes that come and go with an agent. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineAgentType, defineConnector, secret } from '../../src/extension-api.js';
import type { Hub } from '../../src/hub.js';
import { api } from '../support/api.js';
import { Home } from '../support/hub.js';
import { lastSaid, scriptedModel } from '../support/model.js';
import { until } from '../support/until.js';

let home: Home;
beforeEach(() => {
  home = new Home();
});
afterEach(() => home.dispose());

const model = () => scriptedModel((request) => `You said: ${lastSaid(request)}`);
const clientOf = (hub: Hub) => api(hub.url, hub.token.secret);
const pip = { name: 'Pip', bio: '.', plugins: [] };

describe('an agent type', () => {
  it('takes the turns of its agents, by itself or by the hub’s own way', async () => {
    const parrot = defineAgentType({
      name: 'parrot',
      settings: z.object({ loud: z.boolean().default(false) }),
      create: ({ settings: { loud } }) => ({
        async answer({ context }) {
          const text = context.messages.at(-1)!.content.text;
          const usage = { inputTokens: 0, outputTokens: 0 };
          return { text: loud ? text.toUpperCase() : text, model: 'none', usage, evaluators: [] };
        },
      }),
    });
    const polite = defineAgentType({
      name: 'polite',
      create: ({ conversational }) => ({
        async answer(task) {
          const draft = await conversational.answer(task);
          return { ...draft, text: `If I may: ${draft.text}` };
        },
      }),
    });
    home.character('parrot', { ...pip, type: 'parrot' });
    home.character('polite', { ...pip, type: 'polite' });
    const extensions = [parrot, polite];
    const client = clientOf(await home.hub({ model, extensions }, { PARROT_LOUD: 'true' }));
    const ask = async (agent: string) =>
      (await client.send(agent, { text: 'hello', userId: 'alice' })).reply!.text;
    expect(await ask('parrot')).toBe('HELLO');
    expect(await ask('polite')).toBe('If I may: You said: hello');
    expect(await ask('assistant')).toBe('You said: hello');
  });

  it('that is not there ends its turns, and no other agent’s', async () => {
    home.character('pip', { ...pip, type: 'conversatonal' });
    const carrier = await home.carrier({ model });
    await until(() => carrier.problems().length > 0);
    expect(carrier.problems()).toMatchObject([
      { agentId: 'pip', field: 'type', message: expect.stringContaining('did you mean "conversational"?') },
    ]);
  });
});

describe('an agent’s own route', () => {
  it('[structure.4] comes with the agent and goes with it, and another one’s stays', async () => {
    const hook = defineConnector({
      name: 'hook',
      settings: z.object({ token: secret() }),
      create: ({ agent }) => ({
        name: 'hook',
        agentId: agent!.id,
        async start() {},
        async stop() {},
        routes: {
          access: 'own',
          handler: (req, res, next) => (req.url === `/hook/${agent!.id}` ? res.end(agent!.id) : next()),
        },
      }),
    });
    const on = { connectors: { hook: { token: 'env:HOOK_TOKEN_PIP' } } };
    home.character('stays', { ...pip, ...on });
    const hub = await home.hub({ model, extensions: [hook] }, { HOOK_TOKEN_PIP: 'x' });
    const status = async (id: string) => (await fetch(`${hub.url}/hook/${id}`)).status;
    expect([await status('stays'), await status('pip')]).toEqual([200, 401]);
    home.character('pip', { ...pip, ...on });
    await until(async () => (await status('pip')) === 200, 2000);
    rmSync(join(home.characters, 'pip.json'));
    await until(async () => (await status('pip')) === 401, 2000);
    expect(await status('stays')).toBe(200);
  });
});

describe('a secret of the hub', () => {
  it('that changes makes the bots anew that are made with it, and no others', async () => {
    const made: string[] = [];
    const desk = defineConnector({
      name: 'desk',
      settings: z.object({ token: secret() }),
      create: ({ agent, settings }) => {
        made.push(`${agent!.id} ${settings.token}`);
        return { name: 'desk', agentId: agent!.id, start: async () => {}, stop: async () => {} };
      },
    });
    home.character('pip', { ...pip, connectors: { desk: { token: 'file:pip' } } });
    home.character('pop', { ...pip, connectors: { desk: { token: 'file:pop' } } });
    home.secret('pip', 'one');
    home.secret('pop', 'other');
    const carrier = await home.carrier({ model, extensions: [desk] });
    expect(made.sort()).toEqual(['pip one', 'pop other']);
    home.secret('pip', 'two');
    await carrier.refresh();
    expect(made.sort()).toEqual(['pip one', 'pip two', 'pop other']);
    home.secret('pip', '');
    await carrier.refresh();
    await until(() => carrier.problems().length > 0);
    expect(carrier.problems()).toMatchObject([{ agentId: 'pip', field: 'connectors.desk.token' }]);
    expect(carrier.connectors().flatMap(({ agentId }) => agentId ?? [])).toEqual(['pop']);
  });
});

describe('an agent’s models', () => {
  it('that cannot be used are left out, and what is wrong with one agent leaves the hub ready', async () => {
    home.character('pip', { ...pip, models: ['openai:gpt-4.1', 'offline'] });
    home.character('pop', { ...pip, models: ['opnai'] });
    const hub = await home.hub();
    const client = clientOf(hub);
    expect((await client.send('pip', { text: 'hello', userId: 'alice' })).reply!.text).not.toBe('');
    expect((await client.post('pop', { text: 'hello', userId: 'alice' })).status).not.toBe(200);
    expect((await fetch(`${hub.url}/readyz`)).status).toBe(200);
  });
});
