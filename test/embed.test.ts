import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import {
  type Connector,
  defineConnector,
  defineProvider,
  type Host,
  type ModelChunk,
  type StartOptions,
  startCarrier,
} from '../src/index.js';

/** Says what it was asked, in two pieces. */
const parrot = defineProvider({
  name: 'parrot',
  settings: z.object({ greeting: z.string().default('You said:') }),
  create: ({ settings }) => ({
    id: 'parrot:grey',
    abilities: { sees: false, hears: false, tools: false, contextTokens: 8000 },
    async *stream({ messages }): AsyncGenerator<ModelChunk> {
      const said = messages.at(-1);
      if (/explode/.test(said?.text ?? '')) throw new TypeError('feathers everywhere');
      yield { type: 'text', text: `${settings.greeting} ` };
      yield { type: 'text', text: said?.text.match(/[\w ?]+$/)?.[0].trim() ?? '' };
      yield { type: 'end', finish: 'stop', usage: { inputTokens: 1, outputTokens: 1 } };
    },
  }),
});

describe('[structure.2] a hub inside a program', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'carrier-embed-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const ada = { name: 'Ada', bio: 'Ada answers.', models: ['parrot'] };

  async function start({ settings, ...options }: StartOptions = {}) {
    const hub = await startCarrier({
      characters: { ada },
      extensions: [parrot],
      settings: { CARRIER_DATA_DIR: folder, CARRIER_PORT: 0, CARRIER_EMBEDDER: 'none', ...settings },
      ...options,
    });
    onTestFinished(() => hub.stop());
    return hub;
  }

  it('is asked, remembers, and is stopped as often as one likes', async () => {
    const hub = await start();
    expect(hub.agents().map(({ id, character }) => [id, character.name])).toEqual([['ada', 'Ada']]);
    const first = await hub.ask('ada', { text: 'hello there', messageId: 'm1' });
    expect(first).toEqual({ text: 'You said: hello there', turnId: expect.any(String) });
    expect(await hub.ask('ada', { text: 'hello there', messageId: 'm1' })).toEqual(first);
    const both = [
      hub.ask('ada', { text: 'one', roomId: 'r' }),
      hub.ask('ada', { text: 'two', userId: 'bob' }),
    ];
    expect((await Promise.all(both)).map(({ text }) => text)).toEqual(['You said: one', 'You said: two']);
    await Promise.all([hub.stop(), hub.stop()]);
    await hub.stop();
    await expect(hub.ask('ada', { text: 'late' })).rejects.toMatchObject({ code: 'shutting_down' });
  });

  it('says of a question why it has no answer', async () => {
    const hub = await start({ settings: { CARRIER_TURN_ATTEMPTS: 1, CARRIER_MAX_TEXT_CHARS: 100 } });
    await expect(hub.ask('eve', { text: 'hello' })).rejects.toMatchObject({ code: 'agent_unknown' });
    await expect(hub.ask('ada', { text: ' ' })).rejects.toMatchObject({ code: 'text_empty' });
    await expect(hub.ask('ada', { text: 'x'.repeat(101) })).rejects.toMatchObject({ code: 'text_too_long' });
    await expect(hub.ask('ada', { text: 'explode' })).rejects.toMatchObject({ code: 'turn_failed' });
  });

  it('serves HTTP with its token, or does not', async () => {
    const hub = await start();
    const response = await fetch(`${hub.url}/ada/message`, {
      method: 'POST',
      headers: { authorization: `Bearer ${hub.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ text: 'by post', userId: 'me' }),
    });
    expect(await response.json()).toMatchObject({ reply: { text: 'You said: by post' } });
    const quiet = await start({ http: false, settings: { CARRIER_DATA_DIR: join(folder, 'quiet') } });
    expect([quiet.url, quiet.token]).toEqual([null, null]);
    expect(await quiet.ask('ada', { text: 'psst' })).toMatchObject({ text: 'You said: psst' });
  });

  it('runs connectors of the program, and reads their settings', async () => {
    let host: Host | null = null;
    const sent: string[] = [];
    const told: string[] = [];
    const lamp = defineConnector({
      name: 'lamp',
      settings: z.object({ colour: z.string() }),
      startedBy: ['colour'],
      create({ settings, agent }): Connector {
        told.push(`${settings.colour} ${agent?.id}`);
        return {
          name: 'lamp',
          agentId: agent!.id,
          async start(given) {
            host = given;
          },
          stop: async () => {},
          deliver: async ({ memory }) => {
            sent.push(memory.content.text);
            return {};
          },
        };
      },
    });
    await start({
      extensions: [parrot, lamp],
      env: { LAMP_COLOUR: 'green', PARROT_GREETING: 'Krah!', CARRIER_PORT: 'not a number' },
      settings: { LAMP_COLOUR: 'red', CARRIER_AGENT: 'ada' },
      characters: { ada: { ...ada, connectors: { lamp: { dm: 'open' } } } },
    });
    expect(told).toEqual(['red ada']);
    const source = { connector: 'lamp', tenant: 'default', channel: 'hall', messageId: '1' };
    await host!.receive({ agentId: 'ada', source, direct: true, author: { id: 'bob' }, text: 'on' });
    await expect.poll(() => sent).toEqual(['Krah! on']);
  });

  it('reads no environment and no carrier.config.json unless it is given them', async () => {
    process.env.PARROT_GREETING = 'From the environment:';
    onTestFinished(() => void delete process.env.PARROT_GREETING);
    const config = join(folder, 'carrier.config.json');
    writeFileSync(config, JSON.stringify({ settings: { parrot: { greeting: 'From the file:' } } }));
    const before = process.cwd();
    process.chdir(folder);
    onTestFinished(() => process.chdir(before));
    const greeting = async (options: StartOptions) => {
      const hub = await start(options);
      const { text } = await hub.ask('ada', { text: 'x' });
      await hub.stop();
      return text;
    };
    expect(await greeting({})).toBe('You said: x');
    expect(await greeting({ config })).toBe('From the file: x');
    expect(await greeting({ config: { settings: { parrot: { greeting: 'Given:' } } } })).toBe('Given: x');
    expect(await greeting({ config, env: process.env })).toBe('From the environment: x');
  });

  it('takes characters from a folder, too', async () => {
    writeFileSync(join(folder, 'eve.json'), JSON.stringify({ ...ada, name: 'Eve' }));
    const hub = await start({ characters: folder, settings: { CARRIER_DATA_DIR: join(folder, 'data') } });
    expect(hub.agents().map(({ character }) => character.name)).toEqual(['Eve']);
  });

  it.each(['rooms', 'plugins', 'healthz', 'Ada', 'a b'])('has no agent of the id %s', async (id) => {
    const starting = start({ characters: { [id]: { name: 'X', bio: '.' } } });
    await expect(starting).rejects.toMatchObject({ code: 'config_invalid', field: `characters.${id}` });
  });

  it('says that another one has its folder, and the program goes on', async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => void unhandled.push(reason);
    process.on('unhandledRejection', note);
    onTestFinished(() => void process.off('unhandledRejection', note));
    await start();
    await expect(start()).rejects.toMatchObject({ code: 'store_locked' });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(unhandled).toEqual([]);
  });

  it('writes to the logger it is given, without secrets', async () => {
    const lines: [string, object, string][] = [];
    const note = (level: string) => (details: object, message: string) =>
      void lines.push([level, details, message]);
    const log = { debug: note('debug'), info: note('info'), warn: note('warn'), error: note('error') };
    await start({ log, env: { CARRIER_PROT: '1' } });
    expect(lines).toContainEqual(['info', { agentId: 'ada' }, 'agent loaded']);
    expect(lines).toContainEqual(['warn', {}, expect.stringContaining('did you mean "CARRIER_PORT"?')]);
  });

  it.each<[string, object, string, RegExp]>([
    ['an option it does not have', { seting: {} }, 'seting', /did you mean "settings"/],
    ['an option of a wrong kind', { http: 'yes' }, 'http', /boolean/],
    ['a setting that is no value', { settings: { CARRIER_PORT: [] } }, 'settings.CARRIER_PORT', /./],
    ['a setting that is misspelt', { settings: { CARIER_PORT: 0 } }, 'settings.CARIER_PORT', /CARRIER_PORT/],
    ['a setting with a bad value', { settings: { CARRIER_PORT: -1 } }, 'CARRIER_PORT', /CARRIER_PORT/],
    ['a level there is not', { log: 'loud' }, 'log', /silent/],
    ['half a logger', { log: { info() {} } }, 'log', /debug/],
    ['what is no extension', { extensions: [parrot, { kind: 'x' }] }, 'extensions.1', /defineConnector/],
    ['two of one name', { extensions: [parrot, parrot] }, 'extensions.1', /parrot/],
    ['a bad character', { characters: { ada: { name: 'Ada', boi: 'x' } } }, 'characters.ada.bio', /bio/],
    ['a bad id', { characters: { 'Ada B': ada } }, 'characters.Ada B', /ada-b/],
    ['a bad config', { config: { modles: [] } }, 'modles', /did you mean "models"/],
    ['a config that is not there', { config: './nowhere.json' }, 'CARRIER_CONFIG', /nowhere\.json.*ENOENT/],
  ])('refuses %s by name', async (_, options, field, message) => {
    const settings = { CARRIER_DATA_DIR: folder, CARRIER_PORT: 0, CARRIER_EMBEDDER: 'none' };
    const starting = startCarrier({ settings, ...options } as StartOptions);
    await expect(starting).rejects.toMatchObject({
      code: 'config_invalid',
      field,
      message: expect.stringMatching(message),
    });
  });
});
