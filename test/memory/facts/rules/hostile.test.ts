/** Whatever is written, the rules end, soon, and find nothing that was not written. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { relate, statementOf, textInPlace } from '../../../../src/memory/facts/rules/relate.js';
import { masked, sensitive } from '../../../../src/memory/facts/rules/sensitive.js';
import { said } from './scene.js';

const word = fc.constantFrom(
  ...[
    'I',
    'we',
    'my',
    'our',
    'dog',
    'is',
    'am',
    "don't",
    'not',
    'no longer',
    'any more',
    'live',
    'moved',
    'to',
    'from',
    'in',
    'Rome',
    'called',
    'Rex',
    'now',
    'since',
    'until',
  ],
  ...[
    'May',
    '2019',
    'last week',
    'tomorrow',
    'sold',
    'car',
    'broke up',
    'with',
    'and',
    'but',
    ',',
    '.',
    '?',
    '"',
    '`',
    '\n',
    'said',
    'if',
    '34',
    '4111 1111 1111 1111',
    'password',
    ':',
    '🙄',
    '\u0000',
    '\ud83d',
    'İ',
    '>',
  ],
);
const talk = fc.array(word, { maxLength: 40 }).map((words) => words.join(' '));
const any = fc.oneof(talk, fc.string({ maxLength: 300 }), fc.string({ unit: 'binary', maxLength: 300 }));

describe('hostile words', () => {
  it('never throw, and each fact is told by a part of its message', () => {
    fc.assert(
      fc.property(
        any,
        fc.option(any, { nil: undefined }),
        fc.double(),
        fc.constantFrom(undefined, 'UTC', 'Asia/Tokyo', 'No/Where'),
        (text, question, at, zone) => {
          const letters = (words: string) => words.replace(/["“”„«»'\s]/g, '');
          for (const fact of said(text, { question, at, zone })) {
            expect(letters(text)).toContain(letters(fact.span));
            expect(fact.text.length).toBeLessThan(600);
            expect(fact.confidence).toBeGreaterThan(0);
            expect(fact.confidence).toBeLessThanOrEqual(1);
          }
          expect(typeof masked(text)).toBe('string');
          sensitive(text);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('relate to each other without a throw; a fact is the same as itself', () => {
    fc.assert(
      fc.property(talk, talk, (one, other) => {
        for (const found of said(one)) {
          for (const known of said(other)) relate({ text: known.text, at: known.at }, found);
          if (found.attribute !== '') expect(relate(found, found)).toBe('same');
          expect(relate({ text: other, at: found.at }, found)).not.toBe('');
        }
      }),
      { numRuns: 200 },
    );
  });

  it.each([
    'a',
    ' ',
    'I ',
    'my dog ',
    'I love x and ',
    ', not ',
    '"',
    '`',
    '> ',
    '```\n',
    'since 2019 ',
    'password is ',
    '1 ',
    'DE89 ',
    'Anna: ',
    '\ud83d',
    '. ',
    'my my ',
  ])('of 100 kB take time in proportion: %j', (seed) => {
    const text = (length: number) => seed.repeat(Math.ceil(length / seed.length)).slice(0, length);
    // Counted, not timed: what is read is bounded, so ten times the text finds no more.
    expect(said(text(100_000)).length).toBeLessThanOrEqual(20);
    expect(said(text(100_000)).map((fact) => fact.text)).toEqual(said(text(20_000)).map((fact) => fact.text));
    sensitive(text(100_000));
    masked(text(100_000));
  });

  it('in the third person are read for what is kept, and nowhere else', () => {
    expect(said('The user lives in Rome')).toEqual([]);
    expect(statementOf({ text: "The user's dog is called Rex.", at: 0 })).toMatchObject({
      subject: 'dog',
      attribute: 'name',
      value: 'Rex',
    });
    expect(statementOf({ text: 'Kim lives in Rome', at: 0, owner: 'Kim' })).toMatchObject({
      subject: 'self',
      attribute: 'home',
      value: 'Rome',
    });
    expect(statementOf({ text: 'Anna lives in Rome', at: 0, owner: 'Kim' })).toBeNull();
    const [found] = said('Sorry, not Oslo, Bergen');
    const known = { text: 'I live in Oslo.', at: 0 };
    expect(relate(known, found!)).toBe('newer');
    expect(textInPlace(known, found!)).toBe('I live in Bergen.');
    expect(textInPlace(known, said('I moved to Rome')[0]!)).toBe('I moved to Rome.');
  });
});
