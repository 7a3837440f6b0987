/** Which letters a text is written in. */

const scripts = [
  'Latin',
  'Kana',
  'Han',
  'Hangul',
  'Arabic',
  'Cyrillic',
  'Greek',
  'Hebrew',
  'Thai',
  'Devanagari',
] as const;
type Script = (typeof scripts)[number] | 'other' | 'none';

/** Languages by a script of theirs alone, ISO 639-1: the most spoken one where there are several. */
export const languageOfScript: Partial<Record<Script, string>> = {
  ...{ Kana: 'ja', Han: 'zh', Hangul: 'ko', Arabic: 'ar', Cyrillic: 'ru' },
  ...{ Greek: 'el', Hebrew: 'he', Thai: 'th', Devanagari: 'hi' },
};

const ascii = /^[\0-\x7f]*$/;
const oneLetter = /\p{L}/gu;
const tests = scripts.map((script) => ({
  script,
  test: new RegExp(script === 'Kana' ? '[\\p{sc=Hiragana}\\p{sc=Katakana}]' : `\\p{sc=${script}}`, 'u'),
}));
/** It is what the beginning is. */
const mostLetters = 400;

/** The script of most letters; `none` where there are no letters. Japanese is known by its kana, however few. */
export function scriptOf(text: string): Script {
  if (ascii.test(text)) return /[a-z]/i.test(text) ? 'Latin' : 'none';
  const counts = new Map<Script, number>();
  let letters = 0;
  for (const [letter] of text.matchAll(oneLetter)) {
    const script = tests.find(({ test }) => test.test(letter))?.script ?? 'other';
    counts.set(script, (counts.get(script) ?? 0) + 1);
    if (++letters === mostLetters) break;
  }
  const kana = counts.get('Kana') ?? 0;
  if (kana > 0) {
    counts.set('Kana', kana + (counts.get('Han') ?? 0));
    counts.delete('Han');
  }
  const [most] = [...counts].sort(([, a], [, b]) => b - a);
  return most?.[0] ?? 'none';
}
