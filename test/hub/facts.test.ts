/** What people say of themselves, in a real hub: what of it is known, changes and ends, and what prompts hold of it. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { onBothStores } from '../support/both-stores.js';
import { until } from '../support/until.js';
import { FactsStage, factsIn, promptOf } from './facts-stage.js';

onBothStores('facts', (engines) => {
  let stage: FactsStage;
  beforeEach(async () => {
    stage = new FactsStage();
    await stage.open(engines());
  });
  afterEach(() => stage.home.dispose());

  it.each([
    ['my dog is called Biscuit', 'my dog is called Rex now', 'what is my dog called?'],
    ['I live in Berlin', 'I moved to Hamburg last month', 'where do I live?'],
    ['I work at Siemens', 'I work at Bosch now', 'where do I work?'],
  ])('[memory.9] after "%s", "%s" holds, and the earlier is the past', async (before, after, question) => {
    await stage.dm('ann', before);
    await stage.count(1);
    const [first] = await stage.texts();
    await stage.dm('ann', after);
    await stage.count(1, 'past');
    const [second] = await stage.texts();
    expect(second).not.toBe(first);
    expect(factsIn(await stage.dm('ann', question))).toEqual([second]);
    expect(await stage.texts('past')).toEqual([first]);
  });

  it('[knowledge.33] a taste that has changed is another now; the earlier is the past, each with its source', async () => {
    await stage.dm('ann', 'I love sushi');
    await stage.count(1);
    await stage.dm('ann', "I can't stand sushi any more");
    await stage.count(1, 'past');
    const [[now], [past]] = [await stage.known(), await stage.known({ state: 'past' })];
    expect([now!.text, past!.text]).toEqual(["I can't stand sushi any more.", 'I love sushi.']);
    expect(now!.from).toHaveLength(1);
    expect(past!.from).toHaveLength(1);
    expect(now!.from).not.toEqual(past!.from);
  });

  it('[knowledge.34] what is said nine times is one fact, said nine times, and once in the prompt', async () => {
    for (let time = 1; time <= 9; time++) {
      await stage.dm('ann', ['I live in Rome', 'I live in Rome!', 'i live in rome'][time % 3]!);
      await until(async () => (await stage.known())[0]?.said === time);
    }
    const [fact, ...more] = await stage.known();
    expect(more).toEqual([]);
    expect(new Set(fact!.from).size).toBe(9);
    expect(factsIn(await stage.dm('ann', 'so?'))).toHaveLength(1);
  });

  it('[knowledge.35] [knowledge.36] neither what the agent says, nor what it was told, nor a request is a fact', async () => {
    stage.answer = () => 'You seem to be a night owl. I am a teacher, and I live in Paris.';
    await stage.dm('ann', 'explain how to reverse a list in groups');
    await stage.dm('ann', 'I live in Rome');
    await stage.count(1);
    for (const text of ['and then?', 'go on', 'tell me more about it']) await stage.dm('ann', text);
    await stage.dm('ann', 'I have two cats');
    await stage.count(2);
    expect(await stage.texts('all')).toEqual(['I live in Rome.', 'I have two cats.']);
  });

  it('[knowledge.37] in a group a fact is its speaker’s, and what somebody quotes is nobody’s', async () => {
    await stage.say('bob', 'these two do not exclude each other', {
      quote: { author: 'Ada', text: 'I have no partner' },
    });
    await stage.say('bob', 'I have no partner, you said? I live in Oslo.', {
      quote: { author: 'Ada', text: 'I have no partner' },
    });
    await until(async () => (await stage.texts('all', 'bob')).length > 0);
    await stage.say('ann', 'I live in Rome');
    await stage.count(1);
    expect(await stage.texts('all', 'bob')).toEqual(['I live in Oslo.']);
    expect(await stage.texts('all')).toEqual(['I live in Rome.']);
  });

  it('[knowledge.40] what is told later is not later, and other facts are left alone', async () => {
    await stage.dm('ann', 'I live in Berlin');
    await stage.count(1);
    await stage.dm('ann', 'in 2019 I lived in Kiel');
    await stage.count(1, 'past');
    await stage.dm('ann', 'my sister lives in Bonn');
    await stage.dm('ann', 'Anna uses Kafka');
    await stage.dm('ann', 'Kafka is run by team B');
    expect(await stage.texts()).toContain('I live in Berlin.');
    expect(await stage.texts('past')).toEqual(['In 2019 I lived in Kiel.']);
  });

  it('[knowledge.41] a greeting gives nobody a name', async () => {
    await stage.say('ann', 'my name is Kim');
    await stage.count(1);
    await stage.say('ann', 'Good afternoon, Bob');
    await stage.say('ann', 'Hi Bob, are you there?');
    expect(await stage.texts('all')).toEqual(['My name is Kim.']);
    const [fact] = await stage.known();
    const said = await stage.carrier.store.memories.get(fact!.from[0]!);
    expect(said!.content.text).toBe('my name is Kim');
  });

  it('[knowledge.42] what concerns health is not kept unasked', async () => {
    await stage.dm('ann', 'I am diabetic and I live in Rome');
    await stage.count(1);
    await stage.dm('ann', 'my PIN is 4711');
    expect(await stage.texts('all')).toEqual(['I live in Rome.']);
  });

  it.each([
    ['remember: the production password is Gurke7!, card 4111 1111 1111 1111', ['Gurke7', '4111 1111']],
    ['Why does sk-test-000111222333 not work?', ['000111222333']],
  ])('[knowledge.42] secrets are in no fact, later prompt or stored message: %s', async (text, values) => {
    const asked = await stage.dm('ann', text);
    // Whoever asks for help gets it.
    expect(promptOf(asked)).toContain(values[0]);
    expect(stage.platform.shown.at(-1)!.text).toMatch(/Passwords, keys and numbers of cards are not kept/);
    const prompt = promptOf(await stage.dm('ann', 'thanks'));
    for (const value of values) expect(prompt).not.toContain(value);
    expect(await stage.known({ state: 'all' })).toEqual([]);
    const { memories } = stage.carrier.store;
    await until(async () => {
      const [room] = (await memories.rooms({ limit: 9 })).items;
      const stored = JSON.stringify(await memories.history(room!.roomId, { limit: 50 }));
      return values.every((value) => !stored.includes(value));
    });
  });
});
