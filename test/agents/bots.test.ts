import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { botsOf } from '../../src/agents/bots.js';
import { readConfig } from '../../src/config.js';
import { type Agent, Character } from '../../src/core/character.js';
import { defineConnector, secret } from '../../src/extension-api.js';
import { Registry } from '../../src/extensions/registry.js';
import { createLogger } from '../../src/logger.js';
import { References } from '../../src/secrets/references.js';

const folder = mkdtempSync(join(tmpdir(), 'carrier-bots-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const registry = await Registry.open({ modules: [], folder });

const agent = (id: string, connectors: object = {}): Agent => ({
  id,
  character: Character.parse({ name: 'Ahab', bio: 'Sails.', connectors }),
});

async function botsFor(env: Record<string, string>, of: Agent, from = registry) {
  const config = readConfig({ CARRIER_SECRETS_DIR: folder, ...env });
  const secrets = new References({ given: config.given, folder, stored: async () => null });
  const log = createLogger('silent');
  return botsOf(
    {
      config,
      registry: from,
      secrets,
      derive: String,
      callbackSecret: () => 's'.repeat(16),
      callbackSecretOf: async () => null,
      log,
    },
    of,
  );
}
const namesOf = ({ bots }: Awaited<ReturnType<typeof botsFor>>) => bots.map(({ connector }) => connector);
const slack = { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_APP_TOKEN: 'xapp-1' };

describe('a connector that an extension made', () => {
  const run = async () => {};
  const whole = { name: 'kk', agentId: 'assistant', start: run, stop: run };
  it.each([
    [{ ...whole, name: 'kakao' }, /"kk" made no usable connector: name must be kk/],
    [{ ...whole, agentId: 'captain' }, /agentId must be assistant/],
    [{ ...whole, agentId: undefined }, /agentId must be assistant/],
    [{ ...whole, start: undefined }, /start must be a function/],
    [{ ...whole, deliver: 'me' }, /deliver must be a function/],
    [{ ...whole, routes: { access: 'all', handler: run } }, /routes\.access must be one of token, own/],
    [{ ...whole, connection: { open: run, close: run, health: run } }, /connection\.id is missing/],
    [null, /it must be an object/],
  ])('is refused where it is none: %j', async (made, message) => {
    const create = () => made as never;
    const kk = defineConnector({ name: 'kk', settings: z.object({ token: secret() }), create });
    const own = await Registry.open({ modules: [], folder, brought: [kk] });
    const { bots } = await botsFor({ KK_TOKEN: 't' }, agent('assistant'), own);
    await expect(bots[0]!.create()).rejects.toMatchObject({
      code: 'config_invalid',
      message: expect.stringMatching(message),
    });
  });
});

describe('which bots an agent is', () => {
  it('is none without a token', async () => {
    expect(await botsFor({}, agent('assistant'))).toEqual({ bots: [], problems: [] });
  });

  it('gives the usual settings to one agent, and each its own token', async () => {
    const env = { DISCORD_TOKEN: 'd', TELEGRAM_TOKEN: '1:t', TELEGRAM_TOKEN_CAPTAIN: '2:c' };
    expect(namesOf(await botsFor(env, agent('assistant')))).toEqual(['discord', 'telegram']);
    const captain = agent('captain', { telegram: { token: 'env:TELEGRAM_TOKEN_CAPTAIN', groups: 'always' } });
    const found = await botsFor(env, captain);
    expect(namesOf(found)).toEqual(['telegram']);
    expect(await found.bots[0]!.create()).toMatchObject({ name: 'telegram', agentId: 'captain' });
    expect(namesOf(await botsFor({ ...env, CARRIER_AGENT: 'captain' }, agent('assistant')))).toEqual([]);
  });

  it.each([
    ['a socket', slack],
    ['posts', { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_SIGNING_SECRET: 's' }],
    ['OAuth', { SLACK_CLIENT_ID: '1', SLACK_CLIENT_SECRET: 's', SLACK_SIGNING_SECRET: 's' }],
  ])('makes a Slack bot with %s', async (_, env) => {
    const { bots, problems } = await botsFor(env, agent('assistant'));
    expect(problems).toEqual([]);
    expect((await bots[0]!.create()).name).toBe('slack');
  });

  it.each([
    ['SLACK_CAPTAIN_TOKEN', 'SLACK_CAPTAIN_APP_TOKEN'],
    ['SLACK_CAPTAIN_BOT_TOKEN', 'SLACK_APP_TOKEN_CAPTAIN'],
    ['SLACK_BOT_TOKEN_CAPTAIN', 'SLACK_APP_TOKEN_CAPTAIN'],
    ['SLACK_TOKEN_CAPTAIN', 'SLACK_CAPTAIN_APP_TOKEN'],
  ])('[structure.7] finds the app token that goes with env:%s in %s', async (token, appToken) => {
    const env = { [token]: 'xoxb-2', [appToken]: 'xapp-2', ...slack };
    const found = await botsFor(env, agent('captain', { slack: { token: `env:${token}` } }));
    expect(found.problems).toEqual([]);
    expect(namesOf(found)).toEqual(['slack']);
  });

  it('[structure.7] asks for the app token by the names it could have', async () => {
    const env = { SLACK_CAPTAIN_TOKEN: 'xoxb-2', ...slack };
    const { bots, problems } = await botsFor(
      env,
      agent('captain', { slack: { token: 'env:SLACK_CAPTAIN_TOKEN' } }),
    );
    expect(bots).toEqual([]);
    expect(problems).toMatchObject([
      {
        connector: 'slack',
        field: 'SLACK_APP_TOKEN_CAPTAIN or SLACK_CAPTAIN_APP_TOKEN',
        message: expect.stringContaining('app token'),
      },
    ]);
  });

  it('takes each secret of an account by its own name', async () => {
    writeFileSync(join(folder, 'app'), 'xapp-3\n');
    const connectors = { slack: { token: 'env:SLACK_X', appToken: 'file:app' } };
    const found = await botsFor({ SLACK_X: 'xoxb-3' }, agent('captain', connectors));
    expect(found.problems).toEqual([]);
    expect(found.bots[0]!.references).toEqual(['env:SLACK_X', 'file:app']);
  });

  it.each([
    ['env:SLACK_NOWHERE', 'connectors.slack.token', /SLACK_NOWHERE is not there/],
    ['env:OPENAI_API_KEY', 'connectors.slack.token', /begin with SLACK_/],
    ['file:../../etc/passwd', 'connectors.slack.token', /CARRIER_SECRETS_DIR/],
    ['file:/etc/passwd', 'connectors.slack.token', /CARRIER_SECRETS_DIR/],
    ['secret:lost', 'connectors.slack.token', /carrier secrets set lost/],
  ])('names the field and the fix of %s', async (token, field, message) => {
    const { bots, problems } = await botsFor(
      { OPENAI_API_KEY: 'sk-secret-of-another' },
      agent('captain', { slack: { token } }),
    );
    expect(bots).toEqual([]);
    expect(problems[0]).toMatchObject({ field, message: expect.stringMatching(message) });
  });
});
