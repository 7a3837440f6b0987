import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { botsOf, hubBots } from '../../src/agents/bots.js';
import { checkAgent } from '../../src/agents/check.js';
import { checkHub } from '../../src/agents/check-hub.js';
import { Models } from '../../src/agents/models.js';
import { Plugins } from '../../src/agents/plugins.js';
import { ToolSources } from '../../src/agents/tool-sources.js';
import { readConfig } from '../../src/config.js';
import { type Agent, Character } from '../../src/core/character.js';
import { defineConnector, secret } from '../../src/extension-api.js';
import { Registry } from '../../src/extensions/registry.js';
import { createLogger } from '../../src/logger.js';
import { References } from '../../src/secrets/references.js';
import { Skills } from '../../src/tools/skills.js';

const folder = mkdtempSync(join(tmpdir(), 'carrier-check-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const log = createLogger('silent');

async function partsOf(env: Record<string, string>, agents: Agent[] = [], brought: unknown[] = []) {
  const config = readConfig({ CARRIER_SECRETS_DIR: folder, CARRIER_CHARACTERS_DIR: folder, ...env });
  const registry = await Registry.open({ ...config.extensions, brought });
  const secrets = new References({ given: config.given, folder, stored: async () => null });
  const models = new Models({ config, registry, secrets, log });
  const bots = {
    config,
    registry,
    secrets,
    derive: String,
    callbackSecret: () => 's'.repeat(16),
    callbackSecretOf: async () => null,
    log,
  };
  const notes = () => {
    throw new Error('no plugin is opened');
  };
  const plugins = new Plugins({ config, registry, secrets, notes, log });
  const skills = new Skills({ folder: config.charactersDir, log });
  const toolSources = new ToolSources({
    ...{ named: config.toolSources, folder, dataFolder: config.dataDir, registry, secrets, log },
  });
  return { bots, checks: { config, registry, models, plugins, toolSources, skills, agents: () => agents } };
}

async function problemsOf(
  character: object,
  env: Record<string, string> = {},
  brought: unknown[] = [],
): Promise<string[]> {
  const agent = { id: 'pip', character: Character.parse({ name: 'Pip', bio: '.', ...character }) };
  const { bots, checks } = await partsOf(env, [agent], brought);
  const found = await checkAgent(agent, await botsOf(bots, agent), checks);
  return found.map(({ field, message }) => `${field}: ${message}`);
}

async function hubProblemsOf(env: Record<string, string>, agents: Agent[] = []) {
  const { bots, checks } = await partsOf(env, agents);
  const found = await checkHub(await hubBots(bots), checks);
  return found.map(({ field, message, note }) => `${note ? 'note ' : ''}${field}: ${message}`);
}

describe('an agent', () => {
  it('has nothing wrong with it as a rule', async () => {
    expect(await problemsOf({})).toEqual([]);
    expect(await problemsOf({ tools: { allow: ['calculate', '*'], deny: ['remember'] } })).toEqual([]);
  });

  it.each([
    [{ plugins: ['tme'] }, /^plugins\[0\]: .*"tme".*did you mean "time"\?/],
    [{ plugins: ['time', './lost.js'] }, /^plugins\[1\]: .*there is no file .*lost\.js/],
    [{ models: ['opnai:gpt-4.1'] }, /^models\[0\]: .*"opnai"; did you mean "openai"\?/],
    [{ models: ['offline', 'openai:gpt-4.1'] }, /^models\[1\]: .*needs OPENAI_API_KEY/],
    [{ connectors: { discrod: {} } }, /^connectors\.discrod: .*did you mean "discord"\?/],
    [{ connectors: { nowhere: { dm: 'open' } } }, /^connectors\.nowhere: .*there are: .*telegram/],
    [{ connectors: { http: { token: 'file:x' } } }, /^connectors\.http\.token: .*take the field out/],
    [{ type: 'conversatonal' }, /^type: .*did you mean "conversational"\?/],
    [{ tools: { deny: ['calcualte'] } }, /^tools\.deny\[0\]: .*did you mean "calculate"\?/],
    [{ tools: { allow: ['fly'] }, plugins: ['time'] }, /^tools\.allow\[0\]: .*"fly"; there are: /],
    [
      { connectors: { telegram: { token: 'env:TELEGRAM_TOKEN_PIP' } } },
      /^connectors\.telegram\.token: .*TELEGRAM_TOKEN_PIP is not there/,
    ],
  ])('[http-and-cli.7] is told of %j', async (character, message) => {
    expect(await problemsOf(character)).toEqual([expect.stringMatching(message)]);
  });

  it('[http-and-cli.7] is told of a setting that its connector does not have', async () => {
    writeFileSync(join(folder, 'token'), 'xoxb-1');
    writeFileSync(join(folder, 'app'), 'xapp-1');
    const slack = { token: 'file:token', appToken: 'file:app', apptoken: 'file:app' };
    expect(await problemsOf({ connectors: { slack } })).toEqual([
      expect.stringMatching(/^connectors\.slack\.apptoken: .*did you mean "appToken"\?/),
    ]);
  });

  it('is told of a token that stands for no setting of its connector', async () => {
    const settings = z.object({ apiKey: secret() });
    const kk = defineConnector({ name: 'kk', settings, create: () => ({}) as never });
    const found = await problemsOf({ connectors: { kk: { token: 'file:token' } } }, {}, [kk]);
    expect(found).toContainEqual(
      expect.stringMatching(/^connectors\.kk\.token: "kk" has no such setting; there are: apiKey, /),
    );
    const mended = defineConnector({ name: 'kk', settings, token: 'apiKey', create: () => ({}) as never });
    writeFileSync(join(folder, 'token'), 'k');
    expect(await problemsOf({ connectors: { kk: { token: 'file:token' } } }, {}, [mended])).toEqual([]);
  });

  it('is told of everything at once', async () => {
    const everything = { plugins: ['tme'], models: ['opnai'], connectors: { discrod: {} }, type: 'tsak' };
    expect(await problemsOf(everything)).toHaveLength(4);
  });

  it('is looked at where a process has a use for it', async () => {
    const everything = { plugins: ['tme'], models: ['opnai'], connectors: { discrod: {} }, type: 'tsak' };
    const shared = { REDIS_URL: 'redis://x', MONGODB_URL: 'mongodb://x' };
    expect(await problemsOf(everything, { ...shared, CARRIER_ROLE: 'gateway' })).toHaveLength(1);
    expect(await problemsOf(everything, { ...shared, CARRIER_ROLE: 'worker' })).toHaveLength(3);
  });
});

describe('what all agents share', () => {
  it.each([
    [{ DISCORD_TOKN: 'x' }, /^DISCORD_TOKN: .*did you mean DISCORD_TOKEN\?/],
    [{ TELEGRAM_TOKEN_: 'x' }, /^TELEGRAM_TOKEN_: .*did you mean TELEGRAM_TOKEN\?/],
    [{ OPENAI_API_KYE_FILE: '/x' }, /^OPENAI_API_KYE_FILE: .*did you mean OPENAI_API_KEY\?/],
    [{ CARRIER_MODELS: 'openai' }, /^CARRIER_MODELS: .*needs OPENAI_API_KEY/],
    [{ CARRIER_MODELS: 'opnai' }, /^CARRIER_MODELS: .*did you mean "openai"\?/],
    [{ CARRIER_EXTENSIONS: './lost.js' }, /^extension \.\/lost\.js: .*there is no file/],
    [
      { OPENAI_BASE_URL: 'https://llm.example.com/v1' },
      /^note openai: requests to llm\.example\.com carry no key; set OPENAI_API_KEY/,
    ],
  ])('[http-and-cli.7] is told of %j', async (env, message) => {
    expect(await hubProblemsOf(env)).toEqual([expect.stringMatching(message)]);
  });

  it.each(['http://127.0.0.1:1/v1', 'http://localhost:11434/v1', 'http://[::1]:8080/v1'])(
    'finds nothing wrong with a model server of this machine that has no key: %s',
    async (OPENAI_BASE_URL) => {
      expect(await hubProblemsOf({ OPENAI_BASE_URL })).toEqual([]);
    },
  );

  it('takes for no misspelling what a character names, nor what is far from any setting', async () => {
    const connectors = { telegram: { token: 'env:TELEGRAM_TOKEN2' } };
    const agent = { id: 'pip', character: Character.parse({ name: 'Pip', bio: '.', connectors }) };
    const env = { TELEGRAM_TOKEN2: '1:x', TELEGRAM_WHATEVER_ELSE: 'x' };
    expect(await hubProblemsOf(env, [agent])).toEqual([]);
    expect(await hubProblemsOf(env)).toHaveLength(1);
  });

  it('names a token of an agent that is not there, unless another one names it', async () => {
    const env = { TELEGRAM_TOKEN: '1:x', DISCORD_TOKEN: 'x' };
    const pip = (id: string, connectors: object = {}) => ({
      ...{ id, character: Character.parse({ name: 'Pip', bio: '.', connectors }) },
    });
    const telegram = { token: 'env:TELEGRAM_TOKEN' };
    expect(await hubProblemsOf(env, [pip('pip', { telegram })])).toEqual([
      expect.stringMatching(/^DISCORD_TOKEN: .*"assistant".* set CARRIER_AGENT .*: pip$/),
    ]);
    expect(await hubProblemsOf({ ...env, CARRIER_AGENT: 'pip' }, [pip('pip')])).toEqual([]);
    expect(await hubProblemsOf(env, [pip('assistant')])).toEqual([]);
  });

  it('names settings of carrier.config.json that nothing has', async () => {
    const path = join(folder, 'carrier.config.json');
    writeFileSync(path, JSON.stringify({ settings: { telegram: { tokn: 'file:x' }, discrod: {} } }));
    expect(await hubProblemsOf({ CARRIER_CONFIG: path })).toEqual([
      expect.stringMatching(/^settings\.telegram\.tokn: .*did you mean "token"\?/),
      expect.stringMatching(/^settings\.discrod: .*did you mean "discord"\?/),
    ]);
  });

  it('finds an extension that was missing once it is there', async () => {
    const path = join(folder, 'late.js');
    const { checks } = await partsOf({ CARRIER_EXTENSIONS: path });
    expect(await checkHub({ bots: [], problems: [] }, checks)).toHaveLength(1);
    writeFileSync(
      path,
      "export default { [Symbol.for('carrier.extension')]: 1, kind: 'agentType', name: 'late', create: () => {} };",
    );
    expect(await checkHub({ bots: [], problems: [] }, checks)).toEqual([]);
    expect(checks.registry.added).toEqual([{ module: path, kind: 'agentType', name: 'late' }]);
  });
});

describe('[act.31] an operator who is nobody alone', () => {
  const connectors = (...operators: string[]) => ({ connectors: { telegram: { operators } } });

  it.each([
    ['1087968824', 'anonymous administrator of any group'],
    ['777000', 'linked channel'],
    ['0777000', 'linked channel'],
    ['136817688', 'every channel'],
    ['-1001500000002', 'a group or channel'],
  ])('%s is refused, with the reason', async (id, reason) => {
    const found = await problemsOf(connectors('42', id));
    expect(found).toEqual([
      expect.stringContaining(`connectors.telegram.operators[1]: "${id}" cannot be an operator`),
    ]);
    expect(found[0]).toContain(reason);
    // With an account of its own, it is told once, and there is no bot for it to decide by.
    expect(await problemsOf(connectors('42', id), { TELEGRAM_TOKEN: '1:x', CARRIER_AGENT: 'pip' })).toEqual(
      found,
    );
    const agent = { id: 'pip', character: Character.parse({ name: 'Pip', bio: '.', ...connectors(id) }) };
    const { bots } = await partsOf({ TELEGRAM_TOKEN: '1:x', CARRIER_AGENT: 'pip' });
    expect((await botsOf(bots, agent)).bots).toEqual([]);
  });

  it('is one of that platform: people, and the same number elsewhere, are taken', async () => {
    const there = { telegram: { operators: ['42', '108796882'] }, slack: { operators: ['777000'] } };
    expect(await problemsOf({ connectors: there })).toEqual([]);
  });
});
