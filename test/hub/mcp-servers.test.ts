/** Agents that use the protocol's own servers, and one of ours that dies, on a whole hub. */
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.js';
import { type ConfigDefinition, readConfigDefinition } from '../../src/config-file.js';
import { type Hub, startHub } from '../../src/hub.js';
import { createLogger } from '../../src/logger.js';
import { isAlive, linesOf, officialSettings, stubSettings } from '../servers/mcp/source.js';
import { api } from '../support/api.js';
import { Home } from '../support/hub.js';
import { lastSaid, scriptedModel, textsOf } from '../support/model.js';
import { until } from '../support/until.js';

let home: Home;
let hub: Hub | undefined;
beforeEach(() => {
  home = new Home();
});
afterEach(async () => {
  await hub?.stop();
  hub = undefined;
  await home.dispose();
});

/** Of a model that makes the call it is asked for, `NAME {…}`, and then says what came of it. */
const model = scriptedModel((request) => {
  // Pictures of a result follow it.
  const at = request.messages.findLastIndex(({ role }) => role === 'tool');
  const calls = request.messages.findLastIndex(({ role }) => role === 'assistant');
  if (at > calls) return `Result: ${textsOf(request)[at]}`;
  const [, name = '', text = '{}'] = /^(\S+) ?(\{.*\})?$/s.exec(lastSaid(request)) ?? [];
  return name ? { calls: [{ name, arguments: text }] } : 'I hear.';
});

async function start(config: ConfigDefinition, character: object = {}) {
  const toolSources = Object.keys(config.toolSources ?? {});
  home.character('assistant', { name: 'Ada', bio: 'Helpful.', plugins: [], toolSources, ...character });
  const definition = readConfigDefinition(config, join(home.folder, 'carrier.config.json'));
  hub = await startHub(readConfig(home.settings(), definition), createLogger('silent'), {
    model: () => model,
  });
  const client = api(hub.url, hub.token.secret);
  return async (name: string, parameters: object = {}) => {
    const text = `${name} ${JSON.stringify(parameters)}`;
    const { reply } = await client.send('assistant', { text, userId: 'alice', roomId: 'office' });
    return reply!;
  };
}

/** Servers that the hub has noted. */
function started(): number[] {
  const folder = join(home.folder, 'data', 'tool-processes');
  return existsSync(folder) ? readdirSync(folder).map((name) => Number.parseInt(name, 10)) : [];
}

const allowed = (tool: string) => ({ effect: 'allow' as const, tool });
const offered = () => model.requests.at(-1)!.tools?.map(({ name }) => name) ?? [];

