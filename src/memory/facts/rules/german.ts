/** The same statements in German, where they are plain. */
import type { Draft } from './draft.js';

type Made = Pick<Draft, 'attribute' | 'value'> & Partial<Draft>;

const over = { temporal: 'ending', changed: true } as const;
const shapes: [RegExp, (...parts: string[]) => Made][] = [
  [/^ich heiße (\p{Lu}[\p{L} -]*)$/iu, (value) => ({ attribute: 'name', value })],
  [/^mein name ist (\p{Lu}[\p{L} -]*)$/iu, (value) => ({ attribute: 'name', value })],
  [
    /^(?:bitte )?nenn(?:t)? mich (?:bitte )?(\p{Lu}[\p{L}-]*)$/iu,
    (value) => ({ attribute: 'called', value }),
  ],
  [
    /^(?:ich wohne|ich lebe|wir wohnen|wir leben) nicht in (.+)$/iu,
    (value) => ({ attribute: 'home', value, polarity: -1 }),
  ],
  [/^(?:ich wohne|ich lebe|wir wohnen|wir leben) in (.+)$/iu, (value) => ({ attribute: 'home', value })],
  [
    /^(?:ich bin|wir sind) nach (.+?) (?:gezogen|umgezogen)$/iu,
    (value) => ({ attribute: 'home', value, changed: true }),
  ],
  [
    /^(?:ich habe|wir haben) (?:früher )?in (.+?) gewohnt$/iu,
    (value) => ({ attribute: 'home', value, temporal: 'past' }),
  ],
  [
    /^(?:früher (?:wohnte|lebte) ich|ich (?:wohnte|lebte)(?: früher)?) in (.+)$/iu,
    (value) => ({ attribute: 'home', value, temporal: 'past' }),
  ],
  [/^ich arbeite (?:bei|für) (.+)$/iu, (value) => ({ attribute: 'employer', value })],
  [/^ich arbeite als (.+)$/iu, (value) => ({ attribute: 'job', value })],
  [/^ich bin (\d{1,3})(?: jahre alt)?$/iu, (value) => ({ attribute: 'age', value })],
  [
    /^(?:ich liebe|ich mag) (?!dich|es|das|ihn|sie)(.+?) nicht$/iu,
    (value) => ({ attribute: 'likes', value, polarity: -1 }),
  ],
  [/^(?:ich liebe|ich mag) (?!dich|es|das|ihn|sie)(.+)$/iu, (value) => ({ attribute: 'likes', value })],
  [/^ich hasse (?!dich|es|das|ihn|sie)(.+)$/iu, (value) => ({ attribute: 'likes', value, polarity: -1 })],
  [/^ich (?:habe|besitze) (?:einen|eine|ein) (.+)$/iu, (value) => ({ attribute: 'has', value, sure: 0.7 })],
  [/^ich habe (?:meinen|meine|mein) (.+?) verkauft$/iu, (value) => ({ attribute: 'has', value, ...over })],
  [
    /^ich habe (?:aufgehört zu rauchen|mit dem rauchen aufgehört)$/iu,
    () => ({ attribute: 'smoke', value: '', ...over }),
  ],
  [/^ich rauche$/iu, () => ({ attribute: 'smoke', value: '' })],
  [
    /^(?:mein|meine|unser|unsere) (\p{L}+) heißt (\p{Lu}[\p{L} -]*)$/iu,
    (subject, value) => ({
      attribute: 'name',
      value,
      subject: things[subject.toLowerCase()] ?? subject.toLowerCase(),
    }),
  ],
  [
    /^ich bin (vegan|vegetarisch|vegetarier|vegetarierin|veganer|veganerin)$/iu,
    (value) => ({
      attribute: 'diet',
      value: value.replace(/^(vegan|vegetari).*/i, (_, stem) => (stem === 'vegan' ? 'vegan' : 'vegetarian')),
    }),
  ],
];
const things: Record<string, string> = {
  hund: 'dog',
  katze: 'cat',
  kater: 'cat',
  schwester: 'sister',
  bruder: 'brother',
  sohn: 'son',
  tochter: 'daughter',
  frau: 'wife',
  mann: 'husband',
  auto: 'car',
};

export function german(clause: string): Draft[] {
  const changed = /\b(?:jetzt|inzwischen|mittlerweile|nun|ab jetzt)\b/i.test(clause);
  const gone = /\bnicht mehr\b|\bkein(?:en|e)? (?:\p{L}+ )mehr\b/iu.test(clause);
  const text = clause
    .replace(/^(?:(?:also|und|aber|übrigens|hallo|hi|ja|nein)[,\s]+)+/i, '')
    .replace(/\b(?:jetzt|inzwischen|mittlerweile|nun|ab jetzt|noch|immer|sehr|gern|gerne|wirklich)\b/gi, ' ')
    .replace(/\bnicht mehr\b/i, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[.!\s]+$/, '');
  for (const [shape, make] of shapes) {
    const found = shape.exec(text);
    if (!found) continue;
    const made: Draft = { polarity: 1, temporal: 'now', ...make(...found.slice(1)) };
    if (gone && made.attribute === 'likes') return [{ ...made, polarity: -1, changed: true }];
    return [{ ...made, ...(gone ? over : {}), ...(changed ? { changed: true } : {}) }];
  }
  return [];
}
