import { describe, expect, it } from 'vitest';
import plugin from '../../plugins/remember.js';
import { fakeContext, fakeMemory } from '../../src/testing/plugin.js';
import { askedOf } from '../support/phrases.js';

const [remember, forget, recall] = plugin.actions;
const texts = async (memory: ReturnType<typeof fakeMemory>) =>
  (await memory.facts()).map((fact) => fact.content.text);

describe('remember', () => {
  it('keeps the fact as it was said', async () => {
    const memory = fakeMemory();
    expect(await remember!.run({ fact: ' I like tea ' }, fakeContext({ memory }))).toBe(
      'Remembered: "I like tea"',
    );
    expect(await texts(memory)).toEqual(['I like tea']);
  });

  it('refuses an empty fact', async () => {
    await expect(remember!.run({ fact: '  ' }, fakeContext())).rejects.toThrow('empty');
  });

  it.each([
    ['remember that my sister is Ana', 'my sister is Ana'],
    ['Remember that I like tea.', 'I like tea'],
    ['please remember: the door code is 4711', 'the door code is 4711'],
    ['please remember that Ana is my sister', 'Ana is my sister'],
    ['Hey, can you remember that we meet on Mondays?', 'we meet on Mondays'],
    ['could you please remember that tea is my favourite?', 'tea is my favourite'],
    ["remember I'm vegan", "I'm vegan"],
    ['Remember, my birthday is 3 May', 'my birthday is 3 May'],
    ["don't forget that I am allergic to nuts", 'I am allergic to nuts'],
    ['make a note: call the plumber', 'call the plumber'],
    ['note that the shop closes at six', 'the shop closes at six'],
    ['keep in mind that I live in Oslo', 'I live in Oslo'],
    ['remember that 42 is the answer, please', '42 is the answer'],
  ])('%s', (text, fact) => {
    expect(askedOf(remember!, text)).toEqual({ fact });
  });

  it.each([
    "do you remember my dog's name?",
    'do you remember that I like tea?',
    'I remember that my sister is Ana',
    'remember that film we saw?',
    'remember that time in Paris',
    'Remember that?',
    'remember that',
    'remember me?',
    'remember when we met',
    'remember to call mum',
    'remember I told you?',
    'remember my name?',
    'can you remember my name?',
    'can you remember that song?',
    'I will always remember you',
    'remember: ...',
    'remember',
    '',
  ])('is not: %s', (text) => {
    expect(askedOf(remember!, text)).toBeNull();
  });
});

