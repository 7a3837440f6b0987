/** Secrets, means of payment and health, told from words that look like them. */
import { describe, expect, it } from 'vitest';
import { masked, sensitive } from '../../../../src/memory/facts/rules/sensitive.js';

const secrets: [text: string, value: string][] = [
  ['my password is hunter2', 'hunter2'],
  ['the wifi password is Gurke7!', 'Gurke7!'],
  ['password: correct-horse', 'correct-horse'],
  ['Password for the NAS is swordfish', 'swordfish'],
  ['his password was letmein', 'letmein'],
  ['my pin is 4711', '4711'],
  ['PIN: 0815', '0815'],
  ['the PIN of my card is 1234', '1234'],
  ['the code for the door is 8842', '8842'],
  ['the alarm code is 5521', '5521'],
  ['your verification code is 123456', '123456'],
  ['123456 is my code', '123456'],
  ['otp 884422', '884422'],
  ['cvv 123', '123'],
  ['passcode 9911', '9911'],
  ['my api key is abc123def456', 'abc123def456'],
  ['key sk-test-000111222333', '000111222333'],
  ['login: admin pass: geheim1', 'geheim1'],
  ['seed phrase: apple banana cherry', 'banana'],
  ['Mein Passwort ist Gurke7!', 'Gurke7!'],
  ['remember my password: S3cret, ok', 'S3cret'],
  ['use the password "tr0ub4dor&3" to log in', 'tr0ub4dor&3'],
  ['https://user:pass123@host/x', 'pass123'],
  ['AKIAIOSFODNN7EXAMPLE', 'IOSFODNN7'],
  ['-----BEGIN RSA PRIVATE KEY-----\nMIIabc\n-----END RSA PRIVATE KEY-----', 'MIIabc'],
];
const payments: [text: string, value: string][] = [
  ['my card is 4111 1111 1111 1111', '1111'],
  ['card 5500-0000-0000-0004 exp 12/28', '0004'],
  ['my IBAN is DE89 3704 0044 0532 0130 00', '3704'],
  ['please use GB29NWBK60161331926819 from now on', 'NWBK'],
  ['account number 12345678, sort code 12-34-56', '12345678'],
];
const health = [
  'I am diabetic',
  'I have asthma',
  'I am badly allergic to nuts',
  'my wife is pregnant',
  'I take antidepressants',
  'I was diagnosed with ADHD',
  'my therapist is on holiday',
];
const harmless = [
  'my password manager is Bitwarden',
  'I walked 4111 steps',
  'order number 4111111111111112',
  'my phone number is +49 151 23456789',
  'my doctor is nice',
  'medicine is interesting',
  'depression is common in winter',
  'I forgot my password',
  'my password is too weak',
  'the password is wrong',
  'passwords are annoying',
  'I reset the password yesterday',
  'the token is expired',
  'the token count is 4096',
  'the secret is to keep going',
  'the secret of success',
  'the error code is 500',
  'status code 4041',
  'my postcode is 10115',
  'IBAN please',
  'the API key is missing',
  'Mein Passwort ist falsch',
  'pin the message',
  'I like pin 7 on the board',
  'ISBN 9783161484100',
  'tracking number 1Z999AA10123456784',
  '2023-05-24 12:00',
  'I live in Rome',
];

describe('sensitive', () => {
  it.each(secrets)('[knowledge.42] is a secret: %s', (text, value) => {
    expect(sensitive(text)).toBe('secret');
    expect(masked(text)).not.toContain(value);
    expect(sensitive(masked(text))).not.toBe('payment');
  });

  it.each(payments)('[knowledge.42] is a means of payment: %s', (text, value) => {
    expect(sensitive(text)).toBe('payment');
    expect(masked(text)).not.toContain(value);
  });

  it.each(health)('is about health: %s', (text) => {
    expect(sensitive(text)).toBe('health');
    expect(masked(text)).toBe(text);
  });

  it.each(harmless)('is nothing of these: %s', (text) => {
    expect(sensitive(text)).toBeNull();
    expect(masked(text)).toBe(text);
  });
});
