import { describe, expect, it } from 'vitest';
import { botsOf } from '../../src/agents/bots.js';
import { readConfig } from '../../src/config.js';
import { Character } from '../../src/core/character.js';
import { RetryableError } from '../../src/errors.js';
import { Registry } from '../../src/extensions/registry.js';
import { createLogger } from '../../src/logger.js';
import { References } from '../../src/secrets/references.js';

const registry = await Registry.open({ modules: [], folder: '.' });
const kept: Record<string, string> = { bot: '1:token-of-the-bot', captain: '2:token-of-the-captain' };

function botsFor(
  env: Record<string, string>,
  connectors: object,
  stored = async (name: string) => kept[name] ?? null,
) {
  const config = readConfig(env);
  const secrets = new References({ given: config.given, folder: '.', stored });
  const character = Character.parse({ name: 'Ahab', bio: 'Sails.', connectors });
  return botsOf(
    {
      config,
      registry,
      secrets,
      derive: String,
      callbackSecret: () => '',
      callbackSecretOf: async () => null,
      log: createLogger('silent'),
    },
    { id: 'assistant', character },
  );
}

describe('secret:NAME as a bot’s token', () => {
  it.each([
    ['in the environment', { TELEGRAM_TOKEN: 'secret:bot' }, {}, 'secret:bot'],
    ['in a character', {}, { telegram: { token: 'secret:captain' } }, 'secret:captain'],
  ])('is looked up: %s', async (_, env, connectors, reference) => {
    const { bots, problems } = await botsFor(env, connectors);
    expect(problems).toEqual([]);
    expect(bots).toMatchObject([{ connector: 'telegram', references: [reference] }]);
    expect(JSON.stringify(bots)).not.toContain('token-of');
  });

  it('is what a setting that a character names may stand for', async () => {
    const connectors = { telegram: { token: 'env:TELEGRAM_TOKEN_CAPTAIN' } };
    const led = await botsFor({ TELEGRAM_TOKEN_CAPTAIN: 'secret:captain' }, connectors);
    const plain = await botsFor({ TELEGRAM_TOKEN_CAPTAIN: kept.captain! }, connectors);
    expect(led.problems).toEqual([]);
    expect(led.bots[0]!.fingerprint).toBe(plain.bots[0]!.fingerprint);
  });

  it.each(['env:TELEGRAM_TOKEN_CAPTAIN', 'env:OPENAI_API_KEY'])(
    'is not looked for in a ring: %s',
    async (reference) => {
      const env = { TELEGRAM_TOKEN_CAPTAIN: reference, OPENAI_API_KEY: 'sk-somebody-elses' };
      const { bots, problems } = await botsFor(env, { telegram: { token: 'env:TELEGRAM_TOKEN_CAPTAIN' } });
      expect(bots).toEqual([]);
      expect(problems).toMatchObject([
        { field: 'connectors.telegram.token', message: expect.stringContaining('name that setting itself') },
      ]);
    },
  );

  it('makes another bot of another value', async () => {
    const env = { TELEGRAM_TOKEN: 'secret:bot' };
    const before = await botsFor(env, {});
    const after = await botsFor(env, {}, async () => '3:another-token');
    expect(after.bots[0]!.fingerprint).not.toBe(before.bots[0]!.fingerprint);
  });

  it('that is not there is a problem of its field, with the fix', async () => {
    const { bots, problems } = await botsFor({}, { telegram: { token: 'secret:nobody' } });
    expect(bots).toEqual([]);
    expect(problems).toMatchObject([
      { field: 'connectors.telegram.token', message: expect.stringContaining('carrier secrets set nobody') },
    ]);
  });

  it('is no problem of the setting when the store is away', async () => {
    const away = async () => {
      throw new RetryableError('store_unavailable', 'The store is away.');
    };
    await expect(botsFor({ TELEGRAM_TOKEN: 'secret:bot' }, {}, away)).rejects.toThrow('The store is away.');
  });
});
