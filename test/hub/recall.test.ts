/** What a model is handed over of what was said long ago: through the whole hub, as the model reads it. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Carrier } from '../../src/carrier.js';
import type { Quote } from '../../src/extension-api.js';
import { promptText } from '../../src/llm/prompt-text.js';
import { Home } from '../support/hub.js';
import { scriptedModel } from '../support/model.js';
import { until } from '../support/until.js';
import { Platform } from './platform.js';

let home: Home;
let platform: Platform;
let carrier: Carrier;
let model: ReturnType<typeof scriptedModel>;
let answer: (text: string) => string;
let held: Promise<void> | null;
beforeEach(async () => {
  home = new Home();
  platform = new Platform();
  answer = () => 'noted';
  held = null;
  model = scriptedModel(async ({ messages }) => {
    await held;
    return answer(messages.at(-1)!.text);
  });
  home.character('assistant', {
    ...{ name: 'Ada', bio: '.', plugins: [] },
    connectors: { telegram: { dm: 'open', groups: 'always' } },
    // All else has left the window.
    memory: { recentMessages: 2, recall: 8 },
    conversation: { summary: false },
  });
  carrier = await home.carrier({ connectors: [platform], model: () => model });
});
afterEach(() => home.dispose());

let told: number;
beforeEach(() => {
  told = 0;
});
/** Says it, and waits for the answer. */
async function dm(...texts: string[]) {
  for (const text of texts) {
    await platform.dm('ann', text);
    await platform.last(++told);
  }
}
async function say(author: string, text: string) {
  await platform.say(author, text, { author: { id: `id-${author}`, name: author } });
  await platform.last(++told);
}
const talk = (count: number) =>
  Array.from({ length: count }, (_, i) => `the train number ${i} was late again`);

/** What was recalled into the newest prompt, as the model is shown it. */
function recalled(): Quote[] {
  const part = model.requests.at(-1)!.system.find(({ kind }) => kind === 'recalled');
  return part?.kind === 'recalled' ? part.memories : [];
}
const texts = () => recalled().map(({ text }) => text);

describe('what a turn recalls', () => {
  it('[memory.1] is what answers a question, however often it was asked before, and not its copies', async () => {
    answer = (text) => (text.includes('?') ? 'I do not know.' : 'noted');
    await dm('the spare key lies under the blue flower pot', ...talk(4));
    for (let i = 0; i < 6; i++) {
      await dm('where is the spare key?');
      expect(texts()).toContain('the spare key lies under the blue flower pot');
      expect(texts()).not.toContain('where is the spare key?');
      expect(texts()).not.toContain('I do not know.');
    }
    for (const again of ['Where is the spare key', 'so where is that spare key??']) {
      await dm(again);
      expect(texts()).toContain('the spare key lies under the blue flower pot');
      expect(texts().filter((text) => text.includes('where is'))).toEqual([]);
    }
  });

  it('[memory.1] keeps a statement with the very words of a yes-or-no question', async () => {
    await dm('Marcus moved to Lisbon', ...talk(4), 'has Marcus moved to Lisbon?');
    expect(texts()).toContain('Marcus moved to Lisbon');
  });

  it('[memory.3] is found by who said it', async () => {
    await say('Marcus', 'Off to the coast from Monday');
    await say('Bea', 'I stay at home');
    for (const text of talk(4)) await say('Carl', text);
    await say('Bea', 'what is Marcus up to?');
    expect(texts()).toContain('Off to the coast from Monday');
    const { system } = promptText(model.requests.at(-1)!);
    expect(system).toMatch(
      /\[message by p\d+ "Marcus"[^\n]*, at \d{4}-\d\d-\d\dT[^\n]*\]\n\| Off to the coast from Monday/,
    );
  });

  it('[memory.8] is an answer without a word of its question, with the question before it', async () => {
    await say('Bea', 'What is the name of your dog?');
    await say('Marcus', 'Biscuit.');
    for (const text of talk(6)) await say('Carl', text);
    await say('Carl', 'how is the dog of Marcus called, what is its name?');
    const shown = texts();
    expect(shown).toContain('Biscuit.');
    expect(shown.indexOf('Biscuit.')).toBeGreaterThan(shown.indexOf('What is the name of your dog?'));
    // In the order of time.
    expect(recalled().map(({ at }) => at)).toEqual(
      recalled()
        .map(({ at }) => at)
        .sort((a, b) => a - b),
    );
  });

  it('[memory.11] is looked for by each question of a burst, and of a message', async () => {
    await dm('the wine is in the cellar', ...talk(3));
    await dm('the ladder stands behind the shed', ...talk(3));
    await dm('the passport is in the top drawer', ...talk(3));
    await dm('Where is the wine? And where is the ladder? Where do I find my passport?');
    const wanted = [
      'the wine is in the cellar',
      'the ladder stands behind the shed',
      'the passport is in the top drawer',
    ];
    expect(texts()).toEqual(expect.arrayContaining(wanted));
    // What is said while the agent is busy waits together.
    let release = () => {};
    held = new Promise((resolve) => {
      release = resolve;
    });
    const asked = model.requests.length;
    await platform.dm('ann', 'one moment');
    await until(() => model.requests.length > asked);
    for (const text of ['where is the wine?', 'where is the ladder?', 'where is the passport?'])
      await platform.dm('ann', text);
    release();
    await until(() => model.requests.length > asked + 1);
    expect(model.requests.at(-1)!.messages.filter(({ role }) => role === 'user').length).toBeGreaterThan(2);
    expect(texts()).toEqual(expect.arrayContaining(wanted));
  });

  it('[knowledge.27] carries the subject of the turn before into a follow-up, and an offer into a yes', async () => {
    await dm('in Austria employees have 25 holidays a year', 'in Germany employees have 30 holidays a year');
    await dm('parental leave takes fourteen months', ...talk(4));
    answer = (text) => (text.includes('holidays') ? '30. More about parental leave?' : 'noted');
    await dm('How many holidays do employees have?');
    await dm('and in Austria?');
    expect(texts()).toContain('in Austria employees have 25 holidays a year');
    answer = () => 'Shall I tell you more about parental leave?';
    await dm('thanks a lot');
    await dm('yes');
    expect(texts()).toContain('parental leave takes fourteen months');
  });

  it('[knowledge.25] is nothing where nothing fits, and what has the code first', async () => {
    await dm('the printer is out of paper', 'error ZK41907_3 means that the lid is open', ...talk(4));
    await dm('umbrella');
    expect(recalled()).toEqual([]);
    await dm('what causes ZK41907_3?');
    expect(recalled().find(({ best }) => best)?.text).toBe('error ZK41907_3 means that the lid is open');
  });

  it('has a record with the turn: ids and scores, and no words', async () => {
    await dm('the wine is in the cellar', ...talk(3), 'where is the wine?');
    const { turnId } = platform.shown.at(-1)!.outbound;
    const turn = (await carrier.store.turns.get(turnId))!;
    expect(turn.recall).toMatchObject({ questions: 1, embedder: null });
    expect(turn.recall!.hits[0]).toMatchObject({ question: 0, meaning: null });
    const first = await carrier.store.memories.get(turn.recall!.hits[0]!.id);
    expect(first!.content.text).toBe('the wine is in the cellar');
    expect(JSON.stringify(turn.recall)).not.toMatch(/wine|cellar/);
  });
});
