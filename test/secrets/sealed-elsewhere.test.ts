/** What the vault seals for others, who keep it themselves: callback secrets of tokens. */
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { InProcessBus } from '../../src/bus/in-process.js';
import type { Logger } from '../../src/logger.js';
import { SecretKeys } from '../../src/secrets/keys.js';
import { NotedSecrets } from '../../src/secrets/noted-secrets.js';
import { SecretVault } from '../../src/secrets/vault.js';
import { FakeNotes } from '../../src/testing/notes.js';
import { Home } from '../support/hub.js';

let home: Home;
let logged: [level: string, message: string][];
beforeEach(() => {
  home = new Home();
  logged = [];
});
afterEach(() => home.dispose());

const key = () => randomBytes(32).toString('base64');
function vaultWith(env: Record<string, string>): SecretVault {
  const log = Object.fromEntries(
    ['info', 'warn', 'error'].map((level) => [
      level,
      (_: object, text: string) => logged.push([level, text]),
    ]),
  ) as unknown as Logger;
  const keys = new SecretKeys(home.config(env));
  return new SecretVault({
    store: new NotedSecrets(new FakeNotes(), log),
    keys,
    bus: new InProcessBus(() => {}),
    log,
  });
}

it('opens under its own name and key alone', async () => {
  const vault = vaultWith({ CARRIER_SECRET_KEY: key() });
  const sealed = await vault.seal('callbacks of a', 'value');
  expect(JSON.stringify(sealed)).not.toContain(Buffer.from('value').toString('base64'));
  expect(await vault.open('callbacks of a', sealed)).toBe('value');
  expect(await vault.open('callbacks of b', sealed)).toBeNull();
  expect(await vaultWith({ CARRIER_SECRET_KEY: key() }).open('callbacks of a', sealed)).toBeNull();
  expect(await vault.list()).toEqual([]);
});

it('is told of at a start when its key is old or gone', async () => {
  const [first, second] = [key(), key()];
  const { key: id } = await vaultWith({ CARRIER_SECRET_KEY: first }).seal('callbacks of a', 'value');
  const others = [{ name: 'callbacks of a', key: id }];
  await vaultWith({ CARRIER_SECRET_KEY: first }).check(others);
  expect(logged).toEqual([]);
  await vaultWith({ CARRIER_SECRET_KEY: second, CARRIER_SECRET_KEY_OLD: first }).check(others);
  await vaultWith({ CARRIER_SECRET_KEY: second }).check(others);
  expect(logged.map(([level]) => level)).toEqual(['warn', 'error']);
  for (const [, message] of logged) expect(message).toContain('callbacks of a');
});
