import { describe, expect, it } from 'vitest';
import type { Memory } from '../../src/core/memory.js';
import { ForgottenWords } from '../../src/memory/forgetting/forgotten-words.js';
import { goneOf, type Reach, traceOf } from '../../src/memory/forgetting/trace.js';
import { kept } from '../contract/store/samples.js';

const whose = { agentId: 'ada', connector: 'http', tenant: 'default', userId: 'u1' };
let now = 1000;
const said = (text: string, more: object = {}) => kept(text, { createdAt: ++now, ...more });
const bySomebody = (text: string, more: object = {}) => said(text, { author: { id: 'u2' }, ...more });
const reply = (text: string, to: Memory | null, more: object = {}): Memory => {
  const memory = said(text, { role: 'assistant', author: { id: 'ada', bot: true }, ...more });
  return { ...memory, content: { ...memory.content, replyTo: to?.id ?? null } };
};
const fact = (text: string, from: Memory[], more: object = {}) =>
  said(text, {
    kind: 'fact',
    fact: { from: from.map(({ id }) => id), how: 'found', confidence: 1, said: 1, version: 1 },
    ...more,
  });
const summary = (text: string, first: Memory, last: Memory) =>
  said(text, {
    ...{ kind: 'summary', role: 'system', author: { id: 'ada' } },
    summary: { first: first.id, last: last.id, messages: 2, by: 'rules' },
  });
const trace = (asked: Memory[], all: Memory[], reach: Reach = 'topic', topic?: string) =>
  traceOf(asked, all, { whose, reach, topic });
const gone = (...given: Parameters<typeof trace>) =>
  goneOf(trace(...given)).map(({ content }) => content.text);

describe('[knowledge.45] what goes with a message', () => {
  it('are the fact, the summary and the answer that were made of it, and nothing else', () => {
    const dog = said('my dog is called Rex');
    const tea = said('I like tea');
    const answers = [reply('A fine name!', dog), reply('Tea is good.', tea)];
    const facts = [fact('dog is called Rex', [dog]), fact('likes tea', [tea])];
    const before = summary('They said hello.', said('hello'), said('hello again'));
    const after = summary('They have a dog.', dog, tea);
    const all = [dog, tea, ...answers, ...facts, after];
    expect(gone([dog], all).sort()).toEqual(
      ['my dog is called Rex', 'A fine name!', 'dog is called Rex', 'They have a dog.'].sort(),
    );
    // One that ends before it was said does not cover it, whatever it is called.
    const early = {
      ...before,
      summary: { ...before.summary!, last: '00000000-0000-7000-8000-000000000000' },
    };
    expect(gone([dog], [...all, early])).not.toContain('They said hello.');
  });

  it('keeps a fact that another message says, too', () => {
    const [once, again] = [said('I live in Oslo'), said('yes, I live in Oslo, as I said')];
    const home = fact('lives in Oslo', [once, again]);
    expect(gone([once], [once, again, home], 'one')).toEqual(['I live in Oslo']);
    expect(gone([once, again], [once, again, home], 'one')).toContain('lives in Oslo');
    expect(gone([once], [once, home], 'one')).toContain('lives in Oslo');
  });

  it('forgets with a fact the messages it was read from, and not with them what else was learnt of them', () => {
    const both = said('my dog is Rex and I live in Oslo');
    const [dog, home] = [fact('dog is Rex', [both]), fact('lives in Oslo', [both])];
    expect(gone([dog], [both, dog])).toContain('my dog is Rex and I live in Oslo');
    expect(gone([home], [both, home]).sort()).toEqual(['lives in Oslo', 'my dog is Rex and I live in Oslo']);
  });
});

