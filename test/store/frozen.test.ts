import { expect, it } from 'vitest';
import { frozenCopy } from '../../src/store/libsql/frozen.js';

it('a copy for the caches has what the database has, whatever its parts are called', () => {
  const sent = JSON.parse(
    '{"metadata": {"__proto__": {"role": "admin"}, "constructor": 1, "list": [{"a": 1}]}}',
  );
  const { metadata } = frozenCopy(sent);
  expect(JSON.stringify(metadata)).toBe(JSON.stringify(sent.metadata));
  expect(metadata.role).toBeUndefined();
  expect(Object.getPrototypeOf(metadata)).toBe(Object.prototype);
  expect(Object.isFrozen(metadata.list[0])).toBe(true);
  const [given] = [{ at: new Date(0), none: undefined, list: [undefined, 1] }];
  expect(frozenCopy(given)).toEqual(JSON.parse(JSON.stringify(given)));
});
