import { describe, expect, it } from 'vitest';
import { writtenIn } from '../../src/intake/written.js';

const account = 'Ada_Bot';

describe('a written command', () => {
  it.each([
    ['/help', 'help', '', 'anyone'],
    ['  /Forget   yes \n', 'forget', 'yes', 'anyone'],
    ['/new@ada_bot', 'new', '', 'us'],
    ['/model@ADA_BOT openai:a b', 'model', 'openai:a b', 'us'],
    ['/approve\nABCD', 'approve', 'ABCD', 'anyone'],
    ['/set_model2@other_bot x', 'set_model2', 'x', 'another'],
    ['/help@ada_botx', 'help', '', 'another'],
  ])('%j is one', (text, name, args, to) => {
    expect(writtenIn({ text, account })).toEqual({ name, args, to });
  });

  it.each([
    'help',
    'see /help',
    '/',
    '/ help',
    '//help',
    '/usr/bin',
    '/help!',
    '/help@',
    '/50',
    '',
    `/${'a'.repeat(33)}`,
  ])('%j is none', (text) => {
    expect(writtenIn({ text, account })).toBeNull();
  });

  it('names no account where the platform knows of none', () => {
    expect(writtenIn({ text: '/help@ada_bot' })).toBeNull();
    expect(writtenIn({ text: '/help' })).toEqual({ name: 'help', args: '', to: 'anyone' });
  });
});
