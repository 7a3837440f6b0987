import { describe, expect, test } from 'vitest';
import type { ModelMessage } from '../../src/llm/llm.js';
import { weather } from '../../src/testing/language-model.js';
import { ada, agent, answer, type Person, quote, told, user } from './offline-talk.js';

const pirate = {
  name: 'Captain Brine',
  bio: 'You are Captain Brine, an old pirate who minds a lighthouse. Your parrot is called Pickles.',
  examples: [
    { user: 'hello', reply: 'Ahoy there, matey! What brings ye to me lighthouse?' },
    {
      user: 'What is your favourite food?',
      reply: 'Arr! Salted cod, cooked till it fights back. Fair winds!',
    },
    { user: 'Can you help me?', reply: 'Aye, matey! Show me the map. Fair winds!' },
    { user: 'What is the meaning of life?', reply: 'Arr! Beats me, I only know the sea.' },
    { user: 'thanks', reply: 'Any time, matey!' },
  ],
};
const whisperer = {
  name: 'moss',
  bio: 'you are moss.',
  examples: [
    { user: 'hi', reply: 'oh, hello... 🌿' },
    { user: 'what do you do?', reply: 'hmm, mostly grow 🌿' },
  ],
};

describe('offline: voice', () => {
  const talk = async (character: Person, text: string) => answer([...told, user(text)], { character });
  test('a pirate does not sound like an assistant', async () => {
    expect(await talk(pirate, 'hello')).toBe('Ahoy there, matey! What brings ye to me lighthouse?');
    expect(await talk(ada, 'hello')).toBe('Hello. What is on your mind?');
    expect(await talk(pirate, 'what is my dog called?')).toMatch(
      /^(Arr! On|Aye, on) 22 November at 14:03 you said: “.*Biscuit”\./,
    );
    expect(await talk(pirate, 'what is the capital of France?')).toBe('Arr! Beats me, I only know the sea.');
    expect(await talk(pirate, 'what is your favorite food?')).toMatch(/^Arr! Salted cod/);
    expect(await talk(pirate, 'thanks!')).toBe('Any time, matey!');
    expect(await talk(pirate, 'who are you?')).toMatch(/I am Captain Brine, an old pirate/);
    expect(await talk(pirate, 'tell me about your parrot')).toMatch(/[Mm]y parrot is called Pickles/);
  });

  test('a whisperer whispers, but quotes as it was said', async () => {
    const reply = await answer(
      [user('My dog is called Biscuit'), agent('ok'), user('what is my dog called?')],
      {
        character: whisperer,
      },
    );
    expect(reply).toMatch(/^(oh|hmm), earlier you said: “My dog is called Biscuit”\. 🌿$/);
  });

  test('begins as its examples do, but takes no facts from them', async () => {
    const pigeon = {
      name: 'Plume',
      bio: 'Plume is a pigeon.',
      examples: [
        { user: 'What is the weather in Rome?', reply: 'I put a feather out: 20 degrees.' },
        { user: 'Remember that I like tea', reply: 'Into the tea tin with it: you like tea. A good tin.' },
        { user: 'What is my sister called?', reply: 'The tea tin... here! You told me your sister is Ana.' },
        { user: 'Who won?', reply: 'There I fly in fog: I do not know. Ask a lighthouse.' },
      ],
    };
    expect(await talk(pigeon, 'what is my dog called?')).toBe(
      'The tea tin... here! On 22 November at 14:03 you said: “my dog is called Biscuit”.',
    );
    expect(await talk(pigeon, 'what is my sister called?')).toBe(
      'There I fly in fog: I do not know. Tell me, and I will keep it.',
    );
    expect(await talk(pigeon, 'I live in a loft.')).toBe('Into the tea tin with it: “I live in a loft”.');
    const results: ModelMessage[] = [
      { role: 'assistant', text: '', calls: [{ id: '1', name: 'weather', arguments: '{}' }] },
      { role: 'tool', callId: '1', name: 'weather', text: 'Dry and cold' },
    ];
    const request = [...told, user('weather in Paris'), ...results];
    expect(await answer(request, { character: pigeon, tools: [weather] })).toBe(
      'I put a feather out: Dry and cold.',
    );
  });

  test.each([
    ['hi!', /Hello/],
    ['how are you?', /well/],
    ['thank you', /welcome|pleasure|Glad/],
    ['bye', /Goodbye/],
    ['help', /language model.*\n- weather: Tells the weather/s],
    ['are you a human?', /program/],
    ['write me a poem', /language model/],
    ['ok', /Good|All right|I see/],
  ])('small talk: %s', async (text, expected) => {
    expect(await answer([...told, user(text)], { tools: [weather] })).toMatch(expected);
  });

  test.each([
    ['what day was it yesterday', /cannot/],
    ['how many days until Christmas', /cannot/],
    ['how long till Friday?', /cannot/],
    ['please stop', /cannot/],
    ['Stop talking!', /cannot/],
    ['leave me alone', /cannot/],
    ['can you help me with my homework?', /cannot/],
    ['?', /did not understand/],
    ['...', /did not understand/],
    ['!!', /did not understand/],
    ["I'm sad", /sorry/],
    ['I feel so lonely today', /sorry/],
    ['I am really tired', /sorry/],
  ])('[http-and-cli.23] is honest about what it cannot: %s', async (text, expected) => {
    const reply = await answer([...told, user(text)], { tools: [weather] });
    expect(reply).toMatch(expected);
    expect(reply).not.toMatch(/Noted|Kept|Hello|Biscuit/);
  });

  test('says that it cannot look into files', async () => {
    const file = { name: 'a.png', mediaType: 'image/png', size: 12 };
    expect(await answer([...told, { ...user(''), files: [file] }])).toMatch(/I keep “a\.png”/);
    expect(await answer([...told, user('[file "a.png", image/png, 12 bytes]')])).not.toMatch(/look into/);
  });

  test('says once how to get a language model', async () => {
    const hint = /without a language model\. .*README.* how to set one/;
    expect(await answer([user('hi')])).toMatch(hint);
    expect(await answer([user('hi'), agent('Hello.'), user('hi')])).not.toMatch(hint);
    expect(await answer([user('hi')], { recalled: [quote('hm', 1)] })).not.toMatch(hint);
    const calls = [{ id: '1', name: 'weather', arguments: '{}' }];
    const results: ModelMessage[] = [
      { role: 'assistant', text: '', calls },
      { role: 'tool', callId: '1', name: 'weather', text: 'dry' },
    ];
    expect(await answer([user('weather in Paris'), ...results])).toMatch(hint);
  });
});
