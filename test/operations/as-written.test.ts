/** Accounts, groups and places as people type and paste them. */
import { expect, it } from 'vitest';
import { AccountInput, GroupInput, PlaceInput } from '../../src/operations/as-written.js';

it.each([
  ['telegram:5550001', { connector: 'telegram', tenant: 'default', userId: '5550001' }],
  ['http/a%3Ab:John Smith', { connector: 'http', tenant: 'a:b', userId: 'John Smith' }],
  ['matrix/server:@ann:server', { connector: 'matrix', tenant: 'server', userId: '@ann:server' }],
])('reads the account %s', (text, account) => {
  expect(AccountInput.parse(text)).toEqual(account);
});

it.each([
  ...['http: ann', 'http:ann ', 'http:ann\n', 'http:an\nn', 'http:\u00A0ann', 'http/ shop:ann', ' http:ann'],
  ...['ann', ':ann', 'http:', 'http/:ann', ''],
])('takes %j for nobody: a role would go to somebody who never comes', (text) => {
  expect(AccountInput.safeParse(text).error?.issues[0]?.message).toMatch(/^must be CONNECTOR:USER/);
  expect(GroupInput.safeParse(text).success).toBe(false);
});

it('takes an object at its word', () => {
  const account = { connector: 'http', tenant: 'default', userId: ' ann' };
  expect(AccountInput.parse(account)).toEqual(account);
});

it('reads places, with the colon of a tenant, too', () => {
  expect(PlaceInput.parse('http')).toEqual({ connector: 'http' });
  expect(PlaceInput.parse('http/a%3Ab')).toEqual({ connector: 'http', tenant: 'a:b' });
  expect(PlaceInput.parse('http/a:b:c')).toEqual({ connector: 'http', tenant: 'a', channel: 'b:c' });
  for (const text of ['http/a ', 'http/a: b', 'http/a:b\n', 'http/', ''])
    expect(PlaceInput.safeParse(text).success).toBe(false);
});