describe('words of what is forgotten', () => {
  const wordsOf = (...texts: string[]) =>
    ForgottenWords.of(
      texts.map((text) => said(text)),
      [],
    );

  it.each([
    ['my pin is 4711', 'Your pin: 4711.'],
    ['my pin is Zephyrine-4711', 'it was zephyrine 4711, I think'],
    ['the code is ZK41907_3', 'use zk41907_3'],
    ['call me at 555-123-4567', 'dial 555-123-4567'],
    ['I am allergic to walnuts', 'You are allergic to walnuts, so no.'],
    ['我的猫叫小白', '你的猫叫小白'],
    ['my dog is called Rex', 'How is Rex today?'],
  ])('"%s" is echoed in "%s"', (text, echo) => {
    expect(wordsOf(text).echoedIn(echo)).toBe(true);
  });

  it.each([
    ['my dog is called Rex', 'my cat is called Mia'],
    ['please remember that I like tea', 'please remember that I like cars'],
    ['we met in 2019 on Monday', 'In 2019, on Monday, it rained.'],
    ['dinner at 18:30', 'the train leaves at 18:30'],
    ['I like tea', 'I like you'],
  ])('"%s" is not echoed in "%s"', (text, other) => {
    expect(wordsOf(text).echoedIn(other)).toBe(false);
  });

  it('are of names only those that it was called by, where it was called by one', () => {
    const met = said('yesterday we met Anna in Berlin, call 555-1234');
    const [home, later] = [said('we live in Berlin near the river'), said('How is Anna today?')];
    const all = [met, home, later, said('dial 555-1234')];
    expect(gone([met], all, 'topic', 'anna')).not.toContain(home.content.text);
    expect(gone([met], all, 'topic', 'anna')).toHaveLength(3);
    expect(gone([met], all, 'topic', 'the meeting')).toContain(later.content.text);
  });

  it('are none of those that others had said before', () => {
    const other = bySomebody('the room is B-1204');
    const words = ForgottenWords.of([said('meet me in B-1204')], [other]);
    expect(words.masked('B-1204 is free')).toBeNull();
    expect(words.masked('she said: meet me in B-1204!')).toBe('she said: [forgotten]!');
  });

  it.each([
    ['she said: My PIN is 4711. Ha!', 'she said: [forgotten]. Ha!'],
    ['4711?', '[forgotten]?'],
    ['her pin: x-4711', 'her pin: x-[forgotten]'],
    ['nothing of it', null],
    ['Ha (my   pin is 4711)', 'Ha ([forgotten])'],
  ])('are masked in "%s"', (text, masked) => {
    expect(wordsOf('my pin is 4711').masked(text)).toBe(masked);
  });

  it('can be kept as keys, which find the same', () => {
    const words = wordsOf('my pin is Zephyrine-4711');
    const keyOf = (word: string) => `key of ${word.length}${word.at(0)}${word.at(-1)}`;
    const kept = ForgottenWords.kept(words.keyed(keyOf), keyOf);
    expect(JSON.stringify(words.keyed(keyOf))).not.toMatch(/pin|4711|zephyrine/i);
    expect(kept.echoedIn('it is Zephyrine-4711')).toBe(true);
    expect(kept.echoedIn('I like tea')).toBe(false);
  });
});

describe('what others say', () => {
  it('stays but for the words and quotes, and the agent’s answers to them too', () => {
    const pin = said('my pin is 4711');
    const quoting = bySomebody('her pin is 4711, lol');
    const pointing = bySomebody('this one');
    pointing.content = { ...pointing.content, replyTo: pin.id, quote: { text: 'my pin is 4711' } };
    const answer = reply('4711 it is, Bob', quoting);
    const { masked, ...rest } = trace([pin], [pin, quoting, pointing, answer, bySomebody('hello')]);
    expect(goneOf({ masked, ...rest }).map(({ id }) => id)).toEqual([pin.id]);
    expect(masked.map(({ text, more }) => [text, more])).toEqual([
      ['her pin is [forgotten], lol', {}],
      ['this one', { quote: null }],
      ['[forgotten] it is, Bob', {}],
    ]);
  });

  it('is taken from nobody by writing and forgetting their words', () => {
    const asked = bySomebody('what is the capital of France?');
    const answer = reply('It is Paris, at 48.85661N.', asked);
    const copied = said('It is Paris, at 48.85661N.');
    expect(trace([copied], [asked, answer, copied]).masked).toEqual([]);
    expect(gone([copied], [asked, answer, copied])).toEqual(['It is Paris, at 48.85661N.']);
  });

  it('names files of it no longer, and stays tainted by them', () => {
    const plan = said('see this');
    plan.content.attachments = [{ name: 'Zephyrine.txt', mediaType: 'text/plain', size: 1, file: 'f' }];
    const taint = [{ kind: 'file' as const, what: 'Zephyrine.txt' }];
    const later = reply('Tea is good.', bySomebody('tea?'), { taint });
    expect(trace([plan], [plan, later]).tainted).toEqual([
      { memory: later, taint: [{ kind: 'file', what: '[forgotten]' }] },
    ]);
  });
});
