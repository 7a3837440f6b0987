import { expect, it } from 'vitest';
import type { StoreSubject } from './subject.js';

export function tokensContract(subject: StoreSubject): void {
  const token = { hash: 'h1', name: 'admin', role: 'admin', tenant: 'default', createdAt: 1 } as const;
  const byName = async () => (await subject.store.tokens.list()).sort((a, b) => a.name.localeCompare(b.name));

  it('keeps tokens by name', async () => {
    expect(await subject.store.tokens.list()).toEqual([]);
    await subject.store.tokens.save(token);
    await subject.store.tokens.save({ ...token, name: 'other', hash: 'h2' });
    await subject.store.tokens.save({ ...token, hash: 'h3' });
    await subject.reopen();
    expect(await byName()).toEqual([
      { ...token, hash: 'h3' },
      { ...token, name: 'other', hash: 'h2' },
    ]);
  });

  it('removes a token by name, once', async () => {
    const other = { ...token, name: 'other' };
    for (const one of [token, other]) await subject.store.tokens.save(one);
    expect(await subject.store.tokens.remove('nobody')).toBe(false);
    expect(await subject.store.tokens.remove('admin')).toBe(true);
    expect(await subject.store.tokens.remove('admin')).toBe(false);
    expect(await byName()).toEqual([other]);
    await subject.reopen();
    expect(await byName()).toEqual([other]);
    await subject.store.tokens.save({ ...token, hash: 'again' });
    expect(await byName()).toEqual([{ ...token, hash: 'again' }, other]);
  });
}
