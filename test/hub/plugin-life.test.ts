/** How plugins come and go: settings, opening, what is missing or broken, what is tried again. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Notes } from '../../src/connector/connector.js';
import { definePlugin, type PluginParts, secret, systemText } from '../../src/extension-api.js';
import { Home } from '../support/hub.js';
import { scriptedModel } from '../support/model.js';
import { agentWith, listeningLog, pluginsOf } from '../support/plugins.js';
import { until } from '../support/until.js';
import { Platform } from './platform.js';

let home: Home;
beforeEach(() => {
  home = new Home();
});
afterEach(() => home.dispose());

const provider = (name: string, more = '') =>
  `export default { name: '${name}', contextProviders: [{ name: 'c', async provide() { return '${name} is here' } }] ${more}};`;
const put = (file: string, text: string) => writeFileSync(join(home.characters, file), text);
const context: PluginParts = { contextProviders: [{ name: 'c', provide: async () => 'here' }] };

describe('a plugin that does not work', () => {
  const talk = async (...plugins: string[]) => {
    const connectors = { telegram: { dm: 'open' } };
    home.character('assistant', { name: 'Ada', bio: '.', plugins, connectors });
    const model = scriptedModel(() => 'aye');
    const platform = new Platform();
    await home.carrier({ connectors: [platform], model: () => model });
    let turns = 0;
    return async () => {
      await platform.dm('ana', 'hello');
      await platform.last(++turns);
      return systemText(model.requests.at(-1)!.system);
    };
  };

  it('[http-and-cli.8] is picked up when its file appears after the first turn', async () => {
    const ask = await talk('./later.mjs', 'time');
    expect(await ask()).not.toContain('later is here');
    put('later.mjs', provider('later'));
    expect(await ask()).toContain('later is here');
  });

  it('[http-and-cli.8] is picked up when its broken file is mended, or does not export a plugin at first', async () => {
    put('torn.mjs', 'export default {');
    put('odd.mjs', 'export default { name: "odd", contextProvider: [] };');
    put('thrown.mjs', 'throw new Error("not yet");');
    const ask = await talk('./torn.mjs', './odd.mjs', './thrown.mjs');
    const first = await ask();
    for (const name of ['torn', 'odd', 'thrown']) {
      expect(first).not.toContain(`${name} is here`);
      put(`${name}.mjs`, provider(name));
    }
    const second = await ask();
    for (const name of ['torn', 'odd', 'thrown']) expect(second).toContain(`${name} is here`);
  });

  it('is among the hub’s problems when it cannot be opened, until it works', async () => {
    const works = "{ contextProviders: [{ name: 'c', provide: async () => 'here' }] }";
    const create = `create: () => (tries++ > 0 ? ${works} : { action: [] })`;
    const brand = "[Symbol.for('carrier.extension')]: 1, kind: 'plugin'";
    put('made.mjs', `let tries = 0;\nexport default { ${brand}, name: 'made', ${create} };`);
    home.character('assistant', { name: 'Ada', bio: '.', plugins: ['time', './made.mjs'] });
    const carrier = await home.carrier({ connectors: [new Platform()] });
    await until(() => carrier.problems().length > 0);
    expect(carrier.problems()).toEqual([
      {
        agentId: 'assistant',
        field: 'plugins[1]',
        message: expect.stringMatching(/action is unknown; did you mean "actions"\?/),
      },
    ]);
    const principal = { kind: 'token' as const, name: 'root', tenant: 'default', admin: true };
    const known = await carrier.operations!.call('agents.check', { agentId: 'assistant' }, principal);
    expect(known).toMatchObject({ ok: false, findings: [{ check: 'plugins[1]', ok: false }] });
    await until(() => carrier.problems().length === 0, 10_000);
  });

  it('is looked at anew by whoever checks an agent', async () => {
    put('mended.mjs', 'export default { name: "mended", contextProvider: [] };');
    const plugins = await pluginsOf({ charactersDir: home.characters });
    expect(await plugins.problems(agentWith('./mended.mjs'))).toHaveLength(1);
    put('mended.mjs', provider('mended'));
    expect(await plugins.problems(agentWith('./mended.mjs'))).toEqual([]);
  });

  it('[http-and-cli.8] is picked up when its module in CARRIER_EXTENSIONS appears', async () => {
    const file = join(home.folder, 'listed.mjs');
    const plugins = await pluginsOf({
      charactersDir: home.characters,
      env: { CARRIER_EXTENSIONS: file },
    });
    const agent = agentWith('listed');
    expect(await plugins.of(agent)).toEqual([]);
    writeFileSync(file, provider('listed'));
    await until(async () => (await plugins.of(agent)).length === 1);
    expect(await plugins.problems(agent)).toEqual([]);
    await plugins.close();
  });

  it('is named with its fix, and tried again when what it needs is back', async () => {
    let down = true;
    let opened = 0;
    const { log, lines } = listeningLog();
    const lamp = definePlugin({
      name: 'lamp',
      create: () => ({
        ...context,
        open() {
          if (down) throw new Error('the lighthouse does not answer');
          opened++;
        },
      }),
    });
    const plugins = await pluginsOf({ charactersDir: home.characters, brought: [lamp], log });
    const agent = agentWith('lamp', 'time');
    expect((await plugins.of(agent)).map(({ name }) => name)).toEqual(['time']);
    expect(lines).toMatchObject([
      {
        level: 'error',
        plugin: 'lamp',
        message: expect.stringContaining('cannot be opened: the lighthouse does not answer'),
      },
    ]);
    down = false;
    // Nobody has to ask: it is tried again by time.
    await until(() => opened === 1);
    await until(async () => (await plugins.of(agent)).length === 2);
    expect(lines.at(-1)).toMatchObject({ level: 'info', plugin: 'lamp' });
    expect(opened).toBe(1);
    await plugins.close();
  });

  it('holds nobody up when it takes long to open', async () => {
    const hanging = definePlugin({
      name: 'hanging',
      create: () => ({ ...context, open: () => new Promise<void>(() => {}) }),
    });
    const plugins = await pluginsOf({ charactersDir: home.characters, brought: [hanging] });
    const agent = agentWith('hanging', 'time');
    await plugins.of(agent);
    const later = plugins.of(agent);
    const soon = new Promise((resolve) => setTimeout(resolve, 2000, 'late'));
    expect(await Promise.race([later, soon])).toMatchObject([{ name: 'time' }]);
  });

  it('is another than the one that has its name', async () => {
    put('clock.mjs', provider('time'));
    const plugins = await pluginsOf({ charactersDir: home.characters });
    expect(await plugins.of(agentWith('time'))).toHaveLength(1);
    expect(await plugins.of(agentWith('time', './clock.mjs'))).toHaveLength(1);
    await plugins.close();
  });

  it('[http-and-cli.7] is told when the hub starts, not with the first message', async () => {
    put('odd.mjs', 'export default { name: "odd", contextProvider: [] };');
    const { log, lines } = listeningLog();
    const plugins = await pluginsOf({ charactersDir: home.characters, log });
    plugins.changed('captain', agentWith('tme', './odd.mjs'));
    await until(() => lines.length === 2);
    expect(lines.map(({ message }) => message)).toEqual([
      expect.stringContaining('did you mean "time"?'),
      expect.stringContaining('contextProvider is unknown; did you mean "contextProviders"?'),
    ]);
    await plugins.close();
  });
});

describe('a plugin with settings', () => {
  interface Made {
    settings: { key: string; level: number };
    notes: Notes;
    signal: AbortSignal;
  }
  const made: Made[] = [];
  const events: string[] = [];
  const weather = definePlugin({
    name: 'weather',
    settings: z.object({ key: secret(), level: z.number().default(3) }),
    create({ settings, notes, signal }) {
      made.push({ settings, notes, signal });
      return { ...context, open: () => void events.push('open'), close: () => void events.push('close') };
    },
  });
  beforeEach(() => {
    made.length = 0;
    events.length = 0;
  });
  const start = (env: Record<string, string>) =>
    pluginsOf({ charactersDir: home.characters, brought: [weather], env });

  it('gets them, secrets by reference too, and is made once for all its agents', async () => {
    mkdirSync(join(home.folder, 'secrets'));
    writeFileSync(join(home.folder, 'secrets/key'), 'sesame\n');
    const secretsDir = join(home.folder, 'secrets');
    const plugins = await start({
      CARRIER_SECRETS_DIR: secretsDir,
      WEATHER_KEY: 'file:key',
      WEATHER_LEVEL: '7',
    });
    const [one, two] = await Promise.all([
      plugins.of(agentWith('weather')),
      plugins.of(agentWith('weather')),
    ]);
    expect(one[0]).toBe(two[0]);
    expect(made.map(({ settings }) => settings)).toEqual([{ key: 'sesame', level: 7 }]);
    expect(events).toEqual(['open']);
    expect(made[0]!.signal.aborted).toBe(false);
    await plugins.close();
    expect(events).toEqual(['open', 'close']);
    expect(made[0]!.signal.aborted).toBe(true);
  });

  it.each([
    [{}, 'WEATHER_KEY'],
    [{ WEATHER_KEY: 'k', WEATHER_LEVEL: 'high' }, 'WEATHER_LEVEL'],
    [{ WEATHER_KEY: 'env:NOWHERE' }, 'WEATHER_KEY'],
  ])(
    'is told by the name of the setting what is wrong with %j',
    async (env: Record<string, string>, name) => {
      const plugins = await start(env);
      expect(await plugins.problems(agentWith('weather'))).toEqual([
        { field: 'plugins[0]', message: expect.stringContaining(name) },
      ]);
      expect(await plugins.of(agentWith('weather'))).toEqual([]);
      await plugins.close();
    },
  );

  it('has notes that survive the process, and that no other plugin sees', async () => {
    // Plugins are made in no particular order.
    const seen: Record<string, Notes> = {};
    const noting = (name: string) =>
      definePlugin({
        name,
        create({ notes }) {
          seen[name] = notes;
          return context;
        },
      });
    home.character('assistant', { name: 'Ada', bio: '.', plugins: ['first', 'second'] });
    const plugins = [noting('first'), noting('second')];
    const hub = await home.carrier({ connectors: [], plugins });
    await until(() => seen.first !== undefined && seen.second !== undefined);
    await seen.first!.put('mark', { at: 7 });
    expect(await seen.second!.get('mark')).toBeNull();
    await hub.stop();
    delete seen.first;
    await home.carrier({ connectors: [], plugins });
    await until(() => seen.first !== undefined);
    expect(await seen.first!.get('mark')).toEqual({ at: 7 });
  });

  it('is found by doctor, with what is wrong', async () => {
    home.character('assistant', { name: 'Ada', bio: '.', plugins: ['tme', 'time'] });
    const { diagnose } = await import('../../src/diagnosis.js');
    const found = await diagnose(home.config(), listeningLog().log);
    expect(found.find(({ subject }) => subject === 'Characters')?.findings).toMatchObject([
      { check: 'assistant: plugins[0]', ok: false, fix: expect.stringContaining('did you mean "time"?') },
    ]);
  });
});

describe('a character that is edited while the hub runs', () => {
  it('[security.16] gets no code from elsewhere run', async () => {
    const folder = join(home.folder, 'run');
    mkdirSync(folder);
    writeFileSync(join(folder, 'evil.mjs'), `globalThis.evilRan = true; ${provider('evil')}`);
    const dm = { telegram: { dm: 'open' } };
    home.character('assistant', { name: 'Ada', bio: '.', plugins: [], connectors: dm });
    const model = scriptedModel(() => 'aye');
    const platform = new Platform();
    const hub = await home.carrier({ connectors: [platform], model: () => model });
    const plugins = ['../run/evil.mjs', join(folder, 'evil.mjs'), '../../../run/evil.mjs'];
    home.character('assistant', { name: 'Eve', bio: '.', plugins, connectors: dm });
    await until(() => hub.agents()[0]!.character.name === 'Eve');
    await platform.dm('ana', 'hello');
    await platform.last(1);
    expect(model.requests[0]!.system).not.toContain('evil');
    expect(globalThis).not.toHaveProperty('evilRan');
    rmSync(folder, { recursive: true });
  });
});
