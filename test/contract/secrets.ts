import { describe, expect, it } from 'vitest';
import type { SealedSecret, SecretStore } from '../../src/store/secret-store.js';

export interface SecretStoreUnderTest {
  secrets: SecretStore;
  /** Puts something else than a sealed secret in its place. */
  damage(name: string): Promise<void>;
}

/** What `src/store/secret-store.ts` promises. `open` gives one that holds none. */
export function secretContract(name: string, open: () => Promise<SecretStoreUnderTest>): void {
  describe(`${name} keeps the SecretStore contract`, () => {
    const sealed = (version: string, setAt = 1): SealedSecret => ({
      ...{ version, setAt, key: 'k1', nonce: 'bm9uY2U=', tag: 'dGFn', data: 'ZGF0YQ==' },
    });

    it('keeps what is put under a name, and replaces it whole', async () => {
      const { secrets } = await open();
      expect(await secrets.get('a')).toBeNull();
      await secrets.put('a', sealed('1'));
      await secrets.put('a', sealed('2', 2));
      expect(await secrets.get('a')).toEqual(sealed('2', 2));
    });

    it('knows names apart that begin alike', async () => {
      const { secrets } = await open();
      for (const like of ['a', 'a.', 'a_', 'a-b', 'ab', 'a%']) await secrets.put(like, sealed(like));
      expect(await secrets.remove('a')).toBe(true);
      expect(await secrets.get('a')).toBeNull();
      expect((await secrets.list()).map((secret) => secret.name)).toEqual(['a%', 'a-b', 'a.', 'a_', 'ab']);
    });

    it('lists names, when each was set and its key, and nothing that opens it', async () => {
      const { secrets } = await open();
      await secrets.put('b', sealed('1', 20));
      await secrets.put('a', sealed('2', 10));
      expect(await secrets.list()).toEqual([
        { name: 'a', setAt: 10, key: 'k1' },
        { name: 'b', setAt: 20, key: 'k1' },
      ]);
    });

    it('tells one of many who remove it that it was there', async () => {
      const { secrets } = await open();
      await secrets.put('a', sealed('1'));
      const told = await Promise.all(Array.from({ length: 8 }, () => secrets.remove('a')));
      expect(told.filter(Boolean)).toHaveLength(1);
    });

    it('names a damaged one, which can be listed, removed and replaced', async () => {
      const { secrets, damage } = await open();
      await secrets.put('a', sealed('1'));
      await damage('a');
      await expect(secrets.get('a')).rejects.toThrow(/"a" is damaged.*carrier secrets set a/);
      expect(await secrets.list()).toEqual([{ name: 'a', setAt: 0, key: '' }]);
      await secrets.put('a', sealed('2'));
      expect(await secrets.get('a')).toEqual(sealed('2'));
    });
  });
}
