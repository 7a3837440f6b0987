/** What is kept nowhere, told from other words, and blanked out once. */
import { describe, expect, it } from 'vitest';
import { masked as inSummaries } from '../../src/memory/conversation/said.js';
import { masked, sensitive } from '../../src/memory/facts/rules/sensitive.js';
import { hasSecret, withoutSecrets } from '../../src/memory/secrets.js';

const cards = [
  '4111 1111 1111 1111',
  '4111.1111.1111.1111',
  '4111/1111/1111/1111',
  '3782.822463.10005',
  '4111‑1111‑1111‑1111',
  '4111 1111 1111 1111',
  '４１１１ １１１１ １１１１ １１１１',
  '４１１１１１１１１１１１１１１１',
  '٤١١١ ١١١١ ١١١١ ١١١١',
  '۴۱۱۱۱۱۱۱۱۱۱۱۱۱۱۱',
  '४१११ ११११ ११११ ११११',
];
const named = [
  'pw: hunter33333',
  'my pw is hunter33333',
  'pass: hunter33333',
  'password：hunter33333',
  'ｐａｓｓｗｏｒｄ： hunter33333',
  '我的密码是hunter33333',
  'パスワードはhunter33333',
  '비밀번호: hunter33333',
  'пароль: hunter33333',
  'Hasło: hunter33333',
  'wifi şifre: hunter33333',
];

describe('secrets in what people write', () => {
  it.each(cards)('[knowledge.42] the number of a card, however it is written: %s', (number) => {
    expect(withoutSecrets(`my card is ${number}, ok?`)).toBe('my card is [not kept], ok?');
    expect(masked(`my card is ${number}, ok?`)).toBe('my card is [payment not kept], ok?');
    expect(sensitive(`my card is ${number}`)).toBe('payment');
  });

  it.each(named)('[knowledge.42] a password under another name: %s', (text) => {
    expect(withoutSecrets(text)).not.toContain('hunter');
    expect(withoutSecrets(text)).toContain('[not kept]');
  });

  it.each(['[not kept]', '[secret removed]', '[secret not kept]', '[payment not kept]'])(
    '[knowledge.42] what stands in the place of one is none: %s',
    (mark) => {
      const text = `you said: “my wifi password is ${mark}”, key: ${mark}`;
      expect(hasSecret(text)).toBe(false);
      for (const again of [withoutSecrets, masked, inSummaries]) expect(again(text)).toBe(text);
    },
  );

  it.each([
    'the version is 2001.1200.1000.1003',
    '212.168.100.200 does not answer',
    'I reset the password on 2026-11-20',
    'pw is short for password',
    'he has passed: 4 of 5',
    '密码是什么',
    'call 4111 at １２：３０',
  ])('leaves the rest: %s', (text) => {
    expect(withoutSecrets(text)).toBe(text);
  });
});
