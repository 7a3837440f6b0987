import { describe, expect, it } from 'vitest';
import { said, shown, told } from './scene.js';

describe('what is said besides', () => {
  it.each([
    ['I live in Paris, France now.', ['self home Paris, France']],
    ['I like tea, coffee and cake.', ['self likes tea, coffee and cake']],
    ["I don't have the Skoda any more, sold it to my cousin.", ['self has the Skoda (ending)']],
    ["My sister doesn't live in Oslo any more, she lives in Bergen.", ['sister home Oslo (ending)']],
    ["My project's name is Heron now, legal did not like Falcon.", ['project name Heron']],
    ["I'm a baker now, best decision ever.", ['self job baker']],
    ['We renamed the project, it is called Heron now.', ['project name Heron']],
    ["I'm divorced now, Tomas is no longer my husband.", ['self relationship divorced']],
  ])('is no part of the value: %s', (text, facts) => {
    expect(said(text).map(shown)).toEqual(expect.arrayContaining(facts));
  });

  it.each([
    ['I quit, I no longer smoke.', false],
    ['I used to smoke but I quit in March.', false],
    ['I quit. I sold my car.', true],
    ['I quit my job, I no longer smoke.', true],
    ['I quit last week.', true],
  ])('quitting a habit ends no job: %s', (text, ends) => {
    expect(said(text).some(({ attribute }) => attribute === 'employer')).toBe(ends);
  });

  it('who corrects themselves is believed, and who only says otherwise is not', () => {
    expect(told('I was born on 15 May.', 'Correction, I was born on 14 May.').past).toHaveLength(1);
    expect(told('My dog is called Bruna.', 'Typo! My dog is called Bruno.').past).toHaveLength(1);
    expect(told('I was born on 15 May.', 'I was born on 14 May.').past).toEqual([]);
  });
});
