import { describe, expect, it } from 'vitest';
import { harmless, harmlessJson, harmlessLines } from '../../src/cli/output.js';

describe('what others wrote, in a terminal', () => {
  it.each([
    ['moves no cursor', 'a\u001b[2Jb\u009b1mc\u0007', 'a?[2Jb?1mc?'],
    ['turns no line around', 'a\u202egnp.exe\u2066', 'a?gnp.exe?'],
    ['hides nothing', 'pass\u200bword\u{e0041}', 'pass?word?'],
    ['stays on its line', 'a\nb\tc\r\nd\u2028e', 'a?b?c?d?e'],
  ])('%s', (_, text, shown) => {
    expect(harmless(text)).toBe(shown);
  });

  it.each(['👩🏽‍🚀 👩‍👩‍👧', '❤️ 1️⃣', 'می‌خواهم', 'क्‍ष', 'Zoë'])('says what it says: %s', (text) => {
    expect(harmless(text)).toBe(text);
  });

  it('keeps ends of lines and tabs where there may be several lines', () => {
    expect(harmlessLines('a\r\n\tb\u001b\nc')).toBe('a\n\tb?\nc');
  });

  it.each(['\u202e', '\u200b', '\u{e0041}', '\ufe01', '\u{e0100}', '\u034f', '\u3164', '\u{e0080}'])(
    'shows in JSON what cannot be seen, which says the same: %j',
    (unseen) => {
      const shown = harmlessJson({ said: `a${unseen}b` }, 0);
      expect(shown).toMatch(/^[ -~]+$/);
      expect(JSON.parse(shown)).toEqual({ said: `a${unseen}b` });
    },
  );
});