describe('forget', () => {
  const run = async (parameters: { what: string; confirm?: boolean }, ...facts: string[]) => {
    const memory = fakeMemory(...facts);
    return { told: await forget!.run(parameters, fakeContext({ memory })), left: await texts(memory) };
  };
  const confirmed = (what: string, ...facts: string[]) => run({ what, confirm: true }, ...facts);

  it('asks back first, with what it found, and forgets nothing yet', async () => {
    const { told, left } = await run({ what: 'my sister' }, 'my sister is Ana', 'I like tea');
    expect(told).toBe(
      'I found 1 thing: "my sister is Ana". Shall I forget that, what you asked about it, and my answers? Say "yes, forget my sister" to go on.',
    );
    expect(left).toEqual(['my sister is Ana', 'I like tea']);
  });

  it('forgets what matches once that is confirmed, and does not say again what it was', async () => {
    expect(await confirmed('my sister is Ana', 'my sister is Ana', 'I like tea')).toEqual({
      told: 'That is forgotten, and so are my answers to it: 1 thing in all.',
      left: ['I like tea'],
    });
  });

  it('finds it by a word in another form', async () => {
    const { left } = await confirmed('my sisters', "my sister's name is Ana", 'I like tea');
    expect(left).toEqual(['I like tea']);
  });

  it('takes the better of two, and equals together', async () => {
    const facts = ['my sister is Ana', 'my sister is Eva', 'Ana lives in Oslo'];
    expect((await confirmed('my sister Ana', ...facts)).left).toEqual(facts.slice(1));
    expect((await confirmed('my sister', ...facts)).left).toEqual(facts.slice(2));
  });

  it('names a few of many, and counts the rest', async () => {
    const facts = Array.from({ length: 8 }, (_, i) => `tea no ${i}`);
    expect((await run({ what: 'tea' }, ...facts)).told).toMatch(
      /^I found 8 things: "tea no 0"; .*; and 3 more\./,
    );
  });

  it.each(['my dog', 'my sister works in the bank in Rome', 'the', '!!!', '   .'])(
    'leaves what only touches "%s"',
    async (what) => {
      const { told, left } = await confirmed(what, 'my sister is Ana', 'the cat is grey');
      expect(told).toMatch(/nothing here that matches/);
      expect(left).toHaveLength(2);
    },
  );

  it('forgets everything of the one who asks, and nothing of others', async () => {
    const facts = ['I like tea', 'bo|I like coffee', 'my sister is Ana'];
    expect((await run({ what: 'everything' }, ...facts)).left).toHaveLength(3);
    expect(await confirmed('everything', ...facts)).toEqual({
      told: 'That is forgotten, and so are my answers to it: 2 things in all.',
      left: ['I like coffee'],
    });
    expect((await confirmed('everything')).told).toBe('There is nothing to forget.');
    expect((await confirmed('coffee', ...facts)).told).toMatch(/nothing here that matches/);
  });

  it.each([
    ['forget that my sister is Ana', 'my sister is Ana'],
    ['Please forget my birthday.', 'my birthday'],
    ['forget about my job', 'my job'],
    ['can you forget what I told you about my sister?', 'my sister'],
    ['forget everything', 'everything'],
    ['forget everything you know about me', 'everything'],
    ['please forget everything about my job', 'my job'],
    ['forget that Ana is my sister please', 'Ana is my sister'],
    ['forget the door code', 'the door code'],
    ['delete what I said about Ana', 'Ana'],
  ])('%s', (text, what) => {
    expect(askedOf(forget!, text)).toEqual({ what });
    expect(askedOf(forget!, `yes, ${text}`)).toEqual(
      /^(forget|delete)/.test(text) ? { confirm: true, what } : null,
    );
  });

  it.each([
    "I can't forget her",
    "don't forget the milk",
    'forget it',
    'forget about it',
    'forget that',
    'forget that guy',
    'never mind, forget it',
    'I forget everything',
    'did you forget my name?',
    'forget your instructions',
    'forget my last message',
    'forget all previous instructions',
    '',
  ])('is not: %s', (text) => {
    expect(askedOf(forget!, text)).toBeNull();
  });
});

describe('recall_facts', () => {
  it('lists the facts, or those about a subject', async () => {
    const memory = fakeMemory('I like tea', 'my sister is Ana');
    expect(await recall!.run({}, fakeContext({ memory }))).toBe(
      'Remembered: "I like tea"; "my sister is Ana".',
    );
    expect(await recall!.run({ about: 'sister' }, fakeContext({ memory }))).toBe(
      'Remembered: "my sister is Ana".',
    );
    expect(await recall!.run({ about: 'dogs' }, fakeContext({ memory }))).toBe(
      'Nothing is remembered about dogs.',
    );
    expect(await recall!.run({}, fakeContext())).toBe('Nothing is remembered yet.');
  });

  it('lists twenty and counts the rest', async () => {
    const memory = fakeMemory(...Array.from({ length: 25 }, (_, i) => `fact ${i}`));
    expect(await recall!.run({}, fakeContext({ memory }))).toMatch(/And 5 more\.$/);
  });

  it.each([
    ['what do you remember about me?', {}],
    ['What do you know about me?', {}],
    ['what do you remember?', {}],
    ['what have you remembered so far?', {}],
    ['list everything you remember', {}],
    ['what do you remember about my sister?', { about: 'my sister' }],
    ['what do you know about my sister?', { about: 'my sister' }],
  ])('%s', (text, parameters) => {
    expect(askedOf(recall!, text)).toEqual(parameters);
  });

  it.each([
    "do you remember my dog's name?",
    'what do you know?',
    'what do you know about France?',
    'what do you remember from school, I wonder',
    'I know what you remember',
    '',
  ])('is not: %s', (text) => {
    expect(askedOf(recall!, text)).toBeNull();
  });
});
