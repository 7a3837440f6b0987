import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InProcessBus } from '../../src/bus/in-process.js';
import { type Config, readConfig } from '../../src/config.js';
import { createLogger } from '../../src/logger.js';
import { redact } from '../../src/redaction.js';
import { SecretKeys } from '../../src/secrets/keys.js';
import { NotedSecrets } from '../../src/secrets/noted-secrets.js';
import { SecretVault } from '../../src/secrets/vault.js';
import { FakeNotes } from '../../src/testing/notes.js';
import { until } from '../support/until.js';

const shared = { REDIS_URL: 'redis://127.0.0.1:1', MONGODB_URL: 'mongodb://127.0.0.1:1' };

let folder: string;
let notes: FakeNotes;
let bus: InProcessBus;
let vaults: SecretVault[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'carrier-vault-'));
  notes = new FakeNotes();
  bus = new InProcessBus(() => {});
  vaults = [];
});
afterEach(() => {
  for (const vault of vaults) vault.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** As another process on the same store opens it. */
function vaultWith(env: Record<string, string> = {}, change: { bus?: InProcessBus; lookMs?: number } = {}) {
  const config: Config = readConfig({ CARRIER_DATA_DIR: folder, ...env });
  const vault = new SecretVault({
    ...{
      store: new NotedSecrets(notes, createLogger('silent')),
      keys: new SecretKeys(config),
      bus,
      log: createLogger('silent'),
    },
    ...change,
  });
  vaults.push(vault);
  return vault;
}
const key = () => randomBytes(32).toString('base64');

describe('what is kept', () => {
  it.each([
    ['one character', 'x', 'x'],
    ['a token with a line end', 'token-of-a-bot\n', 'token-of-a-bot'],
    ['several lines', '-----BEGIN-----\nabc\n-----END-----\n', '-----BEGIN-----\nabc\n-----END-----'],
    ['other scripts', 'пароль 良い 🗝️', 'пароль 良い 🗝️'],
    ['what looks like a reference', 'env:HOME', 'env:HOME'],
    ['64 KiB', 'é'.repeat(32_768), 'é'.repeat(32_768)],
  ])('opens as it was set: %s', async (_, value, opened) => {
    await vaultWith().set('bot', value);
    expect(await vaultWith().reveal('bot')).toBe(opened);
  });

  it('is neither in the store nor in its list, in whatever form', async () => {
    const vault = vaultWith();
    await vault.set('bot', 'plain-secret-value');
    const stored = JSON.stringify([...notes.held]);
    for (const form of ['utf8', 'base64', 'hex', 'utf16le'] as const)
      expect(stored).not.toContain(Buffer.from('plain-secret-value').toString(form));
    expect(await vault.list()).toEqual([{ name: 'bot', setAt: expect.any(Number) }]);
  });

  it('is sealed anew each time: no nonce and no text comes twice', async () => {
    const vault = vaultWith();
    const seen = new Set<string>();
    for (let i = 0; i < 50; i++) {
      await vault.set('bot', 'the same value');
      const { nonce, data } = JSON.parse(notes.held.get('secret:bot')!.json);
      seen.add(nonce).add(data);
    }
    expect(seen.size).toBe(100);
  });

  it('is hidden in logs once it is opened, as JSON, in addresses and in headers too', async () => {
    const value = 'my "quoted" \n secret/value';
    await vaultWith().set('bot', value);
    await vaultWith().reveal('bot');
    const forms = [
      value,
      JSON.stringify(value),
      encodeURIComponent(value),
      Buffer.from(value).toString('base64'),
    ];
    for (const form of forms)
      expect(redact(`it says ${form} here`)).toMatch(/^it says "?\[redacted\]"? here$/);
  });

  it.each(['', ' ', 'A', '-a', '.a', 'a b', 'a/b', '../a', 'ä', 'a\n', 'a'.repeat(65), '__proto__', 7, null])(
    'refuses the name %j',
    async (name) => {
      const vault = vaultWith();
      for (const refused of [
        () => vault.set(name as string, 'value'),
        () => vault.rotate(name as string, 'value'),
        () => vault.remove(name as string),
        () => vault.reveal(name as string),
      ])
        await expect(refused()).rejects.toMatchObject({ code: 'invalid_field', field: 'name' });
      expect(notes.held.size).toBe(0);
    },
  );

  it.each([
    ['nothing', ''],
    ['white space', ' \n\t'],
    ['NUL', 'a\0b'],
    ['half a character', 'a\ud800b'],
    ['more than 64 KiB', 'é'.repeat(32_769)],
    ['no text', { value: 'x' }],
  ])('refuses the value %s, without repeating it', async (_, value) => {
    const failure = await vaultWith()
      .set('bot', value as string)
      .catch((error) => error);
    expect(failure).toMatchObject({ code: 'invalid_field', field: 'value' });
    expect(failure.message.length).toBeLessThan(100);
    expect(existsSync(join(folder, 'secret-key'))).toBe(false);
  });

  it('rotates and removes only what is there, and names what is near', async () => {
    const vault = vaultWith();
    await vault.set('openai', 'first');
    for (const refused of [vault.rotate('openia', 'second'), vault.remove('openia')])
      await expect(refused).rejects.toMatchObject({
        code: 'not_found',
        message: expect.stringContaining('"openai"'),
      });
    await vault.rotate('openai', 'second');
    expect(await vault.reveal('openai')).toBe('second');
    await vault.remove('openai');
    expect(await vault.reveal('openai')).toBeNull();
    expect(notes.held.size).toBe(0);
  });
});

describe('the key', () => {
  it('is made with the first secret alone, for its owner alone', async () => {
    const vault = vaultWith();
    await vault.reveal('bot');
    await vault.list();
    await vault.check();
    const path = join(folder, 'secret-key');
    expect(existsSync(path)).toBe(false);
    await Promise.all([vault.set('a', 'first value'), vault.set('b', 'second value')]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(Buffer.from(readFileSync(path, 'utf8').trim(), 'base64')).toHaveLength(32);
    expect(await vaultWith().reveal('a')).toBe('first value');
    expect(await vaultWith().reveal('b')).toBe('second value');
  });

  it('may be hex, base64 or base64url of the same bytes, the file’s text as a setting, or a passphrase', async () => {
    const bytes = randomBytes(32);
    await vaultWith({ CARRIER_SECRET_KEY: bytes.toString('hex') }).set('a', 'value one');
    for (const form of ['base64', 'base64url'] as const)
      expect(await vaultWith({ CARRIER_SECRET_KEY: bytes.toString(form) }).reveal('a')).toBe('value one');
    notes.held.clear();
    await vaultWith().set('b', 'value two');
    const text = readFileSync(join(folder, 'secret-key'), 'utf8');
    rmSync(join(folder, 'secret-key'));
    expect(await vaultWith({ CARRIER_SECRET_KEY: text }).reveal('b')).toBe('value two');
    const passphrase = { CARRIER_SECRET_KEY: 'correct horse battery staple' };
    await vaultWith(passphrase).set('c', 'value three');
    expect(await vaultWith(passphrase).reveal('c')).toBe('value three');
  });

  it.each(['short', 'with,a comma and long enough'])(
    'is refused as a setting without being shown: %s',
    (text) => {
      for (const name of ['CARRIER_SECRET_KEY', 'CARRIER_SECRET_KEY_OLD']) {
        const read = () => readConfig({ [name]: text.replace(/^with/, name.endsWith('OLD') ? 'w' : 'with') });
        expect(read).toThrow(new RegExp(`${name}\\b`));
        expect(read).not.toThrow(/horse|comma and long/);
      }
    },
  );

  it('[governed.31] missing or wrong, is named with the secret and the fix; nothing is changed, none is made', async () => {
    const [right, wrong] = [key(), key()];
    await vaultWith({ CARRIER_SECRET_KEY: right }).set('bot', 'kept value');
    const before = JSON.stringify([...notes.held]);
    for (const env of [{}, { CARRIER_SECRET_KEY: wrong }, { ...shared }, { CARRIER_SECRET_KEY_OLD: wrong }]) {
      const vault = vaultWith(env as Record<string, string>);
      await vault.check();
      await expect(vault.reveal('bot')).rejects.toMatchObject({
        code: 'config_invalid',
        message: expect.stringMatching(/"bot" cannot be opened.*CARRIER_SECRET_KEY.*carrier secrets set bot/),
      });
    }
    await expect(vaultWith().set('other', 'new value')).rejects.toThrow(/"bot".*put back .*secret-key/);
    expect(JSON.stringify([...notes.held])).toBe(before);
    expect(existsSync(join(folder, 'secret-key'))).toBe(false);
    expect(await vaultWith({ CARRIER_SECRET_KEY: right }).reveal('bot')).toBe('kept value');
  });

  it('[governed.31] that is new seals, while old ones open what they have sealed', async () => {
    const [first, second, third] = [key(), key(), key()];
    await vaultWith().set('file', 'of the file');
    await vaultWith({ CARRIER_SECRET_KEY: first }).set('one', 'of the first');
    await vaultWith({ CARRIER_SECRET_KEY: second }).set('two', 'of the second');
    const vault = vaultWith({ CARRIER_SECRET_KEY: third, CARRIER_SECRET_KEY_OLD: `${first}, ${second}` });
    const opened = await Promise.all(['file', 'one', 'two'].map((name) => vault.reveal(name)));
    expect(opened).toEqual(['of the file', 'of the first', 'of the second']);
    await vault.rotate('one', 'of the third');
    const alone = vaultWith({ CARRIER_SECRET_KEY: third });
    expect(await alone.reveal('one')).toBe('of the third');
    await expect(alone.reveal('two')).rejects.toThrow('"two" cannot be opened');
  });

  it('must be shared by hubs that share a database', async () => {
    await expect(vaultWith(shared).set('bot', 'some value')).rejects.toMatchObject({
      code: 'config_invalid',
      field: 'CARRIER_SECRET_KEY',
      message: expect.stringContaining('in all of them'),
    });
    expect(existsSync(join(folder, 'secret-key'))).toBe(false);
    const env = { ...shared, CARRIER_SECRET_KEY: key() };
    await vaultWith(env).set('bot', 'some value');
    expect(await vaultWith(env).reveal('bot')).toBe('some value');
  });

  it('opens nothing that was copied to another name, altered or cut', async () => {
    const vault = vaultWith();
    await vault.set('weak', 'everybody knows');
    await vault.set('strong', 'nobody knows');
    const [weak, strong] = ['secret:weak', 'secret:strong'].map((name) => notes.held.get(name)!);
    notes.held.set('secret:strong', weak!).set('secret:weak', strong!);
    for (const name of ['weak', 'strong'])
      await expect(vault.reveal(name)).rejects.toThrow(`"${name}" was altered in the store`);
    const sealed = JSON.parse(weak!.json);
    const flipped = Buffer.from(sealed.data, 'base64');
    flipped[0]! ^= 1;
    for (const change of [
      { data: flipped.toString('base64') },
      { data: '' },
      { tag: sealed.tag.slice(0, 8) },
      { tag: '' },
      { nonce: '' },
    ]) {
      await notes.put('secret:weak', { ...sealed, ...change });
      await expect(vault.reveal('weak')).rejects.toThrow('"weak" was altered in the store');
    }
    await notes.put('secret:weak', sealed);
    expect(await vault.reveal('weak')).toBe('everybody knows');
  });

  it('whose file cannot be read, or is empty, is not replaced', async () => {
    await vaultWith().set('bot', 'some value');
    writeFileSync(join(folder, 'secret-key'), '');
    await expect(vaultWith().reveal('bot')).rejects.toThrow('cannot be opened');
    await expect(vaultWith().set('other', 'some value')).rejects.toThrow('put back');
    expect(readFileSync(join(folder, 'secret-key'), 'utf8')).toBe('');
  });
});

describe('a change', () => {
  const heardBy = (vault: SecretVault) => {
    const heard: string[] = [];
    vault.onChange((reference) => void heard.push(reference));
    vault.watch();
    return heard;
  };

  it('is told to those who asked for the secret, in every process, once', async () => {
    const [setting, using, missing, other] = [vaultWith(), vaultWith(), vaultWith(), vaultWith()];
    await setting.set('bot', 'first value');
    await setting.set('key', 'some value');
    await using.reveal('bot');
    await missing.reveal('soon');
    await other.reveal('key');
    const heard = [using, missing, other].map(heardBy);
    await setting.rotate('bot', 'second value');
    await setting.set('soon', 'there now');
    await until(() => heard[0]!.length > 0 && heard[1]!.length > 0);
    expect(heard).toEqual([['secret:bot'], ['secret:soon'], []]);
    expect(await using.reveal('bot')).toBe('second value');
    await setting.remove('bot');
    await until(() => heard[0]!.length > 1);
    expect(await using.reveal('bot')).toBeNull();
  });

  it('is told to whoever makes it, by one listener’s failure too', async () => {
    const vault = vaultWith();
    await vault.set('bot', 'first value');
    await vault.reveal('bot');
    vault.onChange(() => {
      throw new Error('cannot');
    });
    const heard = heardBy(vault);
    await vault.rotate('bot', 'second value');
    expect(heard).toEqual(['secret:bot']);
  });

  it('is noticed without the bus, a little later', async () => {
    const deaf = vaultWith({}, { bus: new InProcessBus(() => {}), lookMs: 20 });
    await vaultWith().set('bot', 'first value');
    await deaf.reveal('bot');
    const heard = heardBy(deaf);
    await vaultWith().rotate('bot', 'second value');
    await until(() => heard.length > 0);
    expect(heard).toEqual(['secret:bot']);
  });

  it('reads nothing while nobody uses a secret', async () => {
    let reads = 0;
    const get = notes.get.bind(notes);
    notes.get = (name) => {
      reads++;
      return get(name);
    };
    const idle = vaultWith({}, { lookMs: 5 });
    heardBy(idle);
    await vaultWith().set('bot', 'some value');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(reads).toBe(0);
  });
});