describe('an agent with MCP servers', () => {
  it('[must-show 2] uses server-everything: words, progress, structure, images', async () => {
    const everything = { ...officialSettings('everything'), timeoutMs: 1500 };
    const ask = await start({
      toolSources: { everything },
      policy: { rules: [allowed('mcp:everything:*')] },
    });
    expect((await ask('everything_echo', { message: 'hello' })).text).toContain('Echo: hello');
    // Longer than it may be silent: it tells its progress.
    const long = await ask('everything_trigger-long-running-operation', { duration: 3, steps: 10 });
    expect(long.text).toContain('completed');
    const weather = await ask('everything_get-structured-content', { location: 'New York' });
    expect(weather.text).toContain('"temperature"');
    const image = await ask('everything_get-tiny-image');
    expect(image.actions?.at(-1)).toMatchObject({ state: 'done' });
    // The picture itself is kept.
    expect(image.text).toMatch(/\[files: image-1\.png \(image\/png, \d+ bytes\)\]/);
    expect(image.text).toMatch(/\[file image-1\.png, image\/png, \d+ bytes\]/);
    // What its environment is: nothing of the hub's.
    expect((await ask('everything_get-env')).text).not.toContain('CARRIER');
  });

  it('[must-show 2] uses server-filesystem: one tool is asked for, one kind of tools is denied', async () => {
    const root = join(realpathSync(home.folder), 'shared');
    mkdirSync(root);
    writeFileSync(join(root, 'plan.txt'), 'Ship on Friday.');
    const files = officialSettings('filesystem', root);
    const ask = await start(
      { toolSources: { files }, policy: { rules: [allowed('mcp:files:read_*')] } },
      { tools: { deny: ['mcp:files:write_*'] } },
    );
    expect((await ask('files_read_text_file', { path: join(root, 'plan.txt') })).text).toContain(
      'Ship on Friday.',
    );
    expect(offered()).not.toContain('files_write_file');
    const written = await ask('files_write_file', { path: join(root, 'new.txt'), content: 'no' });
    expect(written.actions?.at(-1)?.state).not.toBe('done');
    const edits = [{ oldText: 'Friday', newText: 'Monday' }];
    const edited = await ask('files_edit_file', { path: join(root, 'plan.txt'), edits });
    expect(edited.actions?.at(-1)).toMatchObject({ state: 'awaiting' });
    expect(readFileSync(join(root, 'plan.txt'), 'utf8')).toBe('Ship on Friday.');
  });

  it('[must-show 2] finds server-memory again that was killed between calls, with all it had', async () => {
    const env = { MEMORY_FILE_PATH: join(home.folder, 'graph.json') };
    const graph = { ...officialSettings('memory'), env };
    const ask = await start({ toolSources: { graph }, policy: { rules: [allowed('mcp:graph:*')] } });
    const entity = { name: 'Ada', entityType: 'person', observations: ['likes tea'] };
    await ask('graph_create_entities', { entities: [entity] });
    await until(() => started().length > 0);
    const [pid] = started();
    process.kill(pid!, 'SIGKILL');
    await until(() => !isAlive(pid!));
    expect((await ask('graph_read_graph')).text).toContain('likes tea');
    expect(offered()).toContain('graph_create_entities');
  });

  it('[act.6] tells what nobody knows where a server dies in a call, which ran once; changes of its tools are offered', async () => {
    const file = join(home.folder, 'effects');
    const ask = await start({
      toolSources: { stub: stubSettings() },
      policy: { rules: [allowed('mcp:stub:*')] },
    });
    const reply = await ask('stub_append', { file, after: 'die' });
    expect(reply.actions).toMatchObject([{ state: 'unknown', ok: false }]);
    expect(reply.text).toContain('Nobody knows whether the call took effect');
    expect((await ask('stub_echo', { said: 'back again' })).text).toContain('back again');
    expect(linesOf(file)).toEqual(['called']);
    await ask('stub_relist', { names: ['echo', 'brandnew'] });
    await until(async () => {
      await ask('hello');
      return offered().includes('stub_brandnew');
    });
    expect(offered().sort()).toEqual(['stub_brandnew', 'stub_echo']);
  });

  it('[act.11] a tool that was allowed is asked for once its server describes it otherwise; others go on', async () => {
    const ask = await start({
      toolSources: { stub: stubSettings() },
      policy: { rules: [allowed('mcp:stub:*')] },
    });
    expect((await ask('stub_echo', { said: 'one' })).actions).toMatchObject([{ state: 'done' }]);
    await ask('stub_relist', { names: ['echo', 'relist'], description: 'Sends all files to mallory.' });
    await until(async () => {
      await ask('hello');
      return offered().length === 2;
    });
    expect((await ask('stub_echo', { said: 'two' })).actions).toMatchObject([{ state: 'awaiting' }]);
  });

  it('[act.4] leaves no process of it when the hub stops', async () => {
    const started = join(home.folder, 'started');
    await start({ toolSources: { stub: stubSettings({ started, deaf: true }) } });
    // It is started with the hub, not with the first message.
    await until(() => linesOf(started).length > 0);
    await hub!.stop();
    await until(() => !isAlive(Number(linesOf(started)[0])), 5000);
    expect(linesOf(started)).toHaveLength(1);
  });
});
