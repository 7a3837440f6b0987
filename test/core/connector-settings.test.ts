import { describe, expect, it } from 'vitest';
import { readCharacter } from '../../src/agents/character-file.js';
import { settingsFor } from '../../src/core/connector-settings.js';

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
    expect(settingsFor(none, 'http', true)).toMatchObject({ dm: 'open', commands: true });
    const said = character({ http: { groups: 'always' } });
    expect(settingsFor(said, 'http', true)).toMatchObject({ dm: 'open' });
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
    [{ slack: { appToken: 'xoxb-secret' } }, 'connectors.slack.appToken', /./],
    [{ telegram: { rate: { perUser: -1 } } }, 'connectors.telegram.rate.perUser', /./],
    [{ telegram: { allow: { user: [] } } }, 'connectors.telegram.allow.user', /"users"/],
  ])('%j is refused by its field', (connectors, field, message) => {
    const read = reading(connectors);
    expect(read).toMatchObject({ problem: { field, message: expect.stringMatching(message) } });
    expect(JSON.stringify(read)).not.toContain('xoxb-secret');
  });
});
