import { describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.js';
import { settingsFor } from '../../src/core/connector-settings.js';
import { connectorToken } from '../../src/platforms.js';
import { readCharacter } from '../../src/runtime/character-file.js';

const reading = (connectors: unknown) => readCharacter(JSON.stringify({ name: 'Ada', bio: '.', connectors }));
const character = (connectors: unknown) => {
  const read = reading(connectors);
  if ('problem' in read) throw new Error(read.problem.message);
  return read.character;
};

describe('settings of a connector', () => {
  it('are closed to strangers on platforms, and open to those who have a token', () => {
    const none = character({});
    for (const name of ['discord', 'telegram', 'slack', 'pager', 'toString', '__proto__'])
      expect(settingsFor(none, name)).toMatchObject({ dm: 'pairing', groups: 'mention', commands: true });
    expect(settingsFor(none, 'http')).toMatchObject({ dm: 'open', commands: false });
    expect(settingsFor(character({ http: { groups: 'always' } }), 'http')).toMatchObject({ dm: 'open' });
  });

  it('may be given for a connector that is not the hub’s own', () => {
    const settings = settingsFor(character({ pager: { dm: 'open', deny: { users: ['x'] } } }), 'pager');
    expect(settings).toMatchObject({ dm: 'open', groups: 'mention', deny: { users: ['x'], roles: [] } });
  });

  it.each([
    [{ discord: { dmm: 'open' } }, 'connectors.discord.dmm', /did you mean "dm"/],
    [{ pager: { dmm: 'open' } }, 'connectors.pager.dmm', /unknown/],
    [{ discord: { dm: 'closed' } }, 'connectors.discord.dm', /open/],
    [{ slack: { token: 'xoxb-secret' } }, 'connectors.slack.token', /must be env:/],
    [{ slack: { token: 'env:OPENAI_API_KEY' } }, 'connectors.slack.token', /DISCORD_/],
    [{ telegram: { rate: { perUser: -1 } } }, 'connectors.telegram.rate.perUser', /./],
    [{ telegram: { allow: { user: [] } } }, 'connectors.telegram.allow.user', /"users"/],
  ])('%j is refused by its field', (connectors, field, message) => {
    const read = reading(connectors);
    expect(read).toMatchObject({ problem: { field, message: expect.stringMatching(message) } });
    expect(JSON.stringify(read)).not.toContain('xoxb-secret');
  });
});

describe('a token of an agent’s own', () => {
  const ada = (token?: string) => ({ id: 'ada', character: character({ slack: { token } }) });
  const env = { SLACK_TOKEN_ADA: ' xoxb-1 ', OPENAI_API_KEY: 'sk', CARRIER_CHARACTERS_DIR: '/c' };

  it('comes from the setting that the character names', () => {
    const config = readConfig(env);
    expect(connectorToken(config, ada('env:SLACK_TOKEN_ADA'), 'slack')).toBe('xoxb-1');
    expect(connectorToken(config, ada(), 'slack')).toBeNull();
    expect(connectorToken(config, ada('env:SLACK_TOKEN_ADA'), 'discord')).toBeNull();
    expect(Object.keys(config.tokens)).toEqual(['SLACK_TOKEN_ADA']);
  });

  it('is missed by file and field', () => {
    const missing = () => connectorToken(readConfig(env), ada('env:SLACK_TOKEN_BERT'), 'slack');
    expect(missing).toThrow('/c/ada.json: connectors.slack.token: the setting SLACK_TOKEN_BERT is not there');
    expect(missing).toThrow(
      expect.objectContaining({ code: 'config_invalid', field: 'connectors.slack.token' }),
    );
  });
});
