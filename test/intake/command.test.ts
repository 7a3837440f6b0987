import { describe, expect, it } from 'vitest';
import { writtenIn } from '../../src/intake/commands/command.js';

describe('a written command', () => {
  it.each([
    ['/help', 'help', ''],
    ['  /Forget   yes \n', 'forget', 'yes'],
    ['/new@ada_bot', 'new', ''],
    ['/model@ada_bot openai:a b', 'model', 'openai:a b'],
    ['/approve\nABCD', 'approve', 'ABCD'],
  ])('%j is one', (text, name, args) => {
    expect(writtenIn(text)).toEqual({ name, args });
  });

  it.each([
    'help',
    'see /help',
    '/',
    '/ help',
    '//help',
    '/usr/bin',
    '/help!',
    '/50',
    '',
    `/${'a'.repeat(33)}`,
  ])('%j is none', (text) => {
    expect(writtenIn(text)).toBeNull();
  });
});
